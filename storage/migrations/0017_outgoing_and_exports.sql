-- Files made in the background, and what is told to companies' own systems.

-- An export made by a job (whose id it has): how it was asked for, and how far it is. style: how it is written.
CREATE TABLE exports (
    id          uuid PRIMARY KEY,
    company_id  uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    kind        text NOT NULL,
    file_name   text NOT NULL,
    style       jsonb NOT NULL,
    masked      boolean NOT NULL,
    rows        bigint NOT NULL DEFAULT 0,
    bytes       bigint NOT NULL DEFAULT 0,   -- as stored, compressed
    chunks      integer NOT NULL DEFAULT 0,
    complete    boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX idx_exports_company_id ON exports (company_id, created_at DESC, id DESC);
CREATE INDEX idx_exports_expires_at ON exports (expires_at);

-- Its file: gzip members, which one behind the other are one gzip file. Compressed already: Postgres need not try.
CREATE TABLE export_chunks (
    export_id uuid NOT NULL REFERENCES exports ON DELETE CASCADE,
    position  integer NOT NULL,
    bytes     bytea NOT NULL,
    PRIMARY KEY (export_id, position)
);
ALTER TABLE export_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- An address of a company's own that is told of changes. secrets_sealed: AES-GCM over the signing secrets, the present one
-- first. failing_since: the first failure after the last success.
CREATE TABLE outgoing_webhooks (
    id              uuid PRIMARY KEY,
    company_id      uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    name            text NOT NULL,
    url             text NOT NULL,
    event_types     text[] NOT NULL,
    concurrency     smallint NOT NULL DEFAULT 5 CHECK (concurrency BETWEEN 1 AND 20),
    active          boolean NOT NULL DEFAULT true,
    disabled_reason text,
    disabled_at     timestamptz,
    secrets_sealed  bytea NOT NULL,
    failing_since   timestamptz,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    deleted_at      timestamptz
);
CREATE INDEX idx_outgoing_webhooks_company_id ON outgoing_webhooks (company_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;

-- What is to be told and is no delivery yet: moved here from the deltas (metrics/roll_up.sql), or written with the change
-- itself where changes are few. Empty while no company has an outgoing webhook.
CREATE TABLE outgoing_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    company_id uuid NOT NULL,
    event_type text NOT NULL,
    subject_id uuid,          -- the event's or message's id
    data       json,          -- what there is to tell of anything else
    at_ms      bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

-- One body for one address. next_attempt_at of one that is being attempted is the end of the attempt's lease. payload is
-- json and not jsonb: each attempt sends the same bytes. attempts: the log, with what was asked and answered.
CREATE TABLE outgoing_deliveries (
    id              uuid PRIMARY KEY,
    company_id      uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    webhook_id      uuid NOT NULL,
    event_type      text NOT NULL,
    payload         json NOT NULL,
    state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
    attempt         smallint NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    leased_until    timestamptz,
    last_status     integer,
    last_reason     text,
    attempts        jsonb NOT NULL DEFAULT '[]',
    created_at      timestamptz NOT NULL,
    finished_at     timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX idx_outgoing_deliveries_due ON outgoing_deliveries (webhook_id, next_attempt_at, id) WHERE state = 'pending';
CREATE INDEX idx_outgoing_deliveries_leased ON outgoing_deliveries (webhook_id) WHERE leased_until IS NOT NULL;
CREATE INDEX idx_outgoing_deliveries_webhook ON outgoing_deliveries (webhook_id, created_at DESC, id DESC);
CREATE INDEX idx_outgoing_deliveries_state ON outgoing_deliveries (webhook_id, state, created_at DESC, id DESC);
CREATE INDEX idx_outgoing_deliveries_created_at ON outgoing_deliveries (created_at);
