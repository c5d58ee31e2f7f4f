-- The audit log is written ahead of what it tells of; a company's own quiet hours.

-- done: false while it is under way, and for ever if the gateway or Postgres went in the middle of it.
ALTER TABLE audit_log
    ADD COLUMN IF NOT EXISTS object_name text,
    ADD COLUMN IF NOT EXISTS done boolean NOT NULL DEFAULT true;

-- {"from": "21:00", "to": "08:00", "transactional": false}; NULL: none. Numbers that have their own keep those.
ALTER TABLE companies ADD COLUMN IF NOT EXISTS quiet_hours jsonb;

-- What a number's options are with its company's quiet hours: its own go first, also where they say that there are none.
CREATE OR REPLACE FUNCTION masteria_session_options(options jsonb, quiet_hours jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN quiet_hours IS NULL OR options #> '{budgets,quiet_hours}' IS NOT NULL
            OR jsonb_typeof(coalesce(options -> 'budgets', '{}')) <> 'object' THEN options
        ELSE options || jsonb_build_object(
            'budgets', coalesce(options -> 'budgets', '{}') || jsonb_build_object('quiet_hours', quiet_hours)
        )
    END
$$;
