-- Another value for an installation-wide fact.
-- Uses installation_pkey.
UPDATE installation
SET value = $2
WHERE key = $1
