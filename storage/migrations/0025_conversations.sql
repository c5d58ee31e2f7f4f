-- Conversations: who has written to which number, who waits for an answer; turns for whoever understands and answers.

-- One row per number and person, folded out of inbound messages in their own transaction (storage/conversations.py). Its
-- id is its first message's event. state waiting: set aside until the person writes again; waiting_since: the first
-- inbound message that nobody has answered; name_at: of which message the name is.
CREATE TABLE IF NOT EXISTS conversations (
    company_id         uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    id                 uuid NOT NULL,
    session_id         uuid NOT NULL,
    phone              text NOT NULL,
    name               text,
    name_at            timestamptz,
    state              text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'waiting', 'closed')),
    assignee_id        uuid,
    ai_on              boolean NOT NULL DEFAULT true,
    ai_off_reason      text,
    unread             integer NOT NULL DEFAULT 0,
    waiting_since      timestamptz,
    last_inbound_at    timestamptz NOT NULL,
    last_event_id      uuid NOT NULL,
    last_type          text NOT NULL,
    last_text          text,
    last_outbound_at   timestamptz,
    last_outbound_text text,
    last_at            timestamptz NOT NULL GENERATED ALWAYS AS (greatest(last_inbound_at, last_outbound_at)) STORED,
    intent             text,
    confidence         real,
    version            bigint NOT NULL DEFAULT 1,
    updated_at         timestamptz NOT NULL,
    PRIMARY KEY (company_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX IF NOT EXISTS idx_conversations_person ON conversations (company_id, session_id, phone);
CREATE INDEX IF NOT EXISTS idx_conversations_last_at ON conversations (company_id, last_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_conversations_state ON conversations (company_id, state, last_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_conversations_assignee ON conversations (company_id, assignee_id, last_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_conversations_waiting ON conversations (company_id, waiting_since, id)
    WHERE waiting_since IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_conversations_unread ON conversations (company_id, last_at DESC, id DESC) WHERE unread > 0;
CREATE INDEX IF NOT EXISTS idx_conversations_updated_at ON conversations (company_id, updated_at DESC, id DESC);

-- An inbound message that nobody has understood yet; the row goes when its turn is over. fence: of the worker that has it.
CREATE TABLE IF NOT EXISTS ai_turns (
    event_id        uuid PRIMARY KEY,
    company_id      uuid NOT NULL,
    conversation_id uuid NOT NULL,
    session_id      uuid NOT NULL,
    phone           text NOT NULL,
    look_at         timestamptz NOT NULL,
    fence           bigint NOT NULL DEFAULT 0,
    owner           text,
    attempts        integer NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX IF NOT EXISTS idx_ai_turns_look_at ON ai_turns (look_at);
CREATE INDEX IF NOT EXISTS idx_ai_turns_conversation ON ai_turns (company_id, conversation_id, event_id);

-- author_id NULL: an API key wrote it.
CREATE TABLE IF NOT EXISTS conversation_notes (
    company_id      uuid NOT NULL,
    conversation_id uuid NOT NULL,
    id              uuid NOT NULL,
    author_id       uuid,
    author_name     text NOT NULL,
    text            text NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (company_id, conversation_id, id),
    FOREIGN KEY (company_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);

-- Who wrote an answer: a person, AI, or a program with a key (author_id: the user, or the key). The message is in messages.
CREATE TABLE IF NOT EXISTS conversation_replies (
    company_id      uuid NOT NULL,
    message_id      uuid NOT NULL,
    conversation_id uuid NOT NULL,
    author          text NOT NULL CHECK (author IN ('person', 'ai', 'key')),
    author_id       uuid,
    author_name     text NOT NULL,
    PRIMARY KEY (company_id, message_id),
    FOREIGN KEY (company_id, conversation_id) REFERENCES conversations ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_conversation_replies_conversation ON conversation_replies (company_id, conversation_id);

CREATE TABLE IF NOT EXISTS quick_replies (
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    id         uuid NOT NULL,
    shortcut   text NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, id)
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_quick_replies_shortcut ON quick_replies (company_id, shortcut);
