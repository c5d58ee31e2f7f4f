-- The newest delta of every writer, to find out whether a telling was lost.
-- Index: metric_deltas_pkey alone; the table holds a few seconds of work.
SELECT writer, epoch, max(seq) AS seq FROM metric_deltas GROUP BY writer, epoch
