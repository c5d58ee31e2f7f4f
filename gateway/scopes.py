"""What a key may be narrowed to: parts of the API by the first word of their paths, to read or to change."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from gateway.cookies import SAFE_METHODS

# Keys cannot be narrowed to making keys or inviting people: what a narrowed key lets in would not be narrowed.
AREAS = (
    "ai",
    "alerts",
    "audit",
    "bulk-previews",
    "campaigns",
    "catalogue",
    "company",
    "contacts",
    "conversations",
    "dead-letters",
    "erasures",
    "events",
    "exports",
    "flows",
    "holds",
    "jobs",
    "lists",
    "live",
    "messages",
    "metrics",
    "notifications",
    "opt-outs",
    "outgoing-webhooks",
    "queue",
    "quick-replies",
    "retention",
    "rules",
    "search",
    "schedules",
    "sessions",
    "syncs",
    "tags",
    "templates",
    "webhooks",
)
SCOPES = tuple(f"{area}:{right}" for area in AREAS for right in ("read", "write"))


def covers(scopes: AbstractSet[str] | None, method: str, path: str) -> bool:
    """Tell whether a key of these scopes (None: not narrowed) may use a route; ``write`` holds ``read``."""
    if scopes is None:
        return True
    area = path.split("/")[1]
    return f"{area}:write" in scopes or (method in SAFE_METHODS and f"{area}:read" in scopes)
