"""WhatsApp numbers and their limits."""

from __future__ import annotations

from typing import Any

from gateway.components.shared import COUNT, E164, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import Schema, anything, boolean, choice, define, identifier, moment, nullable, record, text, whole


def _digits(whose: str) -> dict[str, Any]:
    return {"pattern": r"[0-9]{1,32}", "x-reason": f"must be the {whose}'s id at Meta: digits"}


_OPTIONS = anything(maxProperties=50)
_SESSION_INPUT: dict[str, Schema] = {
    "name": text(200),
    "transport": choice("cloud", "simulator", "web"),
    "phone": nullable(text(64)),
    "phone_number_id": text(32, **_digits("number")),
    "waba_id": nullable(text(32, **_digits("account"))),
    "app_id": nullable(text(32, **_digits("app"))),
    "token": text(1_000, description="Bearer token of the Graph API; kept encrypted, never shown."),
    "meta_app": record(
        {
            "app_id": text(32, **_digits("app")),
            "app_secret": text(200),
            "verify_token": text(200),
        },
        required=("app_id", "app_secret", "verify_token"),
        description="The Meta app whose webhooks tell of this number; stored or replaced.",
    ),
    "throughput": whole(1, 1_000, description="Messages per second."),
    "tier": text(40, description="The portfolio's messaging limit, such as `TIER_250` or `TIER_UNLIMITED`."),
    "options": _OPTIONS,
    "check": boolean(
        description=(
            "Ask WhatsApp first, and refuse with the reason where token or ids do not work. By default where Meta's "
            "own Graph answers; nothing is refused because WhatsApp cannot be reached."
        )
    ),
}
define("SessionInput", record(_SESSION_INPUT, required=("name", "transport")))
define(
    "SessionChange",
    record({name: schema for name, schema in _SESSION_INPUT.items() if name not in ("transport", "check")}),
)
_SESSION: dict[str, Schema] = {
    "id": identifier(),
    "name": {"type": "string"},
    "transport": {"type": "string", "enum": ["cloud", "simulator", "web"]},
    "phone": nullable(E164),
    "phone_number_id": SENTENCE,
    "waba_id": SENTENCE,
    "app_id": SENTENCE,
    "callback_url": {**SENTENCE, "description": "What to enter at Meta as the app's webhook."},
    "throughput": COUNT,
    "tier": {"type": "string"},
    "state": {"type": "string", "enum": ["active", "paused", "stopped"]},
    "reason": SENTENCE,
    "reason_text": WORDS,
    "resume_at": MAYBE_TIME,
    "quality": {**SENTENCE, "description": "GREEN, YELLOW, RED or UNKNOWN, as Meta last told."},
    "notice": nullable(shown({"code": {"type": "string"}, "text": WORDS, "detail": SENTENCE, "at": MAYBE_TIME})),
    "options": _OPTIONS,
    "created_at": moment(),
    "updated_at": moment(),
}
define("Session", shown(_SESSION))
_USE = nullable(shown({"used": COUNT, "most": COUNT}))
_USAGE = shown(
    {
        "last_accepted_at": {
            **MAYBE_TIME,
            "description": "When WhatsApp last took a message, to the minute; to the hour where it is longer ago.",
        },
        "hour": {**_USE, "description": "Messages of the last hour, where they are capped."},
        "day": {**_USE, "description": "Messages of the last 24 hours, where they are capped."},
        "warm_up": {
            **nullable(shown({"day": COUNT, "of": COUNT})),
            "description": "Which day of its warm-up it is; null where it is warm, or does not warm up.",
        },
        "portfolio": {
            **_USE,
            "description": "People written to first within 24 hours by all numbers of the account; null: no limit.",
        },
        "link": {
            **nullable(
                shown(
                    {
                        "state": {"type": "string"},
                        "reason": SENTENCE,
                        "reason_text": WORDS,
                        "until": MAYBE_TIME,
                        "at": {**MAYBE_TIME, "description": "When its process wrote this; null: never."},
                    }
                )
            ),
            "description": "Of a WhatsApp-Web session: how its linked device stood. The states are `LinkedDevice`'s.",
        },
    }
)
define("SessionWithUsage", shown({**_SESSION, "usage": _USAGE}))
define(
    "LimitsInput",
    record({"throughput_per_s": whole(1, 1_000), "tier": text(40), "options": _OPTIONS}),
)
define(
    "Limits",
    shown(
        {
            "throughput_per_s": COUNT,
            "tier": {"type": "string"},
            "state": {"type": "string"},
            "reason": SENTENCE,
            "options": _OPTIONS,
        }
    ),
)
define(
    "LinkedDevice",
    shown(
        {
            "state": {
                "type": "string",
                "enum": [
                    "new",
                    "unpaired",
                    "pairing",
                    "connecting",
                    "connected",
                    "waiting",
                    "banned",
                    "logged_out",
                    "stopped",
                    "another_owner",
                    "unavailable",
                    "removed",
                ],
                "description": "`pairing` shows `qr`; `waiting` reconnects by itself; `banned` until `until_ms`.",
            },
            "reason": SENTENCE,
            "meaning": WORDS,
            "why": {**SENTENCE, "description": "Why the session cannot run, where it cannot."},
            "phone": nullable(E164),
            "qr": {**SENTENCE, "description": "What the QR code holds; draw it and scan it with the phone."},
            "qr_svg": {**SENTENCE, "description": "The same as a picture: black on white with its quiet zone."},
            "qr_until_ms": nullable({"type": "integer"}),
            "qr_left_ms": {
                **nullable({"type": "integer"}),
                "description": "For how long it is good, for who has another clock.",
            },
            "pair_code": SENTENCE,
            "until_ms": nullable({"type": "integer"}),
        }
    ),
)
