-- Rare values of common columns: an order of their own, so that a page reads what it shows and not what lies between.

CREATE INDEX IF NOT EXISTS idx_incoming_events_type ON ONLY incoming_events
    (company_id, event_type, created_at DESC, id DESC);
-- Nearly every event is processed: this index holds the others.
CREATE INDEX IF NOT EXISTS idx_incoming_events_state ON ONLY incoming_events
    (company_id, state, created_at DESC, id DESC) WHERE state <> 'processed';
CREATE INDEX IF NOT EXISTS idx_messages_rule_id ON ONLY messages (rule_id, created_at DESC, id DESC)
    WHERE rule_id IS NOT NULL;

-- Which messages stand at a status that few reach. An index on messages.status, even a partial one, would take every
-- change of a status out of HOT and make it write all indexes; this table is touched by those few alone.
CREATE TABLE IF NOT EXISTS marked_messages (
    company_id uuid NOT NULL,
    status     text NOT NULL,
    created_at timestamptz NOT NULL,
    message_id uuid NOT NULL,
    PRIMARY KEY (company_id, status, created_at, message_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

-- A trigger, because whatever writes a status must be heard, now and later; its WHEN keeps it from all other rows.
CREATE OR REPLACE FUNCTION masteria_mark_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status IN ('failed', 'uncertain') THEN
        DELETE FROM marked_messages
        WHERE company_id = OLD.company_id AND status = OLD.status AND created_at = OLD.created_at
            AND message_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.status IN ('failed', 'uncertain') THEN
        INSERT INTO marked_messages (company_id, status, created_at, message_id)
        VALUES (NEW.company_id, NEW.status, NEW.created_at, NEW.id) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER mark_inserted AFTER INSERT ON messages FOR EACH ROW
    WHEN (NEW.status IN ('failed', 'uncertain')) EXECUTE FUNCTION masteria_mark_message();
CREATE OR REPLACE TRIGGER mark_updated AFTER UPDATE OF status ON messages FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND (OLD.status IN ('failed', 'uncertain') OR NEW.status IN ('failed', 'uncertain')))
    EXECUTE FUNCTION masteria_mark_message();
CREATE OR REPLACE TRIGGER mark_deleted AFTER DELETE ON messages FOR EACH ROW
    WHEN (OLD.status IN ('failed', 'uncertain')) EXECUTE FUNCTION masteria_mark_message();

INSERT INTO marked_messages (company_id, status, created_at, message_id)
SELECT company_id, status, created_at, id FROM messages WHERE status IN ('failed', 'uncertain') ON CONFLICT DO NOTHING;
