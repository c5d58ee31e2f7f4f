-- Dead letters of messages, each with its message's rule and campaign.
-- Uses each partition's primary key (the range of created_at leaves those concerned).
INSERT INTO dead_letters (id, company_id, kind, event_id, message_id, session_id, class, code, reason, created_at, rule_id,
    campaign_id)
SELECT new.id, new.company_id, 'message', new.event_id, new.message_id, new.session_id, new.class, new.code, new.reason,
    new.created_at, m.rule_id, m.campaign_id
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
        $9::timestamptz[], $10::timestamptz[])
    AS new (id, company_id, event_id, message_id, session_id, class, code, reason, created_at, made_at)
LEFT JOIN messages m ON m.id = new.message_id AND m.created_at = new.made_at AND m.created_at BETWEEN $11 AND $12
