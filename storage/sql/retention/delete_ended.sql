-- Deletes what has ended and is older than its company keeps it out of 500 pages of a table; name, time and end are put in.
-- Index: none: a range of pages (TID range scan). Nobody is waited for, so that nobody waits in a circle.
DELETE FROM /*table*/ WHERE ctid = ANY(ARRAY(
    SELECT t.ctid
    FROM /*table*/ AS t
    JOIN unnest($2::uuid[], $3::timestamptz[]) AS kept (company_id, since) ON kept.company_id = t.company_id
    WHERE t.ctid >= format('(%s,0)', $1::bigint)::tid AND t.ctid < format('(%s,0)', $1::bigint + 500)::tid
        AND /*time*/ < kept.since AND /*ended*/
    FOR UPDATE OF t SKIP LOCKED
))
