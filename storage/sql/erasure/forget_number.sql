-- Forgets what is kept by number beside contacts, events and messages.
-- Uses the primary keys; window_waits and web_chats by the company's few sessions.
WITH undeliverable AS (
    DELETE FROM undeliverable_people WHERE company_id = $1 AND phone = $2
), marketing AS (
    DELETE FROM marketing_people WHERE company_id = $1 AND phone = $2
), numbers AS (
    DELETE FROM web_numbers WHERE company_id = $1 AND phone = $2
), waits AS (
    DELETE FROM window_waits w USING sessions s WHERE s.company_id = $1 AND w.session_id = s.id AND w.phone = $2
)
DELETE FROM web_chats c USING sessions s WHERE s.company_id = $1 AND c.session_id = s.id AND c.phone = $2
