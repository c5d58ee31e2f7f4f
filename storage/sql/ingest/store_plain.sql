-- Stores a small batch and its delta if every epoch holds, every key is new, nothing is called off and nobody opted out.
-- Uses shard_buckets_pkey, event_keys_pkey, idx_message_queue_order, idx_rule_cases_order and the keys of both tables of
-- suppressions. Sorted keys go first: batches wait in no circle. Else it stores nothing.
WITH owned AS (
    SELECT 1
    FROM unnest($1::smallint[], $2::bigint[]) AS mine (bucket, epoch)
    JOIN shard_buckets USING (bucket, epoch)
    FOR SHARE OF shard_buckets
), claimed AS (
    -- No ON CONFLICT: a key that another transaction takes meanwhile is an error, which undoes the whole statement.
    INSERT INTO event_keys (key, company_id, event_id)
    SELECT k.key, k.company_id, k.event_id
    FROM unnest($3::uuid[], $4::uuid[], $5::uuid[]) AS k (key, company_id, event_id)
    WHERE (SELECT count(*) FROM owned) = cardinality($1::smallint[])
        AND NOT EXISTS (SELECT FROM event_keys WHERE key = ANY($3::uuid[]))
        AND NOT EXISTS (
            -- The LIMIT keeps the look-up inside: a queue is not read to join it with orders that are not there.
            SELECT FROM unnest($14::uuid[], $15::text[], $16::text[]) AS c (company_id, order_id, event_type)
            CROSS JOIN LATERAL (
                SELECT FROM message_queue q
                WHERE q.cancel_on IS NOT NULL AND q.company_id = c.company_id AND q.order_id = c.order_id
                    AND c.event_type = ANY(q.cancel_on)
                LIMIT 1
            ) AS waits
        )
        AND NOT EXISTS (
            SELECT FROM unnest($17::uuid[], $18::text[], $19::bytea[]) AS p (company_id, phone, digest)
            CROSS JOIN LATERAL (
                (
                    SELECT FROM suppressions s
                    WHERE s.company_id = p.company_id AND s.phone = p.phone AND s.kind = 'all' AND s.active
                    LIMIT 1
                )
                UNION ALL
                (
                    SELECT FROM erased_suppressions e
                    WHERE e.company_id = p.company_id AND e.digest = p.digest AND e.kind = 'all'
                    LIMIT 1
                )
            ) AS stops
        )
        AND NOT EXISTS (
            SELECT FROM unnest($14::uuid[], $15::text[], $16::text[]) AS c (company_id, order_id, event_type)
            CROSS JOIN LATERAL (
                SELECT FROM rule_cases k
                WHERE k.state = 'running' AND k.company_id = c.company_id AND k.order_id = c.order_id
                    AND c.event_type = ANY(k.cancel_on)
                LIMIT 1
            ) AS goes_on
        )
    RETURNING 1
), gate AS MATERIALIZED (
    SELECT count(*) > 0 AS open FROM claimed
), delivered AS (
    INSERT INTO deliveries (
        id, company_id, created_at, webhook_id, event_id, duplicate, signature, content_type, headers, raw_body
    )
    SELECT d.* FROM unnest($6::ingest_delivery[]) AS d WHERE (SELECT open FROM gate)
), happened AS (
    INSERT INTO incoming_events (
        id, company_id, created_at, webhook_id, delivery_id, position, source, event_type, external_id, order_id,
        state, reason, customer_name, customer_phone, customer_email, customer_document, product_name, plan_name,
        order_value_cents, pix_code, pix_expires_at, payment_method, occurred_at, signature, replay_of, runs, payload
    )
    SELECT e.* FROM unnest($7::ingest_event[]) AS e WHERE (SELECT open FROM gate)
), born AS (
    INSERT INTO messages (
        id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id,
        lane, type, text, template_id, template_name, template_language, components, category, status, reason,
        attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at, variant
    )
    SELECT
        id, company_id, created_at, event_id, rule_id, rule_version, campaign_id, session_id, to_phone, order_id,
        lane, type, text, template_id, template_name, template_language, components, category, status, reason,
        attempt, next_attempt_at, provider_id, error, retry_of, timeline, updated_at, ($22::jsonb[])[ordinality::int]
    FROM unnest($8::ingest_message[]) WITH ORDINALITY WHERE (SELECT open FROM gate)
), queued AS (
    INSERT INTO message_queue (message_id, company_id, session_id, lane, order_id, due_at, look_at)
    SELECT id, company_id, session_id, lane, order_id, due_at, look_at
    FROM unnest($8::ingest_message[]) WHERE due_at IS NOT NULL AND (SELECT open FROM gate)
), noted AS (
    INSERT INTO reach_queue (event_id, company_id)
    SELECT a.event_id, a.company_id FROM unnest($20::uuid[], $21::uuid[]) AS a (event_id, company_id)
    WHERE (SELECT open FROM gate)
), counted AS (
    INSERT INTO metric_deltas (writer, epoch, seq, committed_ms, data)
    SELECT $9::text, $10::bigint, $11::bigint, $12::bigint, $13::json WHERE (SELECT open FROM gate)
)
SELECT open FROM gate
