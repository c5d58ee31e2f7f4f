-- What Meta tells of a number, or (phone NULL) of all numbers of an account, and what it takes back; an older word than
-- the newest is left.
-- Uses idx_sessions_waba_id.
UPDATE sessions s
SET notice = CASE WHEN $4::text IS NOT NULL THEN $4 WHEN s.notice = ANY($5::text[]) THEN NULL ELSE s.notice END,
    notice_detail = CASE
        WHEN $4::text IS NOT NULL THEN $6
        WHEN s.notice = ANY($5::text[]) THEN NULL
        ELSE s.notice_detail
    END,
    notice_at = $8, quality = coalesce($7, s.quality), updated_at = $9
WHERE s.waba_id = $2 AND s.company_id = $1 AND s.deleted_at IS NULL AND ($3::text IS NULL OR s.phone = $3)
    AND (s.notice_at IS NULL OR s.notice_at <= $8)
RETURNING s.id, s.name
