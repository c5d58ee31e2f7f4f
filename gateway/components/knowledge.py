"""What an assistant answers from: sources of knowledge, their passages, and what a question finds."""

from __future__ import annotations

from gateway.components.shared import SENTENCE, WORDS, shown
from gateway.schema import Schema, boolean, choice, define, identifier, items, moment, record, text, whole

_LONGEST_TEXT, _LONGEST_QUESTION, _LONGEST_ANSWER = 200_000, 500, 1_000
_NAME = text(200, description="What the source is called; answers cite it.")
_BODY: dict[str, Schema] = {
    "name": _NAME,
    "question": text(_LONGEST_QUESTION, description="Of kind `question` only."),
    "text": text(
        _LONGEST_TEXT,
        description=f"The text, plain or Markdown; of kind `question` the approved answer, at most {_LONGEST_ANSWER}.",
    ),
    "active": boolean(default=True, description="Inactive sources answer nothing."),
}
define(
    "KnowledgeInput",
    record({"kind": choice("text", "question"), **_BODY}, required=("kind", "name", "text")),
)
define("KnowledgeChange", record(_BODY))
_SOURCE: dict[str, Schema] = {
    "id": identifier(),
    "kind": choice("text", "question", "file"),
    "name": {"type": "string"},
    "format": {"type": ["string", "null"], "enum": ["txt", "md", "pdf", "csv", None]},
    "question": SENTENCE,
    "active": {"type": "boolean"},
    "state": choice("waiting", "ready", "failed"),
    "error": {**SENTENCE, "description": "Why it could not be read."},
    "error_text": WORDS,
    "bytes": {"type": "integer"},
    "passages": {"type": "integer", "description": "In force; of a change that waits still the old ones."},
    "created_by": {"type": "string"},
    "created_at": moment(),
    "updated_at": moment(),
}
define("KnowledgeSourceSummary", shown(_SOURCE))
define(
    "KnowledgeSource",
    shown({**_SOURCE, "text": {**SENTENCE, "description": "Null while a file's text has yet to be read."}}),
)
define(
    "KnowledgePassages",
    shown(
        {
            "data": {
                "type": "array",
                "items": shown(
                    {
                        "position": {"type": "integer"},
                        "text": {"type": "string"},
                        "approved": {"type": "boolean", "description": "It may be sent as it is."},
                    }
                ),
            },
            "next_after": {"type": ["integer", "null"], "description": "Where the next page begins; null: nowhere."},
        }
    ),
)
define(
    "KnowledgeQuestion",
    record({"question": text(1_000), "limit": whole(1, 20, default=5)}, required=("question",)),
)
define(
    "KnowledgeFound",
    shown(
        {
            "data": items(
                shown(
                    {
                        "source_id": identifier(),
                        "source": {"type": "string"},
                        "position": {"type": "integer"},
                        "text": {"type": "string"},
                        "question": SENTENCE,
                        "approved": {"type": "boolean"},
                        "score": {"type": "number", "description": "Of both rankings together; for the order."},
                        "likeness": {"type": "number", "description": "Of the meanings; 1 at most."},
                    }
                ),
                20,
            )
        }
    ),
)
