-- WhatsApp-Web sessions: what a session's process remembers, and what is known of the people it writes to.

-- status: as it is shown, without secrets; memory: allowances used, warm-up, WhatsApp's own holds. The higher fence wins.
CREATE TABLE IF NOT EXISTS web_sessions (
    session_id uuid PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    fence      bigint NOT NULL,
    status     jsonb NOT NULL,
    memory     jsonb NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Whether a number is on WhatsApp, as a look-up found it; jid: the digits it is addressed by, perhaps without the ninth.
CREATE TABLE IF NOT EXISTS web_numbers (
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    phone      text NOT NULL,   -- E.164
    registered boolean NOT NULL,
    jid        text,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, phone)
) WITH (fillfactor = 80);

-- Who has written to a session's number: no strangers to it.
CREATE TABLE IF NOT EXISTS web_chats (
    session_id  uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    phone       text NOT NULL,  -- E.164
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (session_id, phone)
);
