-- What was written ahead has been done; the object's id and name and the changes are known by now.
-- Uses audit_log_pkey.
UPDATE audit_log
SET done = true, object_kind = $2, object_id = $3, object_name = $4, changes = $5::jsonb
WHERE id = ANY($1::uuid[])
