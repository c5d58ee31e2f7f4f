"""The palette's route: a few of each kind that match what somebody has typed, within a bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import Response

from engine.errors import FieldProblem
from gateway.calls import Call, json_response
from gateway.operations import Operation, Query, ok
from gateway.schema import text
from gateway.views import time_text
from storage.palette import NAMED, find_contacts, find_events, find_messages, find_named
from storage.searching import Row

_WITHIN_S = 0.3
_SHORTEST = 2


def _event(row: Row) -> tuple[str, str | None]:
    number = row["order_id"] or row["external_id"]
    about = " · ".join(part for part in (row["event_type"], row["customer_name"]) if part)
    return (number, about or None) if number else (row["event_type"] or str(row["id"]), row["customer_name"])


def _message(row: Row) -> tuple[str, str | None]:
    return row["to_phone"], row["text"] or row["template_name"]


def _contact(row: Row) -> tuple[str, str | None]:
    named = row["name"] or row["phone"] or row["email"] or str(row["id"])
    return named, row["phone"] if row["name"] else row["email"]


def _named(row: Row) -> tuple[str, str | None]:
    return row["name"], row["about"]


_SHOWN: Mapping[str, Callable[[Row], tuple[str, str | None]]] = {
    "event": _event,
    "message": _message,
    "contact": _contact,
    **dict.fromkeys(NAMED, _named),
}


async def _search(call: Call) -> Response:
    typed = call.query.get("q", "").strip()
    if len(typed) < _SHORTEST:
        raise FieldProblem([{"field": "q", "reason": f"must have at least {_SHORTEST} characters"}])
    pool, company = call.services.pool, call.company_id
    looks: dict[str, Awaitable[list[Row]]] = {
        "event": find_events(pool, company, typed),
        "message": find_messages(pool, company, typed),
        "contact": find_contacts(pool, company, typed),
        **{kind: find_named(pool, company, kind, typed) for kind in NAMED},
    }
    found = await _within(looks)
    data = [_entry(kind, row) for kind, rows in found.items() for row in rows]
    return json_response({"data": data, "incomplete": [kind for kind in looks if kind not in found]})


async def _within(looks: Mapping[str, Awaitable[list[Row]]]) -> dict[str, list[Row]]:
    """Return what was found in time; what was not is given up."""
    tasks = {kind: asyncio.ensure_future(look) for kind, look in looks.items()}
    try:
        await asyncio.wait(tasks.values(), timeout=_WITHIN_S)
        ended = {kind: task for kind, task in tasks.items() if task.done()}
        return {kind: task.result() for kind, task in ended.items()}
    finally:
        for task in tasks.values():
            task.cancel()
            task.add_done_callback(_forget)


def _forget(task: asyncio.Future[list[Row]]) -> None:
    if not task.cancelled():
        task.exception()  # read, so that nobody calls it forgotten: another's failure was told


def _entry(kind: str, row: Row) -> dict[str, Any]:
    title, subtitle = _SHOWN[kind](row)
    return {"kind": kind, "id": row["id"], "title": title, "subtitle": subtitle, "at": time_text(row["created_at"])}


OPERATIONS = (
    Operation(
        name="search",
        method="GET",
        path="/search",
        handler=_search,
        summary="What matches a few characters, at most five of each kind",
        description=(
            "Events by order, provider's id (of the last 30 days), id or phone; messages by phone or id; contacts by "
            "phone or the beginnings of words; campaigns, rules, templates, webhooks and sessions by a part of their "
            "names. It takes at most 300 ms: `incomplete` names the kinds that did not answer by then."
        ),
        tag="Search",
        answers=ok("Found", "What was found, by kind."),
        query=(Query("q", "text", "What is looked for.", text(100, _SHORTEST)),),
    ),
)
