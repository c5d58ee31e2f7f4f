-- What an assistant answers from, who it is, and what asking a language model has cost.

-- A text, a question with its approved answer, or a file. content: the text, the answer, or what was read of the file
-- (null: not read yet). model: whose vectors its passages have. version grows with every change; the passages in force are those of ready_version.
CREATE TABLE knowledge_sources (
    company_id    uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    id            uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('text', 'question', 'file')),
    name          text NOT NULL,
    format        text CHECK (format IN ('txt', 'md', 'pdf', 'csv')),
    question      text,
    content       text,
    active        boolean NOT NULL DEFAULT true,
    state         text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'ready', 'failed')),
    error         text,
    bytes         bigint NOT NULL,
    passages      integer NOT NULL DEFAULT 0,
    version       integer NOT NULL DEFAULT 1,
    ready_version integer NOT NULL DEFAULT 0,
    model         text,
    created_by    text NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (company_id, id)
);
CREATE INDEX idx_knowledge_sources_created_at ON knowledge_sources (company_id, created_at DESC, id DESC);

-- A file's bytes until its text was read.
CREATE TABLE knowledge_pieces (
    company_id uuid NOT NULL,
    source_id  uuid NOT NULL,
    position   integer NOT NULL,
    bytes      bytea NOT NULL,
    PRIMARY KEY (company_id, source_id, position),
    FOREIGN KEY (company_id, source_id) REFERENCES knowledge_sources ON DELETE CASCADE
);
ALTER TABLE knowledge_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- What is found and shown to whoever answers. words: without accents, as people type.
CREATE TABLE knowledge_passages (
    company_id uuid NOT NULL,
    source_id  uuid NOT NULL,
    version    integer NOT NULL,
    position   integer NOT NULL,
    text       text NOT NULL,
    approved   boolean NOT NULL,   -- an answer that may be sent as it is
    words      tsvector NOT NULL,
    vector     real[] NOT NULL,
    PRIMARY KEY (company_id, source_id, version, position),
    FOREIGN KEY (company_id, source_id) REFERENCES knowledge_sources ON DELETE CASCADE
);
CREATE INDEX idx_knowledge_passages_words ON knowledge_passages USING gin (words);

-- Where the server has pgvector, it compares; elsewhere the process that asks does (storage/knowledge_search.py).
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
        CREATE EXTENSION IF NOT EXISTS vector;
        ALTER TABLE knowledge_passages
            ADD COLUMN embedding vector(384) GENERATED ALWAYS AS (vector::vector(384)) STORED;
    END IF;
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_object THEN
    RAISE NOTICE 'pgvector is not used: %', SQLERRM;
END
$$;

-- Who answers: for the company (session_id null) or one of its numbers. model_sealed: the language model's key.
CREATE TABLE ai_agents (
    company_id   uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    id           uuid NOT NULL,
    session_id   uuid,
    name         text NOT NULL,
    active       boolean NOT NULL DEFAULT true,
    settings     jsonb NOT NULL,
    model        jsonb,
    model_sealed bytea,
    version      integer NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (company_id, id)
);
CREATE UNIQUE INDEX idx_ai_agents_session_id ON ai_agents (company_id, session_id) NULLS NOT DISTINCT;

-- What asking language models has cost a company on a day (UTC): money in millionths of its currency.
CREATE TABLE ai_spending (
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    day        date NOT NULL,
    tokens     bigint NOT NULL DEFAULT 0,
    cost_micro bigint NOT NULL DEFAULT 0,
    asked      integer NOT NULL DEFAULT 0,
    failed     integer NOT NULL DEFAULT 0,
    PRIMARY KEY (company_id, day)
);
