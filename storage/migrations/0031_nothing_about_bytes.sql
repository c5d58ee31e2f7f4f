-- No statistics of columns that no plan asks about: bytes, JSON and a message's text. ANALYZE read, unpacked and sorted
-- 30,000 of them each time a young partition had grown by a twentieth: 4 % of two cores at 300 events a second. What is
-- searched in a payload is found by its index in bounded steps (storage/searching.py), whatever the planner believes.
-- What older ANALYZE runs have left of these columns stays and is not kept up; no plan asks for it.
CREATE FUNCTION masteria_no_statistics(place regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wide name;
BEGIN
    FOR wide IN
        SELECT attname
        FROM pg_attribute
        WHERE attrelid = place AND attnum > 0 AND NOT attisdropped
            AND (atttypid IN ('jsonb'::regtype, 'json'::regtype, 'bytea'::regtype, 'jsonb[]'::regtype)
                OR attname IN ('text', 'pix_code', 'customer_name', 'product_name'))
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', place, wide);
    END LOOP;
END $$;

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
    PERFORM masteria_no_statistics(child::regclass);
END $$;

SELECT masteria_no_statistics(relid)
FROM unnest(ARRAY['deliveries', 'meta_deliveries', 'incoming_events', 'messages', 'message_attempts']) AS parent,
    pg_partition_tree(parent::regclass);
SELECT masteria_no_statistics('contacts');
