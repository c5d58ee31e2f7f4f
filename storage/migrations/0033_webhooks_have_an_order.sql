-- A webhook's and a source's events in the list's order (docs/adr/0022-webhooks-have-an-order.md). What partitions lack is
-- built without blocking writes, after the migrations (storage/partition_indexes.py).

CREATE INDEX IF NOT EXISTS idx_incoming_events_webhook ON ONLY incoming_events
    (company_id, webhook_id, created_at DESC, id DESC) WHERE webhook_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_incoming_events_source ON ONLY incoming_events
    (company_id, source, created_at DESC, id DESC);
