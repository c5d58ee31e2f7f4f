-- What erasure and retention find their rows by, also where the event or message that a row came of is gone.

CREATE INDEX IF NOT EXISTS idx_pix_orders_phone ON pix_orders (company_id, phone) WHERE phone IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_rule_cases_phone ON rule_cases (company_id, phone) WHERE phone IS NOT NULL;

-- Dry runs that show people as examples: in their previews, no longer in the jobs that have counted them.
CREATE INDEX IF NOT EXISTS idx_bulk_previews_samples ON bulk_previews (company_id) WHERE counts ? 'samples';
UPDATE jobs SET cursor = cursor #- '{tally,samples}' WHERE kind = 'campaign_dry_run' AND finished_at IS NOT NULL;

-- The last eight digits of every number in a refused row: whoever is erased is found by them, however it was written.
ALTER TABLE contact_import_errors ADD COLUMN IF NOT EXISTS tails text[];
CREATE INDEX IF NOT EXISTS idx_contact_import_errors_tails ON contact_import_errors USING gin (tails)
    WHERE tails IS NOT NULL;

-- When a cap was asked last; for those that are there, from now on.
ALTER TABLE message_caps ADD COLUMN IF NOT EXISTS used_at timestamptz NOT NULL DEFAULT now();
