-- How many conversations are open, have something unread, and wait for an answer; up to 10,001 of each.
-- Uses idx_conversations_state, idx_conversations_unread and idx_conversations_waiting.
SELECT
    (SELECT count(*) FROM (SELECT 1 FROM conversations WHERE company_id = $1 AND state = 'open' LIMIT 10001) AS o) AS open,
    (SELECT count(*) FROM (SELECT 1 FROM conversations WHERE company_id = $1 AND unread > 0 LIMIT 10001) AS u) AS unread,
    (SELECT count(*) FROM (
        SELECT 1 FROM conversations WHERE company_id = $1 AND waiting_since IS NOT NULL LIMIT 10001
    ) AS w) AS waiting
