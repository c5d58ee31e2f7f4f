-- Every delta that is not rolled up yet.
-- Index: metric_deltas_pkey for the order; the table holds a few seconds of work.
SELECT writer, epoch, seq, committed_ms, data FROM metric_deltas ORDER BY writer, epoch, seq
