"""What tests of rules and templates are made of: the Grapfy event, rows with sensible values, arbitrary JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from engine.canonical import canonicalise
from engine.events import CanonicalEvent
from engine.matching import Outcome, RuleRow, RuleSet, SessionRow, TemplateRow

NOW_MS = 1_766_239_200_000
SESSION = UUID("0199aaaa-0000-7000-8000-000000000001")
WEB_SESSION = UUID("0199aaaa-0000-7000-8000-000000000002")
TEMPLATE = UUID("0199aaaa-0000-7000-8000-000000000003")
RULE = UUID("0199aaaa-0000-7000-8000-000000000004")

SESSIONS = {
    SESSION: SessionRow(SESSION, "simulator", "active"),
    WEB_SESSION: SessionRow(WEB_SESSION, "web", "active"),
}


def grapfy() -> dict[str, Any]:
    vectors = json.loads((Path(__file__).parents[1] / "vectors" / "webhooks.json").read_text())
    body = next(case["body"] for case in vectors if case["name"] == "grapfy_pix_created")
    payload: dict[str, Any] = json.loads(body)
    return payload


def grapfy_event(**changes: Any) -> CanonicalEvent:
    received = datetime(2026, 11, 22, tzinfo=UTC)
    event = canonicalise(grapfy(), headers={}, received_at=received, single=True)
    assert event is not None
    return replace(event, **changes)


def rule(**changes: Any) -> dict[str, Any]:
    send = {"session_id": str(SESSION), "text": "Olá, {{customer_name|first_name}}!"}
    return {"name": "Regra", "trigger": {"event_type": "pix_created"}, "action": {"send": send}} | changes


def sending(**send: Any) -> dict[str, Any]:
    return {"send": {"session_id": str(SESSION)} | send}


def template_row(**changes: Any) -> TemplateRow:
    row = TemplateRow(
        id=TEMPLATE,
        name="pix_criado",
        kind="meta",
        language="pt_BR",
        category="utility",
        body="Olá, {{customer_name|first_name}}: {{order_value}}.",
        components=[],
        defaults={},
        status="approved",
    )
    return replace(row, **changes)


def rule_set(*definitions: dict[str, Any], template: TemplateRow | None = None, active: bool = True) -> RuleSet:
    rows = [
        RuleRow(UUID(int=RULE.int + number), definition.get("name", ""), active, 3, definition)
        for number, definition in enumerate(definitions)
    ]
    return RuleSet.build(rows, {template.id: template} if template else {}, SESSIONS)


def evaluate(rules: RuleSet, event: CanonicalEvent | None = None, payload: object = None, **changes: Any) -> Outcome:
    arguments: dict[str, Any] = {"source": "grapfy", "company_time_zone": "America/Sao_Paulo", "now_ms": NOW_MS}
    return rules.evaluate(event or grapfy_event(), grapfy() if payload is None else payload, **(arguments | changes))


json_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**4200, max_value=10**4201)
    | st.floats()
    | st.text(max_size=30)
    | st.text(st.characters(categories=["Cs", "Cc", "Nd", "Lu"]), max_size=10)
    | st.sampled_from(["97,00", "R$ 1.234,56", "2026-11-22T10:00:00Z", "0001-01-01", "9999-12-31", "1e999"])
)
any_json = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=12,
)
