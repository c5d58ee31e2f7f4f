-- Other recovery codes in the place of a person's; an empty list takes them away.
-- Uses recovery_codes_pkey. No code of the new ones is among the old: the two parts see the same rows.
WITH gone AS (DELETE FROM recovery_codes WHERE user_id = $1)
INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, code FROM unnest($2::bytea[]) AS u (code)
