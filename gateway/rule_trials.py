"""Dry runs: a rule, stored or proposed, tried on a company's past events; nothing is sent or stored."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from engine.drafts import SessionRow, TemplateRow
from engine.ids import ms_to_time, time_to_ms
from engine.matching import RuleSet
from engine.rule_references import refers_to, varying
from engine.rules import RuleRow
from engine.step_conditions import CONTACT_HAS_TAG
from engine.steps import compile_stepped
from engine.stored_events import canonical_of
from engine.times import rfc3339
from engine.trials import Heard, OrderEvent, PastEvent, Trial, Trier, detail_of
from gateway.calls import Call
from gateway.reasons import in_words
from storage.case_effects import tags_of_contacts
from storage.companies import get_company
from storage.events import recent_events
from storage.rule_runs import order_events
from storage.sessions import get_session
from storage.templates import evaluated, get_template

_SAMPLES = 10
MOST_SENDS = 500
MOST_VERDICTS = 200


async def try_rule(call: Call, rule: RuleRow) -> dict[str, Any]:
    """Try a checked rule on the newest events that the request names; return what is answered."""
    days, most, shown = (call.body.get(name, of) for name, of in (("days", 7), ("events", 1_000), ("sends", 100)))
    pool, company_id = call.services.pool, call.company_id
    company = await get_company(pool, company_id)
    zone = company["time_zone"] if company else call.services.settings.time_zone
    rows = await recent_events(pool, company_id, call.now() - timedelta(days=days), most)
    past = [
        PastEvent(row["id"], time_to_ms(row["created_at"]), row["source"], *canonical_of(row))
        for row in reversed(rows)
        if row["state"] == "processed"
    ]
    rules, variants = await _rule_set(call, rule)
    trier = Trier(rules, zone, await _orders(call, rule, past), await _tags(call, rule, past))
    trial = trier.hear(past)
    if unread := len(rows) - len(past):
        trial.outcomes["unparsed"] += unread
    return {**_shown(trial, len(rows), shown, call.body.get("verdicts", 0)), "variants": variants}


def _shown(trial: Trial, events: int, most: int, verdicts: int) -> dict[str, Any]:
    sends = [
        {
            **detail_of(send),
            "at": rfc3339(ms_to_time(send.at_ms)),
            "reason_text": in_words(send.reason),
        }
        for send in reversed(trial.sends[-max(most, _SAMPLES) :])
    ]
    return {
        "events": events,
        "would_send": trial.would_send,
        "outcomes": dict(trial.outcomes),
        "reasons": dict(trial.reasons),
        "messages": dict(Counter(send.status for send in trial.sends)),
        "samples": sends[:_SAMPLES],
        "sends": sends[:most],
        "sends_left_out": max(0, len(trial.sends) - most),
        "verdicts": [_verdict(one) for one in islice(reversed(trial.heard), verdicts)],
    }


def _verdict(heard: Heard) -> dict[str, Any]:
    past = heard.event
    return {
        "event_id": past.id,
        "event_type": past.event.event_type,
        "order_id": past.event.order_id,
        "name": past.event.customer_name,
        "at": rfc3339(ms_to_time(past.at_ms)),
        "outcome": heard.outcome,
        "reason": heard.reason,
        "reason_text": in_words(heard.reason),
        "detail": heard.detail,
        "messages": heard.messages,
    }


async def _rule_set(call: Call, rule: RuleRow) -> tuple[RuleSet, list[dict[str, Any]]]:
    """Return a set of this rule alone, and of each template whose variants it asks for how many there are."""
    pool, company_id = call.services.pool, call.company_id
    templates: dict[UUID, TemplateRow] = {}
    sessions: dict[UUID, SessionRow] = {}
    for kind, value in refers_to(rule.definition):
        if kind == "template_id" and (row := await get_template(pool, company_id, value)):
            templates[value] = evaluated(row)
        elif kind == "session_id" and (row := await get_session(pool, company_id, value)):
            sessions[value] = SessionRow(row["id"], row["transport"], row["state"])
    asked = {value: templates[value] for value in varying(rule.definition).values() if value in templates}
    variants = [{"template_id": value, "approved": len(template.variants)} for value, template in asked.items()]
    return RuleSet.build([rule], templates, sessions, in_steps=True), variants


async def _orders(call: Call, rule: RuleRow, past: list[PastEvent]) -> dict[str, list[OrderEvent]]:
    """Return the orders' events, where the rule asks for them: to be called off, or in a branch."""
    compiled = compile_stepped(rule)
    if not compiled.cancel_on and not compiled.needs:
        return {}
    ids = {one.event.order_id for one in past if one.event.order_id}
    found: dict[str, list[OrderEvent]] = {}
    for row in await order_events(call.services.pool, call.company_id, ids):
        found.setdefault(row["order_id"], []).append(
            OrderEvent(row["id"], time_to_ms(row["created_at"]), row["event_type"])
        )
    return found


async def _tags(call: Call, rule: RuleRow, past: list[PastEvent]) -> dict[str, frozenset[str]]:
    if CONTACT_HAS_TAG not in compile_stepped(rule).needs:
        return {}
    people = {(call.company_id, one.event.customer_phone) for one in past if one.event.customer_phone}
    async with call.services.pool.acquire() as connection:
        found = await tags_of_contacts(connection, people)
    return {phone: tags for (_, phone), tags in found.items()}
