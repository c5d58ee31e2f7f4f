-- A new WhatsApp session.
-- idx_sessions_phone_number_id decides whether the number is free in the installation.
INSERT INTO sessions (id, company_id, name, transport, phone, phone_number_id, waba_id, app_id, token_sealed, throughput, tier, options,
    created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
