"""What the webhook doors answer."""

from __future__ import annotations

from gateway.components.shared import shown
from gateway.schema import boolean, define, identifier

define("Accepted", shown({"id": identifier(), "duplicate": boolean()}))
define(
    "AcceptedMany",
    shown(
        {
            "ids": {"type": "array", "items": identifier()},
            "duplicates": {"type": "array", "items": boolean()},
        }
    ),
)
