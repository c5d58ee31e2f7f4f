-- Campaigns: what is sent to whom, and one row per recipient that is committed before that recipient's message exists.

-- look_at: when the loop of campaigns looks at it next (running: for more messages; scheduled: to start it).
-- made_to: per number, the contact up to which messages were made.
CREATE TABLE IF NOT EXISTS campaigns (
    id          uuid PRIMARY KEY,
    company_id  uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    name        text NOT NULL,
    state       text NOT NULL DEFAULT 'draft'
                CHECK (state IN ('draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled')),
    definition  jsonb NOT NULL,
    parent_id   uuid,
    origin      text NOT NULL DEFAULT 'new' CHECK (origin IN ('new', 'duplicate', 'retry', 'recurrence')),
    made_to     jsonb NOT NULL DEFAULT '{}',
    stalled     text,
    look_at     timestamptz NOT NULL DEFAULT 'infinity',
    next_run_at timestamptz,
    as_of       timestamptz,
    created_by  text,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    started_at  timestamptz,
    moved_at    timestamptz,
    finished_at timestamptz
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS idx_campaigns_company_id ON campaigns (company_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_campaigns_look_at ON campaigns (look_at) WHERE state IN ('running', 'scheduled');
CREATE INDEX IF NOT EXISTS idx_campaigns_parent_id ON campaigns (parent_id) WHERE parent_id IS NOT NULL;

-- How far a campaign's recipients are written: apart from campaigns, so that writing and sending do not wait for each
-- other. reached: the last contact looked at. request: of a retry, whom it takes from its parent.
CREATE TABLE IF NOT EXISTS campaign_expansions (
    campaign_id uuid PRIMARY KEY REFERENCES campaigns ON DELETE CASCADE,
    company_id  uuid NOT NULL,
    job_id      uuid NOT NULL,
    request     jsonb NOT NULL DEFAULT '{}',
    written     bigint NOT NULL DEFAULT 0,
    reached     uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    finished_at timestamptz
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- The ledger of recipients. message_id NULL: its message is not made yet; it gets one, ever. status and reason only
-- where the message stands apart from the crowd (skipped, held, failed, uncertain, cancelled): the way to the people
-- behind those numbers. No personal data: that is in contacts and messages.
CREATE TABLE IF NOT EXISTS campaign_recipients (
    campaign_id uuid NOT NULL,
    contact_id  uuid NOT NULL,
    company_id  uuid NOT NULL,
    session_id  uuid NOT NULL,
    message_id  uuid,
    retry_of    uuid,
    variant     smallint NOT NULL DEFAULT 0,
    status      text,
    reason      text,
    PRIMARY KEY (campaign_id, contact_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS idx_campaign_recipients_pending ON campaign_recipients (campaign_id, session_id, contact_id)
    WHERE message_id IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS idx_campaign_recipients_message_id ON campaign_recipients (message_id)
    WHERE message_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_campaign_recipients_status ON campaign_recipients (campaign_id, status, contact_id)
    WHERE status IS NOT NULL;

-- The letter of a campaign's failed message: whoever tries it again, by hand or as a campaign, takes it up once.
CREATE INDEX IF NOT EXISTS idx_dead_letters_campaign_message ON dead_letters (message_id) WHERE campaign_id IS NOT NULL;
