-- Folds events into their orders: the newest code's values count, the first approval, and an event only once.
-- Uses pix_orders_pkey; orders come sorted.
INSERT INTO pix_orders AS o (company_id, order_id, event_ids, customer_name, phone, value_cents, generated_at,
    expires_at, approved_at, approved_cents, seen_at)
SELECT t.company_id, t.order_id, coalesce(string_to_array(nullif(t.event_ids, ''), ',')::uuid[], '{}'), t.customer_name,
    t.phone, t.value_cents, t.generated_at, t.expires_at, t.approved_at, t.approved_cents, t.seen_at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[],
    $8::timestamptz[], $9::timestamptz[], $10::bigint[], $11::timestamptz[])
    AS t (company_id, order_id, event_ids, customer_name, phone, value_cents, generated_at, expires_at, approved_at,
        approved_cents, seen_at)
ON CONFLICT (company_id, order_id) DO UPDATE
SET event_ids = CASE WHEN o.event_ids @> excluded.event_ids THEN o.event_ids
        ELSE (o.event_ids || excluded.event_ids)[1:20] END,
    customer_name = coalesce(o.customer_name, excluded.customer_name),
    phone = coalesce(o.phone, excluded.phone),
    value_cents = coalesce(excluded.value_cents, o.value_cents),
    generated_at = least(o.generated_at, excluded.generated_at),
    expires_at = greatest(o.expires_at, excluded.expires_at),
    approved_cents = CASE WHEN o.approved_at IS NULL OR excluded.approved_at < o.approved_at
        THEN coalesce(excluded.approved_cents, o.approved_cents) ELSE o.approved_cents END,
    approved_at = least(o.approved_at, excluded.approved_at),
    seen_at = least(o.seen_at, excluded.seen_at)
