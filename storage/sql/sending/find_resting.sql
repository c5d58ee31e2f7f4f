-- Which of these messages no sender may be sending: they are in no open dispatch (a small table). With it, a message
-- that is held and has no place in the queue is at rest: its rule holds it.
SELECT given.id
FROM unnest($1::uuid[]) AS given (id)
WHERE NOT EXISTS (SELECT 1 FROM dispatches d WHERE d.company_id = $2 AND given.id = ANY(d.message_ids))
