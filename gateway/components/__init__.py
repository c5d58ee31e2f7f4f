"""The shapes of what the API takes and gives, as JSON Schemas: checked against requests, shown in /openapi.json.

Importing the package fills ``gateway.schema.COMPONENTS``; each file defines the shapes of one noun.
"""

from __future__ import annotations

from gateway.components import (
    agents,
    ai,
    alerts,
    audit,
    campaigns,
    companies,
    conversations,
    doors,
    events,
    exports,
    flows,
    jobs,
    knowledge,
    messages,
    metrics,
    outgoing,
    people,
    people_access,
    retention,
    rules,
    search,
    sessions,
    simulating,
    suggestions,
    syncs,
    system,
    templates,
    variants,
    watching,
    webhooks,
    writing,
)
from gateway.examples import EXAMPLES
from gateway.schema import COMPONENTS

__all__ = [
    "agents",
    "ai",
    "alerts",
    "audit",
    "campaigns",
    "companies",
    "conversations",
    "doors",
    "events",
    "exports",
    "flows",
    "jobs",
    "knowledge",
    "messages",
    "metrics",
    "outgoing",
    "people",
    "people_access",
    "retention",
    "rules",
    "search",
    "sessions",
    "simulating",
    "suggestions",
    "syncs",
    "system",
    "templates",
    "variants",
    "watching",
    "webhooks",
    "writing",
]

for _name, _example in EXAMPLES.items():
    COMPONENTS[_name]["examples"] = [_example]
