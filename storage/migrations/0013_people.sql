-- People: contacts with lists, tags and consents; opt-outs of everything; imports; what is left of who was erased.

-- all: no message of this company but the answers of a person. event_id: the event in which it was said; what a rule
-- makes of that very event is the confirmation, and goes.
ALTER TABLE suppressions DROP CONSTRAINT IF EXISTS suppressions_kind_check;
ALTER TABLE suppressions ADD CONSTRAINT suppressions_kind_check CHECK (kind IN ('marketing', 'all'));
ALTER TABLE suppressions ADD COLUMN IF NOT EXISTS event_id uuid;
CREATE INDEX IF NOT EXISTS idx_suppressions_at ON suppressions (company_id, kind, at DESC, phone DESC) WHERE active;

-- Who was erased and wanted no messages still gets none: a keyed digest of company and phone, and nothing else.
CREATE TABLE IF NOT EXISTS erased_suppressions (
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    digest     bytea NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('marketing', 'all')),
    at         timestamptz NOT NULL,
    PRIMARY KEY (company_id, digest, kind)
);

-- Whether messages of the categories utility and authentication go to people who opted out.
ALTER TABLE companies ADD COLUMN IF NOT EXISTS opt_out_spares_utility boolean NOT NULL DEFAULT false;

CREATE OR REPLACE FUNCTION masteria_folded(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(
    lower(given),
    'áàâãäéèêëíìîïóòôõöúùûüçñ@._-+/,;:''"()[]&|#*!?' || chr(9) || chr(10) || chr(13),
    'aaaaaeeeeiiiiooooouuuucn' || repeat(' ', 24)
);

-- The words by which a contact is found. Each begins with a piece of its company's id: one company's search reads only
-- its own entries of the index.
CREATE OR REPLACE FUNCTION masteria_contact_words(company uuid, name text, email text, document text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(array_remove(string_to_array(substr(replace(
    ' ' || masteria_folded(coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(document, '')),
    ' ',
    ' ' || right(company::text, 8)
), 2), ' '), right(company::text, 8)));

-- fields: what the company keeps beside the canonical columns. created_at is the time inside the id. No reference to
-- companies: a check per row would cost an import a tenth of its time.
CREATE TABLE IF NOT EXISTS contacts (
    company_id      uuid NOT NULL,
    id              uuid NOT NULL,
    phone           text,           -- canonical E.164 (engine/phones.py)
    wa_id           text,           -- WhatsApp's own digits, where they differ
    bsuid           text,
    name            text,
    email           text,
    document        text,
    fields          jsonb NOT NULL DEFAULT '{}',
    source          text NOT NULL,  -- event, message, import, api
    first_seen_at   timestamptz NOT NULL,
    first_event_at  timestamptz,
    last_event_at   timestamptz,
    last_event_id   uuid,
    last_event_type text,
    last_inbound_at timestamptz,
    last_message_at timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (company_id, id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX IF NOT EXISTS idx_contacts_phone ON contacts (company_id, phone) WHERE phone IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_contacts_words ON contacts
    USING gin (masteria_contact_words(company_id, name, email, document));

CREATE TABLE IF NOT EXISTS contact_lists (
    id          uuid PRIMARY KEY,
    company_id  uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    name        text NOT NULL,
    description text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_contact_lists_name ON contact_lists (company_id, lower(name));
CREATE INDEX IF NOT EXISTS idx_contact_lists_company_id ON contact_lists (company_id, created_at DESC, id DESC);

-- Ordered by contact, so that a list is read in the same order as all contacts are.
CREATE TABLE IF NOT EXISTS contact_list_members (
    company_id uuid NOT NULL,
    list_id    uuid NOT NULL,
    contact_id uuid NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT now(),
    source     text NOT NULL,
    PRIMARY KEY (list_id, contact_id)
);
CREATE INDEX IF NOT EXISTS idx_contact_list_members_contact ON contact_list_members (company_id, contact_id);

CREATE TABLE IF NOT EXISTS contact_tags (
    company_id uuid NOT NULL,
    tag        text NOT NULL,
    contact_id uuid NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, tag, contact_id)
);
CREATE INDEX IF NOT EXISTS idx_contact_tags_contact ON contact_tags (company_id, contact_id);

-- What a person agreed to or withdrew: only added to, never changed.
CREATE TABLE IF NOT EXISTS consents (
    company_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    id         uuid NOT NULL,
    purpose    text NOT NULL,
    granted    boolean NOT NULL,
    source     text NOT NULL,   -- where it was given: "checkout", "formulário da loja", …
    note       text,
    at         timestamptz NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, contact_id, id)
);

-- How far events have become contacts, by company; the place is an event's. Events that were stored later than their
-- ids say (out of the spill, for instance) are named apart, by the transaction that stored them.
CREATE TABLE IF NOT EXISTS contact_folds (
    company_id uuid PRIMARY KEY REFERENCES companies ON DELETE CASCADE,
    at         timestamptz NOT NULL,
    event_id   uuid NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS late_events (
    event_id   uuid PRIMARY KEY,
    company_id uuid NOT NULL
);

-- An uploaded file of contacts, in pieces: whichever node works on it finds it here. It goes a week after its end.
CREATE TABLE IF NOT EXISTS contact_imports (
    id         uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    filename   text NOT NULL,
    bytes      bigint NOT NULL,
    format     jsonb NOT NULL,      -- encoding, delimiter, header
    job_id     uuid,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_contact_imports_company_id ON contact_imports (company_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS idx_contact_imports_expires_at ON contact_imports (expires_at);
CREATE TABLE IF NOT EXISTS contact_import_pieces (
    import_id uuid NOT NULL REFERENCES contact_imports ON DELETE CASCADE,
    number    integer NOT NULL,
    data      bytea NOT NULL,
    PRIMARY KEY (import_id, number)
);
ALTER TABLE contact_import_pieces ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS contact_import_errors (
    import_id uuid NOT NULL REFERENCES contact_imports ON DELETE CASCADE,
    row       bigint NOT NULL,      -- 1 is the first below the header
    problem   text NOT NULL,        -- a code of engine/import_reasons.py
    cells     text[] NOT NULL,      -- the row as it stood
    PRIMARY KEY (import_id, row)
);

-- Who was erased, without the person's data: for whoever has to prove that it was done.
CREATE TABLE IF NOT EXISTS erasures (
    id           uuid PRIMARY KEY,
    company_id   uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    contact_id   uuid NOT NULL,
    digest       bytea NOT NULL,
    counts       jsonb NOT NULL,
    job_id       uuid,
    requested_by text NOT NULL,
    created_at   timestamptz NOT NULL,
    finished_at  timestamptz
);
CREATE INDEX IF NOT EXISTS idx_erasures_company_id ON erasures (company_id, created_at DESC, id DESC);
