"""What a campaign's draft may refer to, and whether it can begin: checked against what the company has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine.campaign_schema import KEYS, Plan, read_campaign
from engine.errors import FieldProblem
from gateway.calls import Call
from gateway.reasons import in_words
from gateway.rule_checks import NO_VARIANTS
from storage.campaign_plans import LoadedPlan, load_plan
from storage.contact_lists import unknown_lists

DEFAULT_NAME = "Campanha sem nome"
_FURTHEST = timedelta(days=366)


def read_draft(body: Mapping[str, Any], present: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any], Plan]:
    """Return a draft's name, definition and plan out of a body; null takes a field away.

    Args:
        body: the fields that change.
        present: the stored definition, of which the rest stays.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    merged = {**(present or {}), **{name: value for name, value in body.items() if name in KEYS}}
    definition = {name: value for name, value in merged.items() if value is not None}
    plan, problems = read_campaign(definition)
    problems += [{"field": name, "reason": "is no field of a campaign"} for name in body if name not in KEYS]
    if problems:
        raise FieldProblem(problems)
    return str(definition.pop("name", DEFAULT_NAME)), definition, plan


async def check_references(call: Call, plan: Plan) -> LoadedPlan:
    """Return a plan with what it names, all of which has to be this company's.

    Raises:
        FieldProblem: names what is not.
    """
    loaded = await load_plan(call.services.pool, call.company_id, UUID(int=0), plan, call.services.settings.time_zone)
    problems = [
        {"field": f"variants[{index}].template_id", "reason": "is no template of this company"}
        for index, variant in enumerate(plan.variants)
        if variant.template_id not in loaded.templates
    ]
    problems += [
        {"field": f"variants[{index}].variants", "reason": NO_VARIANTS}
        for index, variant in enumerate(plan.variants)
        if variant.varies and loaded.templates.get(variant.template_id, {}).get("kind") == "meta"
    ]
    known = {session["id"] for session in loaded.sessions}
    problems += [
        {"field": f"sessions[{index}].session_id", "reason": "is no session of this company"}
        for index, session in enumerate(plan.sessions)
        if session.session_id not in known
    ]
    audience = plan.audience
    if audience is not None and (named := [*audience.lists, *audience.exclude_lists]):
        unknown = await unknown_lists(call.services.pool, call.company_id, named)
        for name, lists in (("lists", audience.lists), ("exclude_lists", audience.exclude_lists)):
            problems += [
                {"field": f"audience.{name}[{index}]", "reason": "is no list of this company"}
                for index, list_id in enumerate(lists)
                if list_id in unknown
            ]
    if problems:
        raise FieldProblem(problems)
    return loaded


async def check_ready(call: Call, campaign_id: UUID, definition: Mapping[str, Any]) -> LoadedPlan:
    """Return the plan of a campaign that can begin.

    Raises:
        FieldProblem: names what it lacks, or what cannot be used (any more).
    """
    plan, problems = read_campaign(definition)
    if problems or plan.lacks:
        raise FieldProblem([*problems, *plan.lacks])
    await check_references(call, plan)
    loaded = await load_plan(call.services.pool, call.company_id, campaign_id, plan, call.services.settings.time_zone)
    for index in range(len(plan.variants)):
        if (problem := loaded.composer.variant_problem(index)) is not None:
            words = in_words(problem)
            reason = f"cannot be used: {words['en'] if words else problem}"
            raise FieldProblem([{"field": f"variants[{index}].template_id", "reason": reason, "reason_text": words}])
    if plan.start_at is not None and plan.start_at > call.now() + _FURTHEST:
        raise FieldProblem([{"field": "schedule.start_at", "reason": "must be within a year"}])
    return loaded


def first_start(loaded: LoadedPlan, now: datetime) -> datetime | None:
    """Return when a campaign begins, if that is not now."""
    plan = loaded.plan
    if plan.recurrence is not None:
        after = plan.start_at - timedelta(seconds=1) if plan.start_at and plan.start_at > now else now
        return plan.recurrence.next_after(after, loaded.zone_name)
    return plan.start_at if plan.start_at is not None and plan.start_at > now else None
