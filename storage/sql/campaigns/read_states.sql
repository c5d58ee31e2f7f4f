-- Those of these campaigns whose messages may not leave, kept as they are until the transaction ends: who resumes or
-- cancels one comes after it, and finds what it set aside. (Rounds of making messages do not wait for it.)
-- Index: primary key.
SELECT id, state FROM campaigns WHERE id = ANY($1::uuid[]) AND state IN ('paused', 'cancelled')
ORDER BY id
FOR KEY SHARE
