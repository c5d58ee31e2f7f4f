-- A company's and the installation's ages.
-- Index: companies_pkey, installation_pkey.
SELECT c.retention, coalesce((SELECT value FROM installation WHERE key = 'retention'), '{}') AS installation
FROM companies c WHERE c.id = $1
