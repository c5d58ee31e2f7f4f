-- How many messages nobody has understood yet (up to 10,000), and since when the oldest waits.
-- Uses idx_ai_turns_look_at.
SELECT (SELECT count(*) FROM (SELECT FROM ai_turns LIMIT 10000) AS few) AS waiting,
    (SELECT extract(epoch FROM now() - min(look_at)) FROM ai_turns WHERE look_at <= now()) AS oldest_s
