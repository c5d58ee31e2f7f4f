-- The spine: who the companies are, what came in, what went out, and the counters' deltas.

-- The time inside a UUIDv7: an id tells the partition of its row.
CREATE FUNCTION masteria_id_time(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0);

-- Installation-wide facts that are no settings (the installation's id, the demo seed's ids).
CREATE TABLE installation (
    key   text PRIMARY KEY,
    value jsonb NOT NULL
);

CREATE TABLE companies (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    time_zone  text NOT NULL DEFAULT 'America/Sao_Paulo',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id            uuid PRIMARY KEY,
    email         text NOT NULL,
    name          text NOT NULL DEFAULT '',
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX idx_users_email ON users (lower(email));

CREATE TABLE memberships (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    role       text NOT NULL CHECK (role IN ('owner', 'operator', 'viewer')),
    PRIMARY KEY (user_id, company_id)
);

-- company_id NULL marks an installation key.
CREATE TABLE api_keys (
    id           uuid PRIMARY KEY,
    company_id   uuid REFERENCES companies ON DELETE CASCADE,
    name         text NOT NULL,
    prefix       text NOT NULL,
    key_hash     bytea NOT NULL UNIQUE,
    role         text NOT NULL DEFAULT 'owner',
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at   timestamptz
);
CREATE INDEX idx_api_keys_company_id ON api_keys (company_id);

-- auth: {"scheme", …} without secrets; secrets_sealed: AES-GCM over a JSON list, the present one first.
CREATE TABLE webhooks (
    id             uuid PRIMARY KEY,
    company_id     uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    name           text NOT NULL,
    source         text NOT NULL,
    active         boolean NOT NULL DEFAULT true,
    auth           jsonb NOT NULL,
    secrets_sealed bytea,
    token_hash     bytea,
    mapping        jsonb NOT NULL DEFAULT '{}',
    dedupe         jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    deleted_at     timestamptz
);
CREATE UNIQUE INDEX idx_webhooks_token ON webhooks (company_id, token_hash) WHERE token_hash IS NOT NULL;
CREATE UNIQUE INDEX idx_webhooks_source ON webhooks (company_id, source)
    WHERE token_hash IS NULL AND deleted_at IS NULL;

CREATE TABLE meta_apps (
    app_id     text PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    sealed     bytea NOT NULL,  -- AES-GCM over {"app_secret", "verify_token"}
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- transport: cloud, simulator or web; token_sealed: AES-GCM over the bearer token.
CREATE TABLE sessions (
    id              uuid PRIMARY KEY,
    company_id      uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    name            text NOT NULL,
    transport       text NOT NULL CHECK (transport IN ('cloud', 'simulator', 'web')),
    phone           text,
    phone_number_id text,
    waba_id         text,
    app_id          text REFERENCES meta_apps,
    token_sealed    bytea,
    throughput      integer NOT NULL DEFAULT 80 CHECK (throughput BETWEEN 1 AND 1000),
    tier            text NOT NULL DEFAULT 'TIER_250',
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'stopped')),
    reason          text,
    resume_at       timestamptz,
    options         jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    deleted_at      timestamptz
);
CREATE UNIQUE INDEX idx_sessions_phone_number_id ON sessions (phone_number_id)
    WHERE phone_number_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX idx_sessions_company_id ON sessions (company_id);

