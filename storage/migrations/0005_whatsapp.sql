-- Messages of every type, whom WhatsApp says not to write to, and what Meta tells of templates, numbers and accounts.

-- What the request body of a message holds beside its envelope, text and template: media, buttons, the message answered.
ALTER TABLE messages ADD COLUMN content jsonb;

-- People who want no marketing. The newest word counts, so that words may come in any order: a row that is not active
-- keeps a "resume" from being overtaken by an older "stop".
CREATE TABLE suppressions (
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    phone      text NOT NULL,   -- E.164
    kind       text NOT NULL CHECK (kind = 'marketing'),
    active     boolean NOT NULL,
    source     text NOT NULL,   -- whatsapp_131050, user_preferences, …
    at         timestamptz NOT NULL,
    PRIMARY KEY (company_id, phone, kind)
);

-- What Meta says of a template, beside what its company wrote: our status decides, meta_status is Meta's own word.
ALTER TABLE templates ADD COLUMN meta_id text;
ALTER TABLE templates ADD COLUMN meta_status text;
ALTER TABLE templates ADD COLUMN meta_reason text;
ALTER TABLE templates ADD COLUMN meta_told_at timestamptz;
ALTER TABLE templates ADD COLUMN quality text;
ALTER TABLE templates ADD COLUMN quality_told_at timestamptz;

-- GREEN, YELLOW, RED or UNKNOWN; told_at: Meta's time of the newest word about quality, tier or throughput.
ALTER TABLE sessions ADD COLUMN quality text;
ALTER TABLE sessions ADD COLUMN told_at timestamptz;
CREATE INDEX idx_sessions_waba_id ON sessions (waba_id) WHERE waba_id IS NOT NULL AND deleted_at IS NULL;

-- Everything that Meta's door is told beside messages and statuses, as it was told; key: digest of account, field and
-- value, since Meta repeats itself for days.
CREATE TABLE account_updates (
    key        uuid NOT NULL,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    waba_id    text NOT NULL,
    field      text NOT NULL,
    value      jsonb NOT NULL,
    told_at    timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, key)
);
CREATE INDEX idx_account_updates_created_at ON account_updates (company_id, created_at DESC);
