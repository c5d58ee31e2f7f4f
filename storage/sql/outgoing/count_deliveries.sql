-- How many deliveries a webhook has, in one state where $3 names one, up to 10,001.
-- Index: idx_outgoing_deliveries_state.
SELECT count(*) FROM (
    SELECT 1 FROM outgoing_deliveries
    WHERE company_id = $1 AND webhook_id = $2 AND state = ANY($3::text[])
    LIMIT 10001
) AS counted
