"""Jobs, schedules, and what a bulk action answers."""

from __future__ import annotations

from engine.jobs import SHOWN_STATES
from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import anything, boolean, define, identifier, moment, nullable, record, ref

define(
    "Job",
    shown(
        {
            "id": identifier(),
            "kind": {"type": "string"},
            "state": {"type": "string", "enum": list(SHOWN_STATES)},
            "done": COUNT,
            "total": {"type": ["integer", "null"], "description": "null: not known (yet)."},
            "errors": {"type": "integer", "description": "How many single entries could not be done."},
            "started_at": {**MAYBE_TIME, "description": "null: it waits for a worker."},
            "eta": MAYBE_TIME,
            "result": nullable(anything(description="What it has to tell; which fields depends on the kind.")),
            "error": {**SENTENCE, "description": "Why it failed, or why its last step is tried again."},
            "cancel_requested": boolean(),
            "schedule_id": MAYBE_ID,
            "created_at": moment(),
            "created_by": SENTENCE,
            "finished_at": MAYBE_TIME,
        }
    ),
)
define(
    "Schedule",
    shown(
        {
            "id": identifier(),
            "kind": {"type": "string", "description": "The kind of its jobs."},
            "subject_id": {**MAYBE_ID, "description": "What it is about, such as a webhook or a campaign."},
            "params": anything(),
            "every_s": {"type": ["integer", "null"]},
            "jitter_s": {"type": "integer", "description": "Each run is up to so many seconds off."},
            "cron": {**SENTENCE, "description": "Five fields, in the company's time zone."},
            "active": boolean(),
            "next_run_at": {**MAYBE_TIME, "description": "null: paused, or never again."},
            "last_run_at": MAYBE_TIME,
            "last_job_id": MAYBE_ID,
            "last_state": nullable({"type": "string", "enum": list(SHOWN_STATES)}),
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
_COUNTS = record(
    {
        "would": {"type": "integer", "description": "How many it would act on."},
        "skip": {
            "type": "object",
            "description": "How many it would leave alone, by reason.",
            "additionalProperties": {"type": "integer"},
        },
        "events": {"type": "integer", "description": "Of an erasure: how many events, up to 10,001 a person."},
        "messages": {"type": "integer", "description": "Of an erasure: how many messages."},
    },
    required=("would", "skip"),
)
define(
    "BulkPreview",
    shown(
        {
            "preview_id": identifier(),
            "action": {"type": "string"},
            "counts": {**nullable(_COUNTS), "description": "null: still being counted, by `job`."},
            "skip_text": {
                "type": "object",
                "description": "The reasons of `counts.skip` in words.",
                "additionalProperties": WORDS,
            },
            "as_of": {**moment(), "description": "What came later is not in it."},
            "expires_at": moment(),
            "job": {**nullable(ref("Job")), "description": "The job that counts, or the run it was used for."},
        }
    ),
)
