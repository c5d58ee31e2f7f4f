-- A fresh epoch for a writer that starts: its seq counts from 1 again.
-- Index: none (a sequence).
SELECT nextval('writer_epochs')
