-- Stores the templates of a company that it does not have by name and language; returns those that were new.
-- idx_templates_name decides which are.
INSERT INTO templates (id, company_id, name, kind, language, category, body, components, defaults, status, created_at, updated_at)
SELECT given.id, $1, given.name, given.kind, given.language, given.category, given.body, given.components::jsonb,
    given.defaults::jsonb, given.status, given.created_at, given.created_at
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::timestamptz[])
    AS given (id, name, kind, language, category, body, components, defaults, status, created_at)
ORDER BY given.name, given.language
ON CONFLICT (company_id, name, language) WHERE deleted_at IS NULL DO NOTHING
RETURNING name, language
