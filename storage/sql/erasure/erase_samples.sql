-- Takes a person out of the examples that dry runs show.
-- Uses idx_bulk_previews_samples: the previews of a day or two.
UPDATE bulk_previews p
SET counts = jsonb_set(p.counts, '{samples}', (
    SELECT coalesce(jsonb_agg(s.sample ORDER BY s.place), '[]')
    FROM jsonb_array_elements(p.counts -> 'samples') WITH ORDINALITY AS s (sample, place)
    WHERE s.sample ->> 'to' IS DISTINCT FROM $2 AND s.sample ->> 'contact_id' IS DISTINCT FROM $3::uuid::text
))
WHERE p.company_id = $1 AND p.counts ? 'samples' AND (
    p.counts @> jsonb_build_object('samples', jsonb_build_array(jsonb_build_object('to', $2::text)))
    OR p.counts @> jsonb_build_object('samples', jsonb_build_array(jsonb_build_object('contact_id', $3::uuid)))
)
