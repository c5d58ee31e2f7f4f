-- What WhatsApp charges for a message, as its statuses tell: {"pricing": {…}, "conversation": {…}}.
ALTER TABLE messages ADD COLUMN pricing jsonb;
