-- Forgets what is kept by number beside contacts, events and messages. A portfolio's place of the last 24 hours stays
-- taken, under the digest ($3): WhatsApp counts it too.
-- Uses the primary keys and idx_outgoing_changes_phone; window_waits and web_chats by the company's few sessions,
-- portfolio_users by its few portfolios.
WITH undeliverable AS (
    DELETE FROM undeliverable_people WHERE company_id = $1 AND phone = $2
), marketing AS (
    DELETE FROM marketing_people WHERE company_id = $1 AND phone = $2
), numbers AS (
    DELETE FROM web_numbers WHERE company_id = $1 AND phone = $2
), waits AS (
    DELETE FROM window_waits w USING sessions s WHERE s.company_id = $1 AND w.session_id = s.id AND w.phone = $2
), places AS (
    UPDATE portfolio_users u SET phone = $3 FROM portfolios p
    WHERE p.company_id = $1 AND u.company_id = $1 AND u.portfolio = p.portfolio AND u.phone = $2
), changes AS (
    DELETE FROM outgoing_changes
    WHERE company_id = $1 AND event_type = 'contact.opted_out' AND data ->> 'phone' = $2
)
DELETE FROM web_chats c USING sessions s WHERE s.company_id = $1 AND c.session_id = s.id AND c.phone = $2
