-- A partition's rows as JSON; its name is put in.
-- Index: none: all of it is read, once, before it is dropped.
SELECT to_jsonb(t)::text FROM /*partition*/ AS t
