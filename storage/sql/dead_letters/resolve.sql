-- Dead letters that were dealt with, and what each became. (An event that was read again came in before its letter was
-- locked: that it was retried is what a discard in between gives way to.)
-- Uses dead_letters_pkey.
UPDATE dead_letters AS d
SET resolved_at = $4, resolution = $5, retried_as = done.retried_as
FROM unnest($2::uuid[], $3::uuid[]) AS done (id, retried_as)
WHERE d.company_id = $1 AND d.id = done.id AND (d.resolved_at IS NULL OR ($5 = 'retried' AND d.kind = 'event' AND d.resolution = 'discarded'))
