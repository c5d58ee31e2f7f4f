-- What one transaction changed in the counters, inside that transaction.
-- Index: metric_deltas_pkey (a seq used twice in an epoch is refused).
INSERT INTO metric_deltas (writer, epoch, seq, committed_ms, data) VALUES ($1, $2, $3, $4, $5::json)
