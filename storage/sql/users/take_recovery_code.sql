-- Takes a recovery code once.
-- Uses recovery_codes_pkey.
DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2 RETURNING user_id
