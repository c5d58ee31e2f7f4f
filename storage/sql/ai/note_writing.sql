-- Notes a piece of a model's writing; one more question of the same work is added to it.
-- Uses the primary key.
INSERT INTO ai_writings AS w (
    company_id, id, kind, subject_id, by_model, reason, made, refused, model, prompt_version, tokens, cost, latency_ms,
    created_by, created_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (company_id, id) DO UPDATE
SET by_model = w.by_model OR excluded.by_model, reason = excluded.reason, made = w.made + excluded.made,
    refused = (
        SELECT coalesce(jsonb_object_agg(key, n), '{}')
        FROM (
            SELECT key, sum(value::bigint) AS n
            FROM (
                SELECT key, value FROM jsonb_each_text(w.refused)
                UNION ALL
                SELECT key, value FROM jsonb_each_text(excluded.refused)
            ) AS both_of_them
            GROUP BY key
        ) AS summed
    ),
    model = coalesce(excluded.model, w.model), prompt_version = coalesce(excluded.prompt_version, w.prompt_version),
    tokens = w.tokens + excluded.tokens, cost = w.cost + excluded.cost, latency_ms = w.latency_ms + excluded.latency_ms
