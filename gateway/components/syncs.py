"""History syncs and their runs."""

from __future__ import annotations

from engine.jobs import SHOWN_STATES
from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import Schema, boolean, choice, define, identifier, moment, nullable, record, text

_INPUT: dict[str, Schema] = {
    "setting_id": text(200, description="Grapfy's `webhookSettingId`."),
    "token": text(4_000, description="Its bearer token; sealed, and never shown again."),
    "since": moment(description="Events made since then; by default of the last 30 days. A change begins anew."),
    "active": boolean(default=True, description="Every six hours, a little early or late, while it is active."),
    "automations": boolean(
        default=False, description="Let rules run for imported events of the last 24 hours; off by default."
    ),
}
define(
    "SyncInput",
    record(
        {"webhook_id": identifier(), "source": choice("grapfy", default="grapfy"), **_INPUT},
        required=("webhook_id", "setting_id", "token"),
    ),
)
define("SyncChange", record(_INPUT))
_COUNTS: dict[str, Schema] = {
    "imported": {**COUNT, "description": "Events that were not stored yet."},
    "duplicates": {**COUNT, "description": "Events that were stored already, however long ago."},
    "failed": {**COUNT, "description": "Records that could not be imported; `entries` of a run tells which."},
}
_ERROR = nullable(shown({"reason": SENTENCE, "reason_text": WORDS, "at": MAYBE_TIME}))
define(
    "Sync",
    shown(
        {
            "id": identifier(),
            "webhook_id": identifier(),
            "source": {"type": "string"},
            "setting_id": {"type": "string"},
            "since": moment(),
            "reached_at": {**MAYBE_TIME, "description": "Up to where everything is imported; null: nothing yet."},
            "active": boolean(),
            "automations": boolean(),
            **_COUNTS,
            "last_error": _ERROR,
            "schedule_id": MAYBE_ID,
            "every_s": {"type": ["integer", "null"]},
            "next_run_at": {**MAYBE_TIME, "description": "null: it is not active, or its schedule is paused."},
            "last_run_at": MAYBE_TIME,
            "last_state": nullable({"type": "string", "enum": list(SHOWN_STATES)}),
            "last_job_id": MAYBE_ID,
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define(
    "SyncRun",
    shown(
        {
            "job_id": identifier(),
            "state": nullable({"type": "string", "enum": list(SHOWN_STATES)}),
            "since": {**moment(), "description": "Where it began to ask."},
            "reached_at": MAYBE_TIME,
            "pages": COUNT,
            **_COUNTS,
            "waits": {**COUNT, "description": "How often it had to wait and ask again."},
            "next_try_at": {**MAYBE_TIME, "description": "While it waits: when it asks again."},
            "error": nullable(
                shown({"reason": SENTENCE, "reason_text": WORDS, "status": {"type": ["integer", "null"]}})
            ),
            "warnings": {"type": "array", "items": shown({"reason": {"type": "string"}, "reason_text": WORDS})},
            "entries": {
                "type": "array",
                "items": shown(
                    {"id": {"type": "string"}, "created_at": MAYBE_TIME, "reason": SENTENCE, "reason_text": WORDS}
                ),
                "description": "Records that could not be imported, the first hundred or so.",
            },
            "started_at": moment(),
            "updated_at": moment(),
            "finished_at": MAYBE_TIME,
        }
    ),
)
