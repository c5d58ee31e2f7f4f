-- People in what companies' own systems are told: an opt-out as it is told, and the way from a person to their deliveries.

CREATE OR REPLACE FUNCTION masteria_opted_out(
    contact_id uuid, phone text, kind text, source text, at timestamptz, event_id uuid
) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
RETURN json_build_object(
    'contact_id', contact_id, 'phone', phone, 'kind', kind, 'source', source,
    'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'event_id', event_id
);

-- Whom the body of an outgoing delivery tells of: an event's person, a message's, a step's, or who opted out.
CREATE OR REPLACE FUNCTION masteria_told_phone(payload json) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
    payload #>> '{data,customer,phone}', payload #>> '{data,to}', payload #>> '{data,event,customer_phone}',
    payload #>> '{data,phone}'
);
CREATE INDEX IF NOT EXISTS idx_outgoing_deliveries_phone ON outgoing_deliveries (company_id, masteria_told_phone(payload));
CREATE INDEX IF NOT EXISTS idx_outgoing_changes_phone ON outgoing_changes (company_id, (data ->> 'phone'))
    WHERE event_type = 'contact.opted_out';

-- From an event to the deliveries that repeated it: they keep their bytes where these differ, and their headers. The
-- partitions get their parts without blocking writes, after the migrations (storage/partition_indexes.py).
CREATE INDEX IF NOT EXISTS idx_deliveries_repeated ON ONLY deliveries (event_id) WHERE duplicate;
