"""Entries of the audit log."""

from __future__ import annotations

from gateway.components.shared import MAYBE_ID, SENTENCE, WORDS, shown
from gateway.schema import boolean, choice, define, identifier, items, moment, ref

_VALUE = {"description": "Any JSON; a long one is cut."}
define(
    "AuditChange",
    shown(
        {
            "field": {"type": "string", "description": "With dots where it lies inside another: `action.send.text`."},
            "before": _VALUE,
            "after": _VALUE,
            "hidden": boolean(description="A secret or a person's value: only that it changed is told."),
        }
    ),
)
define(
    "AuditEntry",
    shown(
        {
            "id": identifier(),
            "at": moment(),
            "actor": shown(
                {"kind": choice("user", "api_key", "command_line"), "id": MAYBE_ID, "name": {"type": "string"}}
            ),
            "operation": {"type": "string", "description": "The `operationId`."},
            "object": shown({"kind": SENTENCE, "id": SENTENCE, "name": SENTENCE}),
            "changes": items(ref("AuditChange"), 300),
            "outcome": choice("done", "unknown"),
            "address": {"type": "string", "description": "Where it came from."},
            "request_id": {"type": "string"},
        }
    ),
)
define(
    "AuditOperations",
    shown(
        {
            "data": items(
                shown(
                    {
                        "operation": {"type": "string"},
                        "label": WORDS,
                        "summary": {"type": "string"},
                        "object_kind": SENTENCE,
                    }
                ),
                500,
            )
        }
    ),
)
