-- The installation's ages.
-- Index: installation_pkey.
SELECT value FROM installation WHERE key = 'retention'
