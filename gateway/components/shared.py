"""What the shapes of several nouns are made of."""

from __future__ import annotations

from gateway.schema import Schema, identifier, moment, nullable, record

SENTENCE: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer"}
ROLE: Schema = {"type": "string", "enum": ["owner", "operator", "viewer"]}
MAYBE_ID = nullable(identifier())
MAYBE_TIME = nullable(moment())
E164 = {"type": "string", "pattern": r"\+[0-9*]{7,15}", "description": "E.164; for viewers with `*`."}
ADDRESS = {
    "type": "string",
    "pattern": r"\+[0-9*]{7,15}|[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}",
    "description": "E.164 (for viewers with `*`), or WhatsApp's id (BSUID) of who tells no number.",
}
WORDS = nullable(record({"pt": {"type": "string"}, "en": {"type": "string"}}, description="The reason in words."))


def shown(properties: dict[str, Schema], **more: str) -> Schema:
    """Return the schema of an answer: every field is always there."""
    return record(properties, required=tuple(properties), **more)
