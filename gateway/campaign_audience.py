"""A draft's audience as it is now: how many people, who would get nothing and why, and what each would read.

Nothing is kept and nothing is frozen: that is the dry run's business (gateway/campaign_dry_runs.py). A large audience
is looked at for a bounded time; the answer says whether that was all of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from engine.campaign_estimate import room_today
from engine.ids import id_time, time_to_ms
from engine.pagination import Position
from engine.times import rfc3339
from gateway.calls import Call
from gateway.campaign_dry_runs import read_loads
from gateway.reasons import in_words
from storage.audience import FIRST
from storage.campaign_plans import NOBODY, Judged, LoadedPlan, judge_page

_WAIT_S = 2.0
_WINDOW = 2_000
_MOST_REASONS = 50


async def count_draft(call: Call, loaded: LoadedPlan) -> dict[str, Any]:
    """Return how many people a draft means, and what its numbers may still send today."""
    now = call.now()
    skip: Counter[str] = Counter()
    people, after = 0, FIRST
    deadline = asyncio.get_running_loop().time() + _WAIT_S
    complete = True
    while True:
        judged, following = await judge_page(call.services.pool, call.company_id, loaded, after, now, _WINDOW)
        people += len(judged)
        for one in judged:
            if (reason := one.reason) is not None:
                skip[reason if reason in skip or len(skip) < _MOST_REASONS else "other"] += 1
        if following is None:
            break
        if asyncio.get_running_loop().time() >= deadline:
            complete = False
            break
        after = following
    loads = await read_loads(call, loaded, {str(session["id"]): 1 for session in loaded.sessions})
    return {
        "people": people,
        "would": people - skip.total(),
        "skip": [{"reason": code, "reason_text": in_words(code), "value": n} for code, n in skip.most_common()],
        "complete": complete,
        "numbers": [
            {"session_id": UUID(load.session_id), "per_s": load.per_s, "room_today": room_today(load, time_to_ms(now))}
            for load in loads
        ],
        "as_of": rfc3339(now),
    }


async def page_draft(
    call: Call, loaded: LoadedPlan, out: bool | None, reason: str | None
) -> tuple[list[dict[str, Any]], Position | None]:
    """Return people of a draft's audience, and where the next page begins.

    Args:
        call: the request, with ``cursor`` and ``limit``.
        loaded: the draft's plan.
        out: only who would get nothing (true), or only who would (false).
        reason: only who gets nothing for this reason.
    """
    limit = call.range.limit
    after = call.range.before.id if "cursor" in call.query else FIRST
    deadline = asyncio.get_running_loop().time() + _WAIT_S
    rows: list[Judged] = []
    while True:
        judged, following = await judge_page(call.services.pool, call.company_id, loaded, after, call.now(), _WINDOW)
        rows += [one for one in judged if _wanted(one, out, reason)]
        if len(rows) > limit:
            shown = rows[:limit]
            return [_view(one) for one in shown], _behind(shown[-1].contact_id)
        if following is None or asyncio.get_running_loop().time() >= deadline:
            return [_view(one) for one in rows], None if following is None else _behind(following)
        after = following


def _wanted(one: Judged, out: bool | None, reason: str | None) -> bool:
    if reason is not None:
        return one.reason == reason
    return out is None or (one.reason is not None) == out


def _behind(contact_id: UUID) -> Position:
    return Position(id_time(contact_id), contact_id)


def _view(one: Judged) -> dict[str, Any]:
    return {
        "contact_id": one.contact_id,
        "name": one.person.name,
        "phone": one.person.phone,
        "variant": None if one.message is None else one.variant,
        "session_id": None if one.session_id == NOBODY else one.session_id,
        "template": None if one.message is None else one.message.row.name,
        "text": None if one.message is None else one.message.content.text,
        "reason": one.reason,
        "reason_text": in_words(one.reason),
    }
