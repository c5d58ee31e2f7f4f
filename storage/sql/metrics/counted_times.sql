-- How far the roll-ups are behind, and since when events and messages are counted by all that they can be found by.
-- Index: metric_deltas' rows (a few seconds of work); installation_pkey.
SELECT (SELECT min(committed_ms) FROM metric_deltas) AS oldest_ms,
       (extract(epoch FROM now()) * 1000)::bigint AS now_ms,
       (SELECT (value->>0)::bigint FROM installation WHERE key = 'numbers_since') AS since_ms
