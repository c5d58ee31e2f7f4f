-- A new outgoing webhook.
-- Index: primary key.
INSERT INTO outgoing_webhooks
    (id, company_id, name, url, event_types, concurrency, active, secrets_sealed, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
