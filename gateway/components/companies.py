"""Companies and API keys."""

from __future__ import annotations

from gateway.components.shared import MAYBE_TIME, ROLE, shown
from gateway.schema import Schema, boolean, define, identifier, items, moment, nullable, record

_CLOCK = {"type": "string", "pattern": r"([01][0-9]|2[0-3]):[0-5][0-9]", "x-reason": "must be a time such as 21:00"}
QUIET_HOURS = nullable(
    record(
        {"from": _CLOCK, "to": _CLOCK, "transactional": boolean(default=False)},
        required=("from", "to"),
        description="When nothing is sent, by the recipient's clock, through numbers that have none of their own.",
    )
)
_COMPANY: dict[str, Schema] = {
    "id": identifier(),
    "name": {"type": "string"},
    "time_zone": {"type": "string"},
    "quiet_hours": QUIET_HOURS,
    "created_at": moment(),
}
define("Company", shown(_COMPANY))
define("NewCompany", shown({**_COMPANY, "api_key": {"type": "string", "description": "Shown this once."}}))
_KEY: dict[str, Schema] = {
    "id": identifier(),
    "name": {"type": "string"},
    "prefix": {"type": "string"},
    "role": ROLE,
    "scopes": nullable(items({"type": "string"}, 200, description="What it is narrowed to; null: nothing.")),
    "created_at": moment(),
    "last_used_at": {**MAYBE_TIME, "description": "To the minute."},
    "revoked_at": MAYBE_TIME,
}
define("ApiKey", shown(_KEY))
define("NewApiKey", shown({**_KEY, "key": {"type": "string", "description": "Shown this once."}}))
define("Scopes", shown({"data": items({"type": "string"}, 500)}))
