"""Agents: who answers, how, when, how often, and with which language model."""

from __future__ import annotations

from engine.ai.agents import ACTIONS, LANGUAGES, TONES
from gateway.components.shared import MAYBE_ID, shown
from gateway.schema import (
    Schema,
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

_CLOCK = text(5, description="`HH:MM`.", pattern=r"([01]\d|2[0-3]):[0-5]\d|24:00")
_HOST: Schema = {
    **text(253, pattern=r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+"),
    "x-reason": "must be a host such as loja.com",
}


def _number(lowest: float, highest: float, description: str = "") -> Schema:
    return {"type": "number", "minimum": lowest, "maximum": highest, "description": description}


_SETTINGS: dict[str, Schema] = {
    "persona": text(4_000, 0, description="Who it is and what it should heed; customers are never told it."),
    "tone": choice(*TONES),
    "language": choice(*LANGUAGES),
    "actions": items(choice(*ACTIONS), len(ACTIONS), description="What a language model may have done."),
    "tags": items(text(50), 20, description="The tags that it may give."),
    "hours": items(
        record(
            {"days": {**items(whole(0, 6), 7), "minItems": 1}, "from": _CLOCK, "to": _CLOCK},
            required=("days", "from", "to"),
        ),
        20,
        description="When it works; 0 is Monday; none: always.",
    ),
    "zone": text(60, description="IANA name; the company's by default."),
    "outside": choice("answer", "silent", "hand_over"),
    "per_conversation": whole(0, 1_000, description="Answers that a person gets in 24 hours."),
    "per_day": whole(0, 100_000, description="Answers of a local day."),
    "delay_s": {**items(_number(0, 120), 2, description="From, to: how long it takes its time."), "minItems": 2},
    "least": _number(0, 1, "Below this confidence a person is called."),
    "hosts": items(_HOST, 50, description="Where links may lead."),
}
_MODEL: dict[str, Schema] = {
    "url": text(2_000, description="Of an OpenAI-compatible API, for instance `https://api.example.com/v1`."),
    "name": text(200),
    "timeout_s": _number(1, 25),
    "max_tokens": whole(16, 4_000),
    "daily_tokens": whole(0, 1_000_000_000),
    "daily_cost": _number(0, 1_000_000, "Money of a day (UTC), in the currency of the prices."),
    "price_in": _number(0, 10_000, "Of a million tokens that are read."),
    "price_out": _number(0, 10_000, "Of a million tokens that are written."),
    "shares_personal_data": boolean(description="Phones, documents, e-mails and names may leave to the model."),
}
_BODY: dict[str, Schema] = {
    "name": text(60, description="Under which it answers."),
    "session_id": MAYBE_ID,
    "active": boolean(default=True),
    "settings": record(_SETTINGS),
    "model": nullable(
        record({**_MODEL, "key": text(500, description="Sealed; never shown.")}, required=("url", "name"))
    ),
}
define("AgentInput", record(_BODY, required=("name",)))
define("AgentChange", record(_BODY))
define(
    "Agent",
    shown(
        {
            "id": identifier(),
            "name": {"type": "string"},
            "session_id": {**MAYBE_ID, "description": "Null: for every number that has none of its own."},
            "active": {"type": "boolean"},
            "settings": record(_SETTINGS),
            "model": nullable(record(_MODEL)),
            "has_key": {"type": "boolean"},
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define("Agents", shown({"data": items(ref("Agent"), 100)}))
define(
    "AiSpending",
    shown(
        {
            "day": {"type": "string", "format": "date"},
            "tokens": {
                "type": "integer",
                "description": "With the most that questions under way may take, until they are answered.",
            },
            "cost": {"type": "string", "description": "Money with six decimals; questions under way as with tokens."},
            "asked": {"type": "integer"},
            "failed": {"type": "integer"},
        }
    ),
)
