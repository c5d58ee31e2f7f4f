"""Files of lists that are made in the background."""

from __future__ import annotations

from engine.export_columns import KINDS
from engine.export_text import FORMATS
from engine.jobs import SHOWN_STATES
from gateway.components.shared import COUNT, SENTENCE, shown
from gateway.schema import anything, boolean, choice, define, identifier, moment, record

define(
    "ExportInput",
    record(
        {
            "kind": choice(*KINDS),
            "format": choice(*FORMATS),
            "filter": anything(description="The list's own parameters, `from` and `to` among them."),
            "lang": choice("pt", "en"),
            "delimiter": choice("comma", "semicolon", ",", ";"),
            "bom": boolean(),
            "compress": choice("none", "gzip"),
        },
        required=("kind", "format"),
    ),
)
define(
    "Export",
    shown(
        {
            "id": identifier(),
            "kind": choice(*KINDS),
            "format": choice(*FORMATS),
            "file_name": {"type": "string"},
            "state": choice(*SHOWN_STATES),
            "error": SENTENCE,
            "rows": COUNT,
            "bytes": {**COUNT, "description": "As kept, compressed."},
            "masked": boolean(description="Without phones and documents, because a viewer asked for it."),
            "created_at": moment(),
            "expires_at": moment(),
        }
    ),
)
