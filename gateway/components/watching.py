"""Dead letters, the queue, the summary, the way to the live feed."""

from __future__ import annotations

from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, NUMBER, SENTENCE, WORDS, shown
from gateway.schema import anything, define, identifier, moment

define(
    "DeadLetter",
    shown(
        {
            "id": identifier(),
            "kind": {"type": "string", "enum": ["event", "message"]},
            "event_id": MAYBE_ID,
            "message_id": MAYBE_ID,
            "session_id": MAYBE_ID,
            "class": {"type": "string"},
            "code": SENTENCE,
            "reason": {"type": "string"},
            "reason_text": WORDS,
            "created_at": moment(),
            "resolved_at": MAYBE_TIME,
            "resolution": SENTENCE,
        }
    ),
)
_LANE = shown(
    {
        "session_id": identifier(),
        "lane": {"type": "string"},
        "depth": COUNT,
        "due": COUNT,
        "held": COUNT,
        "oldest_due_at": MAYBE_TIME,
        "oldest_s": NUMBER,
    }
)
define(
    "Queue",
    shown(
        {
            "depth": COUNT,
            "held": COUNT,
            "oldest_s": {"type": "number", "description": "For how many seconds the oldest message is due."},
            "lanes": {"type": "array", "items": _LANE},
        }
    ),
)
define("MetricsSummary", anything(description="See `metrics` of the live feed; with a range, its sums."))
define(
    "LiveTicket",
    shown({"url": {"type": "string"}, "ticket": {"type": "string", "description": "Good once, for 30 s."}}),
)
