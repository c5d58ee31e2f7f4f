-- Deletes up to $3 recipients of a campaign that ended longer ago than its company keeps messages. Those of a retry stay
-- while its parent has any (they say whom it has tried again), and those of a parent while a retry goes on.
-- Index: campaigns' and campaign_recipients' primary keys, idx_campaigns_parent_id; the campaigns are a small table.
WITH over AS MATERIALIZED (
    SELECT c.id
    FROM campaigns c
    JOIN unnest($1::uuid[], $2::timestamptz[]) AS kept (company_id, since) ON kept.company_id = c.company_id
    WHERE c.state IN ('finished', 'cancelled') AND c.finished_at < kept.since
        AND (SELECT true FROM campaign_recipients r WHERE r.campaign_id = c.id LIMIT 1)
        AND NOT EXISTS (
            SELECT FROM campaigns k
            WHERE k.parent_id = c.id AND k.origin = 'retry' AND k.state IN ('scheduled', 'running', 'paused')
        )
        AND (c.origin <> 'retry' OR (SELECT true FROM campaign_recipients r WHERE r.campaign_id = c.parent_id LIMIT 1) IS NULL)
    ORDER BY c.id
    LIMIT 1
)
DELETE FROM campaign_recipients WHERE ctid = ANY(ARRAY(
    SELECT r.ctid FROM over JOIN campaign_recipients r ON r.campaign_id = over.id LIMIT $3 FOR UPDATE OF r SKIP LOCKED
))
