-- Understanding: a company's own intents, and what was decided about each inbound message.

-- vectors: one of E5 per example, float32 one behind the other; NULL until an AI worker has computed them. model: theirs.
CREATE TABLE IF NOT EXISTS ai_intents (
    company_id  uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    id          uuid NOT NULL,
    name        text NOT NULL,
    label       text NOT NULL,
    description text NOT NULL DEFAULT '',
    examples    text[] NOT NULL,
    threshold   real,
    active      boolean NOT NULL DEFAULT true,
    vectors     bytea,
    model       text,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (company_id, id)
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_ai_intents_name ON ai_intents (company_id, name);

-- One row per inbound message; its id is the message's event, so that no message is decided twice.
-- decided_by: words, model, or nothing (no text). latency_ms: from the message's receipt to the decision.
CREATE TABLE IF NOT EXISTS ai_decisions (
    company_id        uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    id                uuid NOT NULL,
    conversation_id   uuid NOT NULL,
    session_id        uuid NOT NULL,
    phone             text NOT NULL,
    at                timestamptz NOT NULL,
    text              text,
    intent            text,
    confidence        real,
    second_intent     text,
    second_confidence real,
    decided_by        text NOT NULL CHECK (decided_by IN ('words', 'model', 'nothing')),
    neighbours        jsonb NOT NULL DEFAULT '[]',
    outcome           text NOT NULL CHECK (outcome IN ('answered', 'handed_over', 'silent', 'suggested')),
    reason            text,
    message_id        uuid,
    sources           jsonb NOT NULL DEFAULT '[]',
    prompt_version    text,
    model             text,
    cost              numeric(12, 6),
    tokens            integer,
    latency_ms        integer NOT NULL,
    feedback          text CHECK (feedback IN ('right', 'wrong')),
    feedback_intent   text,
    feedback_at       timestamptz,
    PRIMARY KEY (company_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS idx_ai_decisions_intent ON ai_decisions (company_id, intent, id DESC);
CREATE INDEX IF NOT EXISTS idx_ai_decisions_outcome ON ai_decisions (company_id, outcome, id DESC);
CREATE INDEX IF NOT EXISTS idx_ai_decisions_conversation ON ai_decisions (company_id, conversation_id, id DESC);
CREATE INDEX IF NOT EXISTS idx_ai_decisions_phone ON ai_decisions (company_id, phone);
CREATE INDEX IF NOT EXISTS idx_ai_decisions_at ON ai_decisions (company_id, at) WHERE text IS NOT NULL;
