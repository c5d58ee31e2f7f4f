-- How many passages a company's sources have, one of them left out.
-- Uses idx_knowledge_sources_created_at.
SELECT coalesce(sum(passages), 0)::int FROM knowledge_sources WHERE company_id = $1 AND id <> $2
