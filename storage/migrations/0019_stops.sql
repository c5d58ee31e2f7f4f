-- What WhatsApp's refusals stop beyond one message: every number of a token, a template, a country; what it tells of numbers.

-- token_hash: SHA-256 of the bearer token, written by the session's sender host; resumed_at: when it last went on, for an
-- older refusal must not stop it again; notice: the newest thing that Meta told and a person should know.
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS token_hash bytea;
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS resumed_at timestamptz;
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS notice text;
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS notice_detail text;
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS notice_at timestamptz;

-- A refusal stopped this template: since when, until when ('infinity': until somebody, or Meta's approval, lifts it), why.
ALTER TABLE templates ADD COLUMN IF NOT EXISTS stopped_at timestamptz;
ALTER TABLE templates ADD COLUMN IF NOT EXISTS stopped_until timestamptz;
ALTER TABLE templates ADD COLUMN IF NOT EXISTS stopped_reason text;

-- Countries that a company may not write to (130497), by calling code; bulk spares them until then.
CREATE TABLE IF NOT EXISTS barred_countries (
    company_id   uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    calling_code text NOT NULL,
    until        timestamptz NOT NULL,
    PRIMARY KEY (company_id, calling_code)
);
