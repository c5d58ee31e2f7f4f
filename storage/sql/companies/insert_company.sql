-- A new company.
-- Nothing to look up.
INSERT INTO companies (id, name, time_zone, created_at) VALUES ($1, $2, $3, $4)
