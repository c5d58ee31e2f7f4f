-- Leaves a campaign whose round failed alone for a while; one whose state was changed meanwhile keeps its own time.
-- Index: primary key.
UPDATE campaigns SET look_at = now() + $3::interval WHERE id = $1 AND company_id = $2 AND look_at <= now()
