-- Forgets dispatches whose last answer is in.
-- Index: primary key of dispatches.
DELETE FROM dispatches WHERE id = ANY($1::uuid[])