-- One owner per session: a write that records a dispatch checks fence and expires_at.
CREATE TABLE session_leases (
    session_id uuid PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
    owner      text NOT NULL,
    fence      bigint NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE SEQUENCE fences;

-- kind plain: body is the text; kind meta: name/language name the approved template, body its text with
-- {{variables}}, components how its parameters are filled.
CREATE TABLE templates (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    name       text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('plain', 'meta')),
    language   text NOT NULL DEFAULT 'pt_BR',
    category   text NOT NULL DEFAULT 'utility' CHECK (category IN ('utility', 'marketing', 'authentication')),
    body       text NOT NULL,
    components jsonb NOT NULL DEFAULT '[]',
    defaults   jsonb NOT NULL DEFAULT '{}',
    status     text NOT NULL DEFAULT 'approved',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE UNIQUE INDEX idx_templates_name ON templates (company_id, name, language) WHERE deleted_at IS NULL;

CREATE TABLE rules (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    name       text NOT NULL,
    active     boolean NOT NULL DEFAULT true,
    version    integer NOT NULL DEFAULT 1,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);
CREATE INDEX idx_rules_company_id ON rules (company_id) WHERE deleted_at IS NULL;

CREATE TABLE rule_versions (
    rule_id    uuid NOT NULL REFERENCES rules ON DELETE CASCADE,
    version    integer NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (rule_id, version)
);

-- Bucket → shard. Every shard transaction checks the epoch of the buckets it writes for.
CREATE TABLE shard_buckets (
    bucket   smallint PRIMARY KEY CHECK (bucket BETWEEN 0 AND 255),
    shard    smallint NOT NULL,
    epoch    bigint NOT NULL DEFAULT 0,
    override boolean NOT NULL DEFAULT false
);

-- The one place where "is this event known?" is decided. key: a 128-bit digest of the webhook and the
-- provider's id, or the event's own id.
CREATE TABLE event_keys (
    key        uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    event_id   uuid NOT NULL
);

-- An id that was answered from the spill and proved a duplicate later keeps pointing to the first event.
CREATE TABLE event_aliases (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    event_id   uuid NOT NULL
);

-- created_at is always the time inside the id.
CREATE TABLE deliveries (
    id           uuid NOT NULL,
    company_id   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    webhook_id   uuid NOT NULL,
    event_id     uuid,              -- the first event that came of it, or the known one it repeats
    duplicate    boolean NOT NULL,
    signature    text NOT NULL,
    content_type text,
    headers      jsonb NOT NULL,
    raw_body     bytea,             -- NULL: the same bytes as the first delivery's
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX idx_deliveries_webhook ON deliveries (webhook_id, created_at DESC);

-- Refused at the door (signature, size): counted and shown, never processed.
CREATE TABLE door_refusals (
    webhook_id uuid NOT NULL,
    company_id uuid NOT NULL,
    minute     timestamptz NOT NULL,
    reason     text NOT NULL,
    count      bigint NOT NULL,
    last_at    timestamptz NOT NULL,
    PRIMARY KEY (webhook_id, minute, reason)
);

-- Meta's deliveries belong to the installation: one body may hold several companies' numbers.
CREATE TABLE meta_deliveries (
    id         uuid NOT NULL,
    created_at timestamptz NOT NULL,
    app_id     text NOT NULL,
    headers    jsonb NOT NULL,
    raw_body   bytea NOT NULL,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

-- runs: [{"rule_id","version","outcome","reason",…}], every rule whose trigger named this event's type.
CREATE TABLE incoming_events (
    id                uuid NOT NULL,
    company_id        uuid NOT NULL,
    created_at        timestamptz NOT NULL,
    webhook_id        uuid,          -- NULL: came by Meta's door
    delivery_id       uuid NOT NULL,
    position          smallint NOT NULL DEFAULT 0,
    source            text NOT NULL,
    event_type        text,
    external_id       text,
    order_id          text,
    state             text NOT NULL,
    reason            text,
    customer_name     text,
    customer_phone    text,
    customer_email    text,
    customer_document text,
    product_name      text,
    plan_name         text,
    order_value_cents bigint,
    pix_code          text,
    pix_expires_at    timestamptz,
    payment_method    text,
    occurred_at       timestamptz NOT NULL,
    signature         text NOT NULL,
    replay_of         uuid,
    runs              jsonb,
    payload           jsonb,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX idx_incoming_events_company_id ON incoming_events (company_id, created_at DESC, id DESC);
CREATE INDEX idx_incoming_events_created_at ON incoming_events USING brin (created_at);
CREATE INDEX idx_incoming_events_order ON incoming_events (company_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX idx_webhook_payload_eventid ON incoming_events USING gin (payload jsonb_path_ops);

CREATE TABLE messages (
    id                uuid NOT NULL,
    company_id        uuid NOT NULL,
    created_at        timestamptz NOT NULL,
    event_id          uuid,
    rule_id           uuid,
    rule_version      integer,
    campaign_id       uuid,
    session_id        uuid NOT NULL,
    to_phone          text NOT NULL,
    order_id          text,
    lane              text NOT NULL,
    type              text NOT NULL,
    text              text NOT NULL,
    template_id       uuid,
    template_name     text,
    template_language text,
    components        jsonb,
    category          text,
    status            text NOT NULL,
    reason            text,
    attempt           smallint NOT NULL DEFAULT 0,
    next_attempt_at   timestamptz,
    provider_id       text,
    error             jsonb,
    retry_of          uuid,
    timeline          jsonb NOT NULL DEFAULT '[]',
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX idx_messages_company_id ON messages (company_id, created_at DESC, id DESC);
CREATE INDEX idx_messages_event_id ON messages (event_id) WHERE event_id IS NOT NULL;

-- What still has to be sent, and nothing else. look_at: when the scheduler should look at it next (its due
-- time, or a while after it was handed to a sender, in case that hand-over was lost); infinity while held.
CREATE TABLE message_queue (
    message_id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    session_id uuid NOT NULL,
    lane       text NOT NULL,
    order_id   text,
    cancel_on  text[],
    due_at     timestamptz NOT NULL,
    look_at    timestamptz NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX idx_message_queue_look_at ON message_queue (look_at);
CREATE INDEX idx_message_queue_order ON message_queue (company_id, order_id) WHERE cancel_on IS NOT NULL;
CREATE INDEX idx_message_queue_session ON message_queue (session_id, due_at);

-- The intent: what a sender may be sending right now. Deleted with the last answer. Open ones of a sender that
-- is gone are uncertain.
CREATE TABLE dispatches (
    id          uuid PRIMARY KEY,
    company_id  uuid NOT NULL,
    session_id  uuid NOT NULL,
    fence       bigint NOT NULL,
    message_ids uuid[] NOT NULL,
    attempts    smallint[] NOT NULL,
    send_before timestamptz NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX idx_dispatches_session ON dispatches (session_id);

-- The ledger: one row per attempt that had an outcome. created_at is the message's.
CREATE TABLE message_attempts (
    message_id  uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    company_id  uuid NOT NULL,
    session_id  uuid NOT NULL,
    dispatch_id uuid NOT NULL,
    attempt     smallint NOT NULL,
    outcome     text NOT NULL,   -- accepted, retry, held, failed, uncertain
    provider_id text,
    error       jsonb,
    answered_at timestamptz NOT NULL
) PARTITION BY RANGE (created_at);
CREATE INDEX idx_message_attempts_message_id ON message_attempts (message_id);
CREATE INDEX idx_message_attempts_provider_id ON message_attempts (provider_id) WHERE provider_id IS NOT NULL;

-- How often a rule has written for an order: rules may say "once per order". key: digest of rule and order.
CREATE TABLE message_caps (
    key        uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    used       integer NOT NULL
);

-- Uncertain messages inside their grace time, for the scheduler.
CREATE TABLE uncertain_messages (
    message_id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    session_id uuid NOT NULL,
    lane       text NOT NULL,
    decide_at  timestamptz NOT NULL
);
CREATE INDEX idx_uncertain_messages_decide_at ON uncertain_messages (decide_at);

CREATE TABLE dead_letters (
    id          uuid PRIMARY KEY,
    company_id  uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('event', 'message')),
    event_id    uuid,
    message_id  uuid,
    session_id  uuid,
    class       text NOT NULL,
    code        text,
    reason      text NOT NULL,
    created_at  timestamptz NOT NULL,
    resolved_at timestamptz,
    resolution  text
);
CREATE INDEX idx_dead_letters_company_id ON dead_letters (company_id, created_at DESC, id DESC);

CREATE TABLE idempotency_keys (
    company_id   uuid NOT NULL,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    message_id   uuid NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, key)
);

-- One row per transaction that changed a counted row; seq has no gaps within (writer, epoch).
CREATE SEQUENCE writer_epochs;
CREATE TABLE metric_deltas (
    writer       text NOT NULL,
    epoch        bigint NOT NULL,
    seq          bigint NOT NULL,
    committed_ms bigint NOT NULL,
    data         json NOT NULL,
    PRIMARY KEY (writer, epoch, seq)
) WITH (autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE metric_watermarks (
    writer text NOT NULL,
    epoch  bigint NOT NULL,
    seq    bigint NOT NULL,
    PRIMARY KEY (writer, epoch)
);

-- Roll-ups by minute (of the event's or message's own creation). session_id is the nil UUID where it does not matter.
CREATE TABLE metric_minutes (
    company_id uuid NOT NULL,
    minute     timestamptz NOT NULL,
    kind       text NOT NULL,   -- event, message, latency
    key        text NOT NULL,   -- event type, status, histogram bucket
    session_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    value      bigint NOT NULL,
    PRIMARY KEY (company_id, minute, kind, key, session_id)
);

-- Partitions by month; wide rows stay inline and uncompressed up to a page (measured: twice the COPY rate).
CREATE FUNCTION masteria_make_partitions(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    parent text;
    child text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['deliveries', 'meta_deliveries', 'incoming_events', 'messages', 'message_attempts'] LOOP
        child := parent || to_char(first, '_YYYY_MM');
        IF to_regclass(child) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                           child, parent, first::timestamp AT TIME ZONE 'UTC',
                           (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
            PERFORM masteria_tune_partition(parent, child);
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION masteria_tune_partition(parent text, child text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF parent IN ('deliveries', 'meta_deliveries', 'incoming_events') THEN
        EXECUTE format('ALTER TABLE %I SET (toast_tuple_target = 8160)', child);
    ELSIF parent = 'messages' THEN
        -- Statuses are folded in place: room on the page keeps those updates off the indexes.
        EXECUTE format('ALTER TABLE %I SET (fillfactor = 50, toast_tuple_target = 8160)', child);
    END IF;
END $$;

CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT;
CREATE TABLE meta_deliveries_default PARTITION OF meta_deliveries DEFAULT;
CREATE TABLE incoming_events_default PARTITION OF incoming_events DEFAULT;
CREATE TABLE messages_default PARTITION OF messages DEFAULT;
CREATE TABLE message_attempts_default PARTITION OF message_attempts DEFAULT;
SELECT masteria_tune_partition(t, t || '_default')
FROM unnest(ARRAY['deliveries', 'meta_deliveries', 'incoming_events', 'messages', 'message_attempts']) AS t;
SELECT masteria_make_partitions(current_date);
SELECT masteria_make_partitions((current_date + interval '1 month')::date);
