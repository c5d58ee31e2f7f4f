-- The alerts of watched companies and how much is unread, for the live topic.
-- Index: idx_alerts_company_id; idx_notifications_unread, at most 1,001 entries.
SELECT asked.company_id, unread.number AS unread,
    coalesce((SELECT json_object_agg(a.id, json_build_object('name', a.name, 'metric', a.metric, 'state', a.state,
        'value', a.value, 'threshold', a.threshold, 'active', a.active))
        FROM alerts a WHERE a.company_id = asked.company_id), '{}'::json)::text AS alerts
FROM unnest($1::uuid[]) AS asked (company_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM (
        SELECT FROM notifications n WHERE n.company_id = asked.company_id AND n.read_at IS NULL LIMIT 1001
    ) AS found
) AS unread
