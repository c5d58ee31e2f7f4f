"""Campaigns: drafts, dry runs, recipients and reports."""

from __future__ import annotations

from engine.campaign_schema import MAX_NAME, MAX_SESSIONS, MAX_SHARE, MAX_VARIANTS
from engine.campaigns import STATES
from engine.message_states import STATUSES
from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import (
    Schema,
    anything,
    boolean,
    choice,
    define,
    identifier,
    items,
    moment,
    nullable,
    record,
    ref,
    text,
    whole,
)

_VARIABLES = anything(
    description=(
        'By variable of the template: `{"field": "name"}` (name, phone, email, document or a custom field) or '
        '`{"value": "…"}`, each with a `default`. What is not named takes the contact\'s own word.'
    )
)
_DEFINITION: dict[str, Schema] = {
    "name": text(MAX_NAME),
    "audience": anything(description="Whom it is for: the filter of contacts; {} means everybody."),
    "variants": items(
        record(
            {
                "template_id": identifier(),
                "share": whole(1, MAX_SHARE),
                "variables": _VARIABLES,
                "variants": boolean(description="Approved variants of the template take its place."),
            },
            required=("template_id",),
        ),
        MAX_VARIANTS,
        description="Templates that are tried against each other; one is enough.",
    ),
    "variables": _VARIABLES,
    "sessions": items(
        record({"session_id": identifier(), "share": whole(1, MAX_SHARE)}, required=("session_id",)), MAX_SESSIONS
    ),
    "schedule": anything(
        description=(
            '`{"start_at"?, "time_zone"?, "recurrence"?: {"every": "day"|"week"|"month", "at": "09:00", '
            '"weekdays"?: [1…7], "day"?, "until"?}}`'
        )
    ),
    "quiet_hours": nullable(anything(description='`{"from": "21:00", "to": "08:00"}`, by the recipient\'s clock.')),
}
define("CampaignInput", anything(properties=_DEFINITION, **{"x-checked-by": "engine/campaign_schema.py"}))
_APPROVED = {**COUNT, "description": "How many variants of the template are taken; 0: the template itself."}
_COUNTS = shown(dict.fromkeys(STATUSES, COUNT), description="Exclusive: they add up to `total`.")
_STALLED = nullable(shown({"reason": {"type": "string"}, "reason_text": WORDS}))
define(
    "Campaign",
    record(
        {
            "id": identifier(),
            **_DEFINITION,
            "status": choice(*STATES),
            "stalled": {**_STALLED, "description": "Why nothing of it leaves, while it is running."},
            "stalled_since": MAYBE_TIME,
            "parent_id": {**MAYBE_ID, "description": "What it was copied from, or what it tries again."},
            "origin": choice("new", "duplicate", "retry", "recurrence"),
            "total": {"type": "integer", "description": "Recipients so far; it grows while the audience is written."},
            "counts": _COUNTS,
            "audience_written": boolean(),
            "job_id": {**MAYBE_ID, "description": "The job that writes its recipients."},
            "next_run_at": {**MAYBE_TIME, "description": "When it begins (again)."},
            "as_of": {**MAYBE_TIME, "description": "Contacts made later are out."},
            "created_by": SENTENCE,
            "created_at": moment(),
            "updated_at": moment(),
            "started_at": MAYBE_TIME,
            "finished_at": MAYBE_TIME,
        },
        required=("id", "name", "status", "stalled", "total", "counts", "origin", "created_at", "updated_at"),
    ),
)
_VALUE = {"reason": {"type": "string"}, "reason_text": WORDS, "value": COUNT}
define(
    "CampaignAudience",
    shown(
        {
            "people": COUNT,
            "would": COUNT,
            "skip": items(shown(_VALUE), 51),
            "complete": boolean(description="false: there are more people than it looked at."),
            "numbers": items(
                shown(
                    {
                        "session_id": identifier(),
                        "per_s": {"type": "number", "description": "Messages per second."},
                        "room_today": {
                            "type": ["integer", "null"],
                            "description": "People that bulk may still write to today; null: no limit.",
                        },
                    }
                ),
                MAX_SESSIONS,
            ),
            "as_of": moment(),
        }
    ),
)
define(
    "CampaignPerson",
    shown(
        {
            "contact_id": identifier(),
            "name": SENTENCE,
            "phone": SENTENCE,
            "variant": {"type": ["integer", "null"]},
            "session_id": MAYBE_ID,
            "template": SENTENCE,
            "text": {**SENTENCE, "description": "What it would read; null while there is no template."},
            "reason": {**SENTENCE, "description": "Why it would get nothing; null: it would."},
            "reason_text": WORDS,
        }
    ),
)
define(
    "CampaignDryRun",
    record(
        {
            "preview_id": {**identifier(), "description": "For the start: it then does no more than was shown here."},
            "campaign_id": identifier(),
            "as_of": moment(),
            "expires_at": moment(),
            "job": nullable(ref("Job")),
            "counts": nullable(
                shown(
                    {"would": COUNT, "skip": anything(additionalProperties=COUNT)}, description="null: not counted yet."
                )
            ),
            "people": COUNT,
            "skip": items(shown(_VALUE), 100),
            "by_session": items(
                shown({"session_id": identifier(), "people": COUNT, "seconds": {"type": ["integer", "null"]}}),
                MAX_SESSIONS,
            ),
            "by_variant": items(shown({"variant": COUNT, "people": COUNT, "approved": _APPROVED}), MAX_VARIANTS),
            "starts_at": moment(),
            "duration_s": {"type": ["integer", "null"], "description": "null: not within 90 days."},
            "ends_at": MAYBE_TIME,
            "limits": items(
                shown(
                    {
                        "session_id": identifier(),
                        "limit": {"type": "string"},
                        "limit_text": WORDS,
                        "seconds": {"type": "integer", "description": "For how long in all it holds that number back."},
                    }
                ),
                200,
            ),
            "cost": nullable(
                shown(
                    {
                        "amount": {"type": "string"},
                        "currency": {"type": "string"},
                        "unpriced": {"type": "integer", "description": "Messages to countries without a price."},
                        "valid_from": {"type": "string", "format": "date"},
                        "source": {"type": "string"},
                        "note": WORDS,
                    }
                )
            ),
            "samples": items(
                shown(
                    {
                        "contact_id": identifier(),
                        "to": SENTENCE,
                        "name": SENTENCE,
                        "variant": COUNT,
                        "session_id": identifier(),
                        "template": {"type": "string"},
                        "text": {"type": "string"},
                        "reason": SENTENCE,
                        "reason_text": WORDS,
                    }
                ),
                5,
            ),
        },
        required=("preview_id", "campaign_id", "as_of", "expires_at", "job", "counts"),
    ),
)
define(
    "CampaignRetryPreview",
    shown(
        {
            "preview_id": identifier(),
            "counts": shown(
                {
                    "would": COUNT,
                    "skip": anything(additionalProperties=COUNT),
                    "reasons": anything(additionalProperties=COUNT),
                    "count_capped": boolean(description="There may be more than the 10,000 failures looked at."),
                }
            ),
            "reasons": items(shown({**_VALUE, "retried": boolean()}), 500),
            "as_of": moment(),
            "expires_at": moment(),
        }
    ),
)
define(
    "CampaignRecipient",
    shown(
        {
            "contact_id": identifier(),
            "name": SENTENCE,
            "phone": SENTENCE,
            "session_id": identifier(),
            "variant": COUNT,
            "message_id": MAYBE_ID,
            "retry_of": MAYBE_ID,
            "status": {"type": "string", "enum": list(STATUSES)},
            "reason": SENTENCE,
            "reason_text": WORDS,
            "attempt": COUNT,
            "error": nullable(anything()),
            "text": SENTENCE,
            "updated_at": MAYBE_TIME,
        }
    ),
)
_FILTER = anything(description="Query parameters of `recipients` that list the people behind the number.")
_STEP = shown(
    {
        "step": choice("audience", "attempted", "accepted", "sent", "delivered", "read", "replied", "bought"),
        "value": COUNT,
        "filter": _FILTER,
    }
)
_APART = shown({"status": {"type": "string"}, **_VALUE, "filter": _FILTER})
_GROUP = shown({"value": COUNT, "reasons": items(_APART, 1_000), "filter": _FILTER})
_SPLIT: dict[str, Schema] = {"counts": _COUNTS, "filter": _FILTER}
define(
    "CampaignReport",
    shown(
        {
            "campaign_id": identifier(),
            "name": {"type": "string"},
            "status": choice(*STATES),
            "stalled": _STALLED,
            "total": COUNT,
            "counts": _COUNTS,
            "funnel": items(_STEP, 8),
            "limited": shown({"value": COUNT, "reasons": items(_APART, 1_000)}),
            **dict.fromkeys(("skipped", "held", "failed", "uncertain", "cancelled"), _GROUP),
            "reasons_capped": {"type": "boolean", "description": "More stand apart than were counted by reason."},
            "by_session": items(shown({"session_id": identifier(), "name": SENTENCE, **_SPLIT}), 100),
            "by_variant": items(
                shown({"variant": COUNT, "template_id": identifier(), "name": SENTENCE, "share": COUNT, **_SPLIT}),
                MAX_VARIANTS,
            ),
            "updated_at": moment(),
        }
    ),
)
_ROW = shown(
    {
        "campaign_id": identifier(),
        "name": {"type": "string"},
        "status": choice(*STATES),
        "total": COUNT,
        "counts": _COUNTS,
    }
)
define(
    "CampaignSummary",
    shown(
        {
            "campaigns": COUNT,
            "campaigns_capped": {"type": "boolean", "description": "There are more campaigns than were summed."},
            "total": COUNT,
            "counts": _COUNTS,
            "funnel": items(_STEP, 8),
            "by_campaign": items(_ROW, 500),
            "by_session": items(shown({"session_id": identifier(), "name": SENTENCE, "counts": _COUNTS}), 500),
            "by_template": items(shown({"template_id": identifier(), "name": SENTENCE, "counts": _COUNTS}), 500),
            "by_hour": items(
                shown({"hour": {"type": "integer"}, "accepted": COUNT, "read": COUNT, "replied": COUNT}),
                24,
                description="By the company's hour in which messages were made, of the period's last 31 days.",
            ),
            "time_zone": {"type": "string"},
            "updated_at": moment(),
        }
    ),
)
