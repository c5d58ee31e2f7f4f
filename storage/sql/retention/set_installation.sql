-- Keeps the installation's ages.
-- Index: installation_pkey.
INSERT INTO installation (key, value) VALUES ('retention', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value
