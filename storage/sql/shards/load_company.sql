-- A company's time zone and everything that decides about its events, as JSON. Uses the companies' indexes.
SELECT c.time_zone,
    (SELECT coalesce(json_agg(json_build_object('id', r.id, 'name', r.name, 'active', r.active, 'version', r.version,
                                                'definition', r.definition) ORDER BY r.id), '[]')
     FROM rules r WHERE r.company_id = c.id AND r.deleted_at IS NULL) AS rules,
    (SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name, 'kind', t.kind, 'language', t.language,
                                                'category', t.category, 'body', t.body, 'components', t.components,
                                                'defaults', t.defaults, 'status', t.status,
                                                'version', t.body_version, 'variants', (
        SELECT coalesce(json_agg(json_build_object('id', v.id, 'text', v.text) ORDER BY v.id), '[]')
        FROM template_variants v
        WHERE v.company_id = t.company_id AND v.template_id = t.id AND v.state = 'approved'
            AND v.template_version = t.body_version
    ))), '[]')
     FROM templates t WHERE t.company_id = c.id AND t.deleted_at IS NULL) AS templates,
    (SELECT coalesce(json_agg(json_build_object('id', s.id, 'transport', s.transport, 'state', s.state,
                                                'phone_number_id', s.phone_number_id, 'app_id', s.app_id,
                                                'waba_id', s.waba_id)), '[]')
     FROM sessions s WHERE s.company_id = c.id AND s.deleted_at IS NULL) AS sessions,
    (SELECT coalesce(json_agg(json_build_object('id', w.id, 'source', w.source, 'mapping', w.mapping,
                                                'dedupe', w.dedupe)), '[]')
     FROM webhooks w WHERE w.company_id = c.id) AS webhooks,
    -- What calls off runs that began with an earlier version of a rule.
    (SELECT coalesce(json_agg(DISTINCT earlier.event_type), '[]')
     FROM rules r JOIN rule_versions v ON v.rule_id = r.id AND jsonb_typeof(v.definition->'cancel_on') = 'array',
         jsonb_array_elements_text(v.definition->'cancel_on') AS earlier (event_type)
     WHERE r.company_id = c.id AND (r.deleted_at IS NULL OR r.deleted_at > now() - interval '60 days')) AS cancel_on
FROM companies c
WHERE c.id = $1
