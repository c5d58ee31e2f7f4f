-- Long work: jobs with their progress, schedules that make them, what a bulk action was shown to do, and replays.

-- cursor: how far the last committed step came. A claim writes a new fence; a step commits only under its own. A job that
-- waits between steps is queued again, with started_at kept.
CREATE TABLE IF NOT EXISTS jobs (
    id               uuid PRIMARY KEY,
    company_id       uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    kind             text NOT NULL,
    state            text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
    params           jsonb NOT NULL DEFAULT '{}',
    cursor           jsonb NOT NULL DEFAULT '{}',
    result           jsonb,
    done             bigint NOT NULL DEFAULT 0,
    total            bigint,
    errors           bigint NOT NULL DEFAULT 0,
    error            text,
    cancel_requested boolean NOT NULL DEFAULT false,
    owner            text,
    fence            bigint NOT NULL DEFAULT 0,
    lease_until      timestamptz,
    not_before       timestamptz NOT NULL DEFAULT now(),
    failures         integer NOT NULL DEFAULT 0,   -- of the present step, one after another
    schedule_id      uuid,
    created_at       timestamptz NOT NULL,
    started_at       timestamptz,
    finished_at      timestamptz,
    created_by       text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS idx_jobs_company_id ON jobs (company_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_jobs_open ON jobs (not_before) WHERE state IN ('queued', 'running');
CREATE INDEX IF NOT EXISTS idx_jobs_finished_at ON jobs (finished_at) WHERE finished_at IS NOT NULL;
-- One at a time per company and kind, whoever claims; and one unfinished per schedule.
CREATE UNIQUE INDEX IF NOT EXISTS idx_jobs_running ON jobs (company_id, kind) WHERE state = 'running';
CREATE UNIQUE INDEX IF NOT EXISTS idx_jobs_schedule_id ON jobs (schedule_id)
    WHERE schedule_id IS NOT NULL AND state IN ('queued', 'running');

-- Either every_s or cron (five fields, in the company's time zone). jitter_s: up to so much later, anew each time.
CREATE TABLE IF NOT EXISTS schedules (
    id          uuid PRIMARY KEY,
    company_id  uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    kind        text NOT NULL,
    subject_id  uuid,
    params      jsonb NOT NULL DEFAULT '{}',
    every_s     integer CHECK (every_s > 0),
    jitter_s    integer NOT NULL DEFAULT 0 CHECK (jitter_s >= 0),
    cron        text,
    next_run_at timestamptz NOT NULL,
    last_run_at timestamptz,
    last_job_id uuid,
    active      boolean NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((every_s IS NULL) <> (cron IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS idx_schedules_company_id ON schedules (company_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_schedules_next_run_at ON schedules (next_run_at) WHERE active;
CREATE UNIQUE INDEX IF NOT EXISTS idx_schedules_subject_id ON schedules (company_id, kind, subject_id)
    WHERE subject_id IS NOT NULL;

-- What a bulk action was shown to do. counts NULL: still being counted, by a job. job_id: the run it was used for.
CREATE TABLE IF NOT EXISTS bulk_previews (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    action     text NOT NULL,
    request    jsonb NOT NULL,
    counts     jsonb,
    as_of      timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    job_id     uuid,
    created_by text
);
CREATE INDEX IF NOT EXISTS idx_bulk_previews_expires_at ON bulk_previews (expires_at);

-- A replay adds runs to an event (docs/adr/0016): one row per event and run, never changed.
CREATE TABLE IF NOT EXISTS event_replays (
    event_id   uuid NOT NULL,
    job_id     uuid NOT NULL,
    company_id uuid NOT NULL,
    at         timestamptz NOT NULL,
    runs       jsonb NOT NULL,
    PRIMARY KEY (event_id, job_id)
);

-- What a dead letter can be asked by, and what became of it.
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS rule_id uuid;
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS campaign_id uuid;
ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS retried_as uuid;
UPDATE dead_letters AS d SET rule_id = m.rule_id, campaign_id = m.campaign_id
FROM messages AS m
WHERE d.message_id = m.id AND m.created_at = masteria_id_time(d.message_id)
    AND (m.rule_id IS NOT NULL OR m.campaign_id IS NOT NULL);
-- Those that nobody has dealt with: what the list, the counts and the bulk actions are about.
CREATE INDEX IF NOT EXISTS idx_dead_letters_open ON dead_letters (company_id, created_at DESC, id DESC)
    WHERE resolved_at IS NULL;
