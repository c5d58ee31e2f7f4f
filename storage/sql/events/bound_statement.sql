-- Ends this transaction's next statements after $1 ms, and keeps them off sequential scans.
-- Reads nothing.
SELECT set_config('statement_timeout', $1, true), set_config('enable_seqscan', 'off', true)
