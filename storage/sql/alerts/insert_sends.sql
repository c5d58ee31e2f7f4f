-- What an alert has to tell, by channel.
-- Index: alert_sends_pkey.
INSERT INTO alert_sends (id, company_id, alert_id, channel, data, look_at)
SELECT given.id, $2, $3, given.channel, $5, $6 FROM unnest($1::uuid[], $4::text[]) AS given (id, channel)
