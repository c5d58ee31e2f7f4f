-- A source's version, locked until the transaction ends.
-- Uses the primary key.
SELECT version FROM knowledge_sources WHERE company_id = $1 AND id = $2 FOR UPDATE
