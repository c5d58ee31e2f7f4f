-- The minutes' sums by hour, by day (both UTC) and for all time, kept in the same transaction: a summary reads whole
-- days and hours and only its edges by the minute; step_s 0 holds what is queued, and totals that survive a restart.
CREATE TABLE metric_periods (
    company_id uuid NOT NULL,
    step_s     integer NOT NULL CHECK (step_s IN (0, 3600, 86400)),
    start      timestamptz NOT NULL,   -- 1970-01-01 for all time
    kind       text NOT NULL,
    key        text NOT NULL,
    session_id uuid NOT NULL,
    value      bigint NOT NULL,
    PRIMARY KEY (company_id, step_s, start, kind, key, session_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE metric_minutes SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
