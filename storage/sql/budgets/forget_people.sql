-- Forgets a bounded number of people about whose marketing there is nothing left to know.
-- Index: idx_marketing_people_since.
WITH over AS MATERIALIZED (
    SELECT company_id, phone FROM marketing_people
    WHERE since < now() - interval '48 hours' AND (blocked_until IS NULL OR blocked_until < now())
    ORDER BY since
    LIMIT $1
    FOR UPDATE SKIP LOCKED
)
DELETE FROM marketing_people k USING over WHERE k.company_id = over.company_id AND k.phone = over.phone
