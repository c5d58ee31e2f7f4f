-- A search by payload reads the index's pending list from end to end. At 4 MB (the default) that is up to 512 pages and
-- 6 ms, and its flush holds a batch up for 50 to 130 ms; at 512 kB it is 64 pages and below 1 ms. Measured with COPY of
-- batches of 64: the rate stays what it was, the longest batch becomes a third.
CREATE OR REPLACE FUNCTION masteria_tune_partition(parent text, child text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gin_index regclass;
BEGIN
    IF parent IN ('deliveries', 'meta_deliveries', 'incoming_events') THEN
        EXECUTE format('ALTER TABLE %I SET (toast_tuple_target = 8160)', child);
    ELSIF parent = 'messages' THEN
        -- Statuses are folded in place: room on the page keeps those updates off the indexes.
        EXECUTE format('ALTER TABLE %I SET (fillfactor = 50, toast_tuple_target = 8160)', child);
    END IF;
    FOR gin_index IN
        SELECT i.indexrelid::regclass
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_am a ON a.oid = c.relam
        WHERE i.indrelid = to_regclass(child) AND a.amname = 'gin'
    LOOP
        EXECUTE format('ALTER INDEX %s SET (gin_pending_list_limit = 512)', gin_index);
    END LOOP;
END $$;

SELECT masteria_tune_partition('incoming_events', inhrelid::regclass::text)
FROM pg_inherits
WHERE inhparent = 'incoming_events'::regclass;
