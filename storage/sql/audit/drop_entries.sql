-- What was written ahead was refused: nothing has happened.
-- Uses audit_log_pkey.
DELETE FROM audit_log WHERE id = ANY($1::uuid[]) AND NOT done
