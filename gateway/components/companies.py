"""Companies and API keys."""

from __future__ import annotations

from gateway.components.shared import MAYBE_TIME, ROLE, shown
from gateway.schema import Schema, define, identifier, items, moment, nullable

_COMPANY: dict[str, Schema] = {
    "id": identifier(),
    "name": {"type": "string"},
    "time_zone": {"type": "string"},
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
