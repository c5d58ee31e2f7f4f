"""What the palette finds."""

from __future__ import annotations

from gateway.components.shared import MAYBE_TIME, SENTENCE, shown
from gateway.schema import choice, define, identifier, items

_KIND = choice("event", "message", "contact", "campaign", "rule", "template", "webhook", "session")
_FOUND = shown({"kind": _KIND, "id": identifier(), "title": {"type": "string"}, "subtitle": SENTENCE, "at": MAYBE_TIME})
define("Found", shown({"data": items(_FOUND, 40), "incomplete": items(_KIND, 8)}))
