-- Records the intent to send: takes messages out of the queue and writes their dispatches, where the lease holds.
-- Index: primary keys of session_leases and message_queue. The lease is locked, so that a successor waits for this.
WITH lease AS MATERIALIZED (
    SELECT l.session_id
    FROM unnest($1::uuid[], $2::bigint[]) AS given (session_id, fence)
    JOIN session_leases l ON l.session_id = given.session_id
    WHERE l.fence = given.fence AND l.owner = $3 AND l.expires_at > now() + $4::interval
    ORDER BY l.session_id
    FOR SHARE OF l
), taken AS (
    DELETE FROM message_queue q
    USING unnest($5::uuid[], $6::uuid[], $7::smallint[]) AS given (message_id, dispatch_id, attempt), lease
    WHERE q.message_id = given.message_id AND q.session_id = lease.session_id AND q.look_at < 'infinity'
    RETURNING q.message_id, q.company_id, q.session_id, q.order_id, q.cancel_on, q.campaign_id,
              given.dispatch_id, given.attempt
), intent AS (
    INSERT INTO dispatches (id, company_id, session_id, fence, message_ids, attempts, send_before)
    SELECT d.id, d.company_id, d.session_id, d.fence, array_agg(t.message_id), array_agg(t.attempt), now() + $4::interval
    FROM unnest($8::uuid[], $9::uuid[], $10::uuid[], $11::bigint[]) AS d (id, company_id, session_id, fence)
    JOIN taken t ON t.dispatch_id = d.id
    GROUP BY d.id, d.company_id, d.session_id, d.fence
)
SELECT session_id, NULL::uuid AS message_id, NULL::text AS order_id, NULL::text[] AS cancel_on,
       NULL::uuid AS campaign_id FROM lease
UNION ALL
SELECT session_id, message_id, order_id, cancel_on, campaign_id FROM taken
