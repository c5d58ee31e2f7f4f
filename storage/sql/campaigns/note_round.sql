-- What a round of making messages came to; the caller holds the row.
-- Index: primary key.
UPDATE campaigns
SET made_to = $2::jsonb, stalled = $3, look_at = now() + $4::interval,
    moved_at = CASE WHEN $5::boolean THEN now() ELSE moved_at END
WHERE id = $1
