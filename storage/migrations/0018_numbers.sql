-- Numbers: whose messages were answered or paid, alerts and notifications, retention and archives, searches by phone.

-- Events that may show that a message was answered or bought by, until a worker has looked (storage/reached.py). Written
-- in the event's own transaction, so that none is missed, however late it is committed.
CREATE TABLE IF NOT EXISTS reach_queue (
    event_id   uuid PRIMARY KEY,
    company_id uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- A message counts once as replied and once as bought: this row decides it.
CREATE TABLE IF NOT EXISTS message_reached (
    message_id  uuid NOT NULL,
    what        text NOT NULL CHECK (what IN ('replied', 'bought')),
    company_id  uuid NOT NULL,
    event_id    uuid NOT NULL,
    at          timestamptz NOT NULL,
    value_cents bigint,              -- of what was bought
    PRIMARY KEY (message_id, what)
);

-- By person: what was written to them last, and what they sent; by campaign: only campaigns' messages pay for it.
CREATE INDEX IF NOT EXISTS idx_messages_to_phone ON ONLY messages (company_id, to_phone, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_messages_campaign_id ON ONLY messages (campaign_id, created_at DESC, id DESC)
    WHERE campaign_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_incoming_events_phone ON ONLY incoming_events
    (company_id, customer_phone, created_at DESC, id DESC) WHERE customer_phone IS NOT NULL;

-- sources: {"session_ids":[…]} or {}; channels: {"app":true,"webhook":bool,"whatsapp":{"session_id","to",…}|null}.
CREATE TABLE IF NOT EXISTS alerts (
    id           uuid PRIMARY KEY,
    company_id   uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    name         text NOT NULL,
    metric       text NOT NULL,
    threshold    double precision NOT NULL,
    window_s     integer NOT NULL,
    scope        jsonb NOT NULL DEFAULT '{}',
    quiet        jsonb,
    channels     jsonb NOT NULL DEFAULT '{"app":true}',
    active       boolean NOT NULL DEFAULT true,
    state        text NOT NULL DEFAULT 'no_data' CHECK (state IN ('ok', 'fired', 'no_data')),
    value        double precision,
    streak       smallint NOT NULL DEFAULT 0,   -- looks in a row that spoke for another state
    state_since  timestamptz NOT NULL,
    looked_at    timestamptz,
    look_at      timestamptz NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_alerts_company_id ON alerts (company_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_alerts_look_at ON alerts (look_at) WHERE active;

CREATE TABLE IF NOT EXISTS alert_changes (
    id         uuid PRIMARY KEY,
    alert_id   uuid NOT NULL REFERENCES alerts ON DELETE CASCADE,
    company_id uuid NOT NULL,
    state      text NOT NULL,
    value      double precision,
    quiet      boolean NOT NULL DEFAULT false,  -- in quiet time: nobody was told
    created_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_alert_changes_alert_id ON alert_changes (alert_id, created_at DESC, id DESC);

-- What an alert still has to tell elsewhere than in the application; each channel by itself, tried again on failure.
CREATE TABLE IF NOT EXISTS alert_sends (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    alert_id   uuid NOT NULL,
    channel    text NOT NULL,
    data       jsonb NOT NULL,
    attempt    smallint NOT NULL DEFAULT 0,
    look_at    timestamptz NOT NULL,
    error      text
);
CREATE INDEX IF NOT EXISTS idx_alert_sends_look_at ON alert_sends (look_at);

CREATE TABLE IF NOT EXISTS notifications (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    kind       text NOT NULL,
    severity   text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    title_pt   text NOT NULL,
    title_en   text NOT NULL,
    data       jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    read_at    timestamptz
);
CREATE INDEX IF NOT EXISTS idx_notifications_company_id ON notifications (company_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_notifications_unread ON notifications (company_id, created_at DESC, id DESC)
    WHERE read_at IS NULL;

-- How long things are kept, in days ({"payload_days","raw_days",…}); the installation's stand in installation.
ALTER TABLE companies ADD COLUMN IF NOT EXISTS retention jsonb NOT NULL DEFAULT '{}';

-- Partitions that were written to a file before they were dropped.
CREATE TABLE IF NOT EXISTS archives (
    partition  text PRIMARY KEY,
    file       text NOT NULL,
    rows       bigint NOT NULL,
    bytes      bigint NOT NULL,
    created_at timestamptz NOT NULL
);

-- Since when events and messages are counted by source, webhook, rule and template too (milliseconds since 1970).
INSERT INTO installation (key, value)
SELECT 'numbers_since', jsonb_build_array((extract(epoch FROM now()) * 1000)::bigint) ON CONFLICT DO NOTHING;
