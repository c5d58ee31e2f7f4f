-- What companies want told, for the memory of whoever writes counted rows. A small table, read whole.
-- Index: none needed; a webhook that is out of use or gone is left out.
SELECT company_id, event_types FROM outgoing_webhooks WHERE active AND deleted_at IS NULL
