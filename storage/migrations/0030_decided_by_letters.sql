-- What a message wants may be told by the letters that it shares with examples, without the model.
ALTER TABLE ai_decisions DROP CONSTRAINT ai_decisions_decided_by_check;
ALTER TABLE ai_decisions
    ADD CONSTRAINT ai_decisions_decided_by_check CHECK (decided_by IN ('words', 'letters', 'model', 'nothing'));
