-- Deletes what is older than a time out of 500 pages of a table without an index by time; the table's name is put in.
-- Index: none: a range of pages (TID range scan).
DELETE FROM /*table*/ WHERE ctid >= format('(%s,0)', $1::bigint)::tid AND ctid < format('(%s,0)', $1::bigint + 500)::tid
    AND /*time*/ < $2
