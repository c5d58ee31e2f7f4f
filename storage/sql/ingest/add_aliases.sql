-- Ids answered from the spill that proved duplicates: they point to the first event for ever. Uses event_aliases_pkey.
INSERT INTO event_aliases (id, company_id, event_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
ON CONFLICT (id) DO NOTHING
