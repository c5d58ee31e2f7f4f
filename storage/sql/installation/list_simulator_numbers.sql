-- Every number that lives on the simulator, with what the simulator has to know of it.
-- Reads all of sessions and meta_apps (small); at a start of the simulator only.
SELECT s.id, s.company_id, s.phone, s.phone_number_id, s.waba_id, s.app_id, s.token_sealed, s.throughput, s.tier,
    a.sealed AS app_sealed
FROM sessions s
JOIN meta_apps a USING (app_id)
WHERE s.transport = 'simulator' AND s.deleted_at IS NULL AND s.phone_number_id IS NOT NULL AND s.token_sealed IS NOT NULL
ORDER BY s.app_id, s.id
