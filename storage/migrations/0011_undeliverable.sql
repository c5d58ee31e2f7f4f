-- Numbers that WhatsApp calls undeliverable (131026): after refusals on two different days they are probably not on it.

-- days: on how many different days (UTC); a delivery, or 90 quiet days, begin anew. Another company's word is its own.
CREATE TABLE IF NOT EXISTS undeliverable_people (
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    phone      text NOT NULL,   -- E.164
    days       smallint NOT NULL,
    last_at    timestamptz NOT NULL,
    PRIMARY KEY (company_id, phone)
) WITH (fillfactor = 80);
