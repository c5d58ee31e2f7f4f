-- Which sessions share a token: told by the hosts that open it. Index: primary key.
UPDATE sessions s SET token_hash = given.token_hash
FROM unnest($1::uuid[], $2::bytea[]) AS given (id, token_hash)
WHERE s.id = given.id AND s.token_hash IS DISTINCT FROM given.token_hash
