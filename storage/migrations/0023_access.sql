-- People sign in: cookie sessions, one-time links, second factors; keys with scopes; who changed what.

-- totp_step: the last step whose code was taken (RFC 6238, 5.2: a code is taken once).
ALTER TABLE users
    ADD COLUMN IF NOT EXISTS language text NOT NULL DEFAULT 'pt-BR',
    ADD COLUMN IF NOT EXISTS theme text NOT NULL DEFAULT 'system',
    ADD COLUMN IF NOT EXISTS last_seen_at timestamptz,
    ADD COLUMN IF NOT EXISTS totp_sealed bytea,
    ADD COLUMN IF NOT EXISTS totp_pending_sealed bytea,
    ADD COLUMN IF NOT EXISTS totp_step bigint NOT NULL DEFAULT 0;
ALTER TABLE memberships ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX IF NOT EXISTS idx_memberships_company_id ON memberships (company_id);

-- token_hash: SHA-256 of the cookie; the cookie itself is known to the browser alone.
CREATE TABLE IF NOT EXISTS user_sessions (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash   bytea NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    address      text NOT NULL DEFAULT '',
    agent        text NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS idx_user_sessions_user_id ON user_sessions (user_id, created_at);

-- A one-time link: an invitation to a company (email, company_id, role), or another password for a person (user_id).
CREATE TABLE IF NOT EXISTS user_links (
    id         uuid PRIMARY KEY,
    purpose    text NOT NULL CHECK (purpose IN ('invite', 'reset')),
    token_hash bytea NOT NULL UNIQUE,
    email      text NOT NULL,
    user_id    uuid REFERENCES users ON DELETE CASCADE,
    company_id uuid REFERENCES companies ON DELETE CASCADE,
    role       text CHECK (role IN ('owner', 'operator', 'viewer')),
    created_by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_user_links_invite ON user_links (company_id, lower(email)) WHERE purpose = 'invite';
CREATE UNIQUE INDEX IF NOT EXISTS idx_user_links_reset ON user_links (user_id) WHERE purpose = 'reset';

CREATE TABLE IF NOT EXISTS recovery_codes (
    user_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- NULL: everything that the key's role may do.
ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS scopes text[];

-- changes: {"field": [before, after]}, without secrets. object_id as text: a session, a lane, a phone's hash.
CREATE TABLE IF NOT EXISTS audit_log (
    id          uuid PRIMARY KEY,
    company_id  uuid REFERENCES companies ON DELETE CASCADE,
    created_at  timestamptz NOT NULL,
    actor_kind  text NOT NULL CHECK (actor_kind IN ('user', 'api_key', 'command_line')),
    actor_id    uuid,
    actor_name  text NOT NULL,
    operation   text NOT NULL,
    object_kind text,
    object_id   text,
    changes     jsonb NOT NULL DEFAULT '{}',
    address     text NOT NULL DEFAULT '',
    request_id  text NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS idx_audit_log_company_id ON audit_log (company_id, created_at, id);
CREATE INDEX IF NOT EXISTS idx_audit_log_actor ON audit_log (company_id, actor_id, created_at, id);
CREATE INDEX IF NOT EXISTS idx_audit_log_operation ON audit_log (company_id, operation, created_at, id);
CREATE INDEX IF NOT EXISTS idx_audit_log_object ON audit_log (company_id, object_id, created_at, id)
    WHERE object_id IS NOT NULL;
