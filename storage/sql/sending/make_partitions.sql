-- The partitions of the month that holds a day; those that exist are left alone.
-- Index: none (catalogue only).
SELECT masteria_make_partitions($1::date)
