-- When the oldest transaction began that has written something, or is in the middle of it; now where there is none.
-- Reads the server's list of sessions; no table.
SELECT coalesce(min(xact_start), clock_timestamp()) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    AND (backend_xid IS NOT NULL OR state = 'idle in transaction')
