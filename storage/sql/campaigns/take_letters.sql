-- A retry takes up the dead letters of the messages it tries again; returns those whose letter was not open any
-- more: dealt with by somebody, or delivered after all. (Of a letter that another transaction has just resolved, the last
-- SELECT sees only that it is there; so it asks for no more.)
-- Index: idx_dead_letters_campaign_message.
WITH given AS MATERIALIZED (
    SELECT old_id, new_id FROM unnest($2::uuid[], $3::uuid[]) AS g (old_id, new_id)
), taken AS (
    UPDATE dead_letters d
    SET resolved_at = $4, resolution = 'retried', retried_as = given.new_id
    FROM given
    WHERE d.message_id = given.old_id AND d.campaign_id IS NOT NULL AND d.company_id = $1 AND d.resolved_at IS NULL
    RETURNING d.message_id
)
SELECT d.message_id
FROM given
JOIN dead_letters d ON d.message_id = given.old_id AND d.campaign_id IS NOT NULL AND d.company_id = $1
WHERE NOT EXISTS (SELECT FROM taken t WHERE t.message_id = d.message_id)
