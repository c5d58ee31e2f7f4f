-- History syncs: past events fetched from a source's own API, and what each run of one did.

-- since: where the first run begins. reached_at: up to where all is imported; a run begins an hour before it.
CREATE TABLE IF NOT EXISTS history_syncs (
    id            uuid PRIMARY KEY,
    company_id    uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    webhook_id    uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    source        text NOT NULL CHECK (source IN ('grapfy')),
    setting_id    text NOT NULL,
    token_sealed  bytea NOT NULL,
    since         timestamptz NOT NULL,
    reached_at    timestamptz,
    active        boolean NOT NULL DEFAULT true,
    automations   boolean NOT NULL DEFAULT false,
    imported      bigint NOT NULL DEFAULT 0,
    duplicates    bigint NOT NULL DEFAULT 0,
    failed        bigint NOT NULL DEFAULT 0,
    last_error    text,
    last_error_at timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    deleted_at    timestamptz
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX IF NOT EXISTS idx_history_syncs_webhook_id ON history_syncs (webhook_id, setting_id)
    WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS idx_history_syncs_company_id ON history_syncs (company_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;

-- Written in the transaction of the job's checkpoint, so that its counts are exact. entries: those that failed, the
-- first hundred, [{"id","created_at","reason"}].
CREATE TABLE IF NOT EXISTS history_sync_runs (
    job_id      uuid PRIMARY KEY,
    sync_id     uuid NOT NULL REFERENCES history_syncs ON DELETE CASCADE,
    company_id  uuid NOT NULL,
    since       timestamptz NOT NULL,
    reached_at  timestamptz,
    pages       integer NOT NULL DEFAULT 0,
    imported    bigint NOT NULL DEFAULT 0,
    duplicates  bigint NOT NULL DEFAULT 0,
    failed      bigint NOT NULL DEFAULT 0,
    waits       integer NOT NULL DEFAULT 0,
    warnings    text[] NOT NULL DEFAULT '{}',
    error       text,
    error_status integer,
    entries     jsonb NOT NULL DEFAULT '[]',
    started_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    finished_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS idx_history_sync_runs_sync_id ON history_sync_runs (sync_id, started_at DESC, job_id DESC);
