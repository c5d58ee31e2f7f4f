-- A webhook's delivery was taken; its row is written at most once a minute while all goes well.
-- Index: primary key.
UPDATE outgoing_webhooks SET failing_since = NULL, last_success_at = $3::timestamptz
WHERE company_id = $1 AND id = $2
    AND (failing_since IS NOT NULL OR last_success_at IS NULL OR last_success_at < $3::timestamptz - interval '1 minute')
