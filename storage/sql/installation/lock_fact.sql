-- An installation-wide fact, made empty if it is new; its row stays locked until the transaction ends.
-- Uses installation_pkey.
INSERT INTO installation (key, value)
VALUES ($1, '{}')
ON CONFLICT (key) DO UPDATE SET key = excluded.key
RETURNING value
