-- What numbers, companies and hosts share of WhatsApp's budgets: a portfolio's people in 24 hours, marketing per person,
-- what capped numbers have sent, and texts that wait for their person to write.

-- Whom a portfolio has written to outside a customer's window; used counts the rows of portfolio_users. Its row is
-- locked by whoever takes places.
CREATE TABLE IF NOT EXISTS portfolios (
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    portfolio  text NOT NULL,
    used       integer NOT NULL DEFAULT 0,
    PRIMARY KEY (company_id, portfolio)
) WITH (fillfactor = 50);

CREATE TABLE IF NOT EXISTS portfolio_users (
    company_id   uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    portfolio    text NOT NULL,
    phone        text NOT NULL,   -- E.164
    counts_until timestamptz NOT NULL,
    PRIMARY KEY (company_id, portfolio, phone)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS idx_portfolio_users_counts_until ON portfolio_users (company_id, portfolio, counts_until);

-- Marketing to one person: how often since when, and until when WhatsApp wants none (131049).
CREATE TABLE IF NOT EXISTS marketing_people (
    company_id    uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    phone         text NOT NULL,
    since         timestamptz NOT NULL,
    sent          smallint NOT NULL,
    blocked_until timestamptz,
    PRIMARY KEY (company_id, phone)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS idx_marketing_people_since ON marketing_people (since);

-- What a capped number has sent in the last day (engine/session_caps.py); the higher fence wins.
CREATE TABLE IF NOT EXISTS session_spending (
    session_id uuid PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    fence      bigint NOT NULL,
    spent      jsonb NOT NULL
) WITH (fillfactor = 50);

-- Held texts whose person has to write first.
CREATE TABLE IF NOT EXISTS window_waits (
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    message_id uuid NOT NULL,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    phone      text NOT NULL,
    PRIMARY KEY (session_id, message_id)
);

-- Who has written to a company's numbers: only Meta's door makes these events. The partitions get their parts without
-- blocking writes, after the migrations (storage/partition_indexes.py).
CREATE INDEX IF NOT EXISTS idx_incoming_events_inbound ON ONLY incoming_events (company_id, customer_phone, created_at DESC)
    WHERE event_type = 'message_received' AND webhook_id IS NULL;
