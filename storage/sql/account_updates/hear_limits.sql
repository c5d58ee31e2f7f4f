-- Takes in news of numbers' limits: of one phone, or (phone NULL) of all numbers of an account. An older word about a
-- tier than the one known is left; throughput is only ever told when it rises.
-- Uses idx_sessions_waba_id.
UPDATE sessions s
SET tier = CASE WHEN s.told_at > told.at THEN s.tier ELSE coalesce(told.tier, s.tier) END,
    throughput = coalesce(told.throughput, s.throughput),
    quality = coalesce(told.quality, s.quality),
    told_at = CASE WHEN told.tier IS NULL THEN s.told_at ELSE greatest(s.told_at, told.at) END,
    updated_at = $8
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::timestamptz[])
    AS told (company_id, waba_id, phone, tier, throughput, quality, at)
WHERE s.waba_id = told.waba_id AND s.company_id = told.company_id AND s.deleted_at IS NULL
    AND (told.phone IS NULL OR s.phone = told.phone)
RETURNING s.company_id
