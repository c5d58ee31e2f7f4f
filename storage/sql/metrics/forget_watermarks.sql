-- Drops the watermarks of epochs that are long over: of each writer the newest stay.
-- Index: metric_watermarks_pkey.
DELETE FROM metric_watermarks w
USING (
    SELECT writer, epoch, row_number() OVER (PARTITION BY writer ORDER BY epoch DESC) AS age FROM metric_watermarks
) AS ranked
WHERE ranked.age > $1 AND w.writer = ranked.writer AND w.epoch = ranked.epoch
  AND NOT EXISTS (SELECT 1 FROM metric_deltas d WHERE d.writer = w.writer AND d.epoch = w.epoch)
