-- What a language model, or a person, writes in a template's place; and what was asked of models for it.

-- The version of a template's text: grows when the text changes, and with it every variant is stale.
ALTER TABLE templates ADD COLUMN IF NOT EXISTS body_version integer NOT NULL DEFAULT 1;

-- Which variant a message says: {"id", "template_version"}; null: the template itself.
ALTER TABLE messages ADD COLUMN IF NOT EXISTS variant jsonb;

-- state proposed or approved with an older template_version is what the API calls stale. writing_id: the work of ai_writings that proposed it.
CREATE TABLE IF NOT EXISTS template_variants (
    company_id       uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    id               uuid NOT NULL,
    template_id      uuid NOT NULL REFERENCES templates ON DELETE CASCADE,
    template_version integer NOT NULL,
    text             text NOT NULL,
    state            text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected')),
    origin           text NOT NULL CHECK (origin IN ('person', 'model')),
    writing_id       uuid,
    created_by       text NOT NULL,
    reviewed_by      text,
    reviewed_at      timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX IF NOT EXISTS idx_template_variants_template
    ON template_variants (company_id, template_id, created_at DESC, id DESC);

-- One row per piece of writing that was asked for: what it was, which model wrote it and what that took.
-- subject_id: the template or conversation. refused: how many proposals were refused, by reason.
CREATE TABLE IF NOT EXISTS ai_writings (
    company_id     uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    id             uuid NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('variants', 'summary', 'ideas')),
    subject_id     uuid,
    by_model       boolean NOT NULL,
    reason         text,
    made           integer NOT NULL,
    refused        jsonb NOT NULL DEFAULT '{}',
    model          text,
    prompt_version text,
    tokens         integer NOT NULL DEFAULT 0,
    cost           numeric(12, 6) NOT NULL DEFAULT 0,
    latency_ms     integer NOT NULL DEFAULT 0,
    created_by     text NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX IF NOT EXISTS idx_ai_writings_created_at ON ai_writings (company_id, created_at DESC, id DESC);
