"""Routes of stored events: lists, one event, its bytes, which rules ran, its messages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from engine.errors import NotFound
from engine.rule_schema import event_types_of
from engine.texts import stored_id
from engine.wire import IMPORTED
from gateway.calls import Call, json_response, page_response
from gateway.counts import Count
from gateway.of_contact import CONTACT, by_phone
from gateway.operations import (
    PAGING,
    TIME_RANGE,
    Answer,
    Operation,
    Query,
    choice_query,
    id_query,
    ok,
    page_of,
    text_query,
)
from gateway.reasons import in_words
from gateway.routes.lists import large_page, shown_page
from gateway.rule_views import case_view
from gateway.schema import text
from gateway.views import event_summary, event_view, message_view, time_text
from storage.events import EventFilter, count_events, get_delivery, get_event, list_events, show_event
from storage.messages import MessageFilter, count_messages, list_messages
from storage.replays import list_replays
from storage.rule_runs import cases_of_event
from storage.rules import rules_at
from storage.searching import Row

STATES = ("processed", "unparsed", "failed")


def event_filter(query: dict[str, Any]) -> EventFilter:
    """Read the filter; ids are looked for as they are stored (long ones shortened, see engine/texts.py)."""
    wanted = {name: query.get(name) for name in EventFilter._fields}
    for name in ("external_id", "order_id"):
        if name in query:
            wanted[name] = stored_id(query[name]) or query[name]
    return EventFilter(**wanted)


async def _list(call: Call) -> Response:
    return await large_page(call, event_filter(await by_phone(call)), list_events, count_events, event_summary)


async def _event(call: Call) -> Row:
    row = await get_event(call.services.pool, call.company_id, call.path_id("event_id"))
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    row = await show_event(call.services.pool, call.company_id, call.path_id("event_id"))
    if row is None:
        raise NotFound
    return json_response(event_view(row))


async def _raw(call: Call) -> Response:
    row = await _event(call)
    delivery = await get_delivery(call.services.pool, call.company_id, row["delivery_id"])
    if delivery is not None and delivery["raw_body"] is not None:
        body = delivery["raw_body"]
    else:  # a WhatsApp message: Meta's delivery belongs to the installation, and a company sees its own part
        body = (row["payload"] or "").encode()
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="event-{row["id"]}.bin"',
            "x-content-type-options": "nosniff",
            "cache-control": "private, no-store",
        },
    )


async def _runs(call: Call) -> Response:
    row = await _event(call)
    stored: list[dict[str, Any]] = orjson.loads(row["runs"] or "[]")
    again = await list_replays(call.services.pool, call.company_id, row["id"])
    replayed = [{**run, "job_id": one["job_id"], "at": time_text(one["at"])} for one in again for run in one["runs"]]
    ran = {UUID(run["rule_id"]) for run in stored}
    seen = list(ran | {UUID(run["rule_id"]) for run in replayed})
    rules = await rules_at(call.services.pool, call.company_id, seen, row["created_at"])
    names = {str(rule["id"]): rule["name"] for rule in rules}
    cases: dict[str, list[dict[str, Any]]] = {}
    for case in await cases_of_event(call.services.pool, call.company_id, row["id"]):
        cases.setdefault(str(case["rule_id"]), []).append(case_view(case))
    data = [
        {
            **run,
            "name": names.get(run["rule_id"]),
            "reason_text": in_words(run.get("reason")),
            "cases": cases.get(run["rule_id"], []),
        }
        for run in (*stored, *replayed)
    ]
    reason = IMPORTED if row["signature"] == IMPORTED and row["runs"] is None else "event_type_not_named"
    data += [_not_run(rule, reason) for rule in rules if rule["id"] not in ran and rule["in_use"]]
    return page_response(data, None, Count(len(data), False))


def _not_run(rule: Row, reason: str) -> dict[str, Any]:
    named = list(event_types_of(rule["definition"].get("trigger", {}).get("event_type")))
    return {
        "rule_id": rule["id"],
        "version": rule["version"],
        "outcome": "skipped" if reason == IMPORTED else "not_triggered",
        "reason": reason,
        "detail": {"event_types": named},
        "name": rule["name"],
        "reason_text": in_words(reason),
        "cases": [],
    }


async def _messages(call: Call) -> Response:
    """Answer with the messages of an event; only where there are none it matters whether there is such an event."""
    pool, company = call.services.pool, call.company_id
    wanted = MessageFilter(event_id=call.path_id("event_id"))
    page = await list_messages(pool, company, wanted, call.range)
    if not page.rows:
        first = (await _event(call))["id"]
        if first != wanted.event_id:  # the event is a duplicate: the first one has the messages
            wanted = MessageFilter(event_id=first)
            page = await list_messages(pool, company, wanted, call.range)
    return await shown_page(call, page, wanted, count_messages, message_view)


FILTERS = (
    text_query("event_type", "The canonical type, such as `pix_created`."),
    text_query("source", "The webhook's source."),
    id_query("webhook_id", "The webhook it came by."),
    choice_query("state", "What became of it.", *STATES),
    text_query("external_id", "The source's id of the event."),
    text_query("order_id", "The source's id of the order (has an index)."),
    Query("phone", "phone", "The customer's phone; anything that can be read as one.", text(64)),
    Query(
        "payload",
        "json",
        'JSON that the payload must contain, such as `{"customer":{"email":"a@b.test"}}` (has an index).',
        text(10_000),
    ),
)
_ID = "An id that was answered once; of a duplicate it gives the first event."

OPERATIONS = (
    Operation(
        name="listEvents",
        method="GET",
        path="/events",
        handler=_list,
        summary="Events, newest first",
        description=(
            "Without payloads. A filter that has no index looks through a bounded number of the newest events: the "
            "page may then be short, or even empty, and `next_cursor` goes on from there."
        ),
        tag="Events",
        answers=page_of("EventSummary"),
        query=(*TIME_RANGE, *FILTERS, CONTACT, *PAGING),
    ),
    Operation(
        name="getEvent",
        method="GET",
        path="/events/{event_id}",
        handler=_get,
        summary="One event with payload and headers",
        description=_ID,
        tag="Events",
        answers=ok("Event", "The event."),
    ),
    Operation(
        name="getEventBytes",
        method="GET",
        path="/events/{event_id}/raw",
        handler=_raw,
        summary="The bytes as they were delivered",
        description="Not for viewers. Of an event out of an array these are the bytes of the whole array.",
        tag="Events",
        role="operator",
        answers={200: Answer("Exactly what came in.", None, "application/octet-stream")},
    ),
    Operation(
        name="getEventRuns",
        method="GET",
        path="/events/{event_id}/runs",
        handler=_runs,
        summary="Which rules ran, which did not, and why",
        tag="Events",
        answers=page_of("Run"),
    ),
    Operation(
        name="listEventMessages",
        method="GET",
        path="/events/{event_id}/messages",
        handler=_messages,
        summary="The messages that came of an event",
        tag="Events",
        answers=page_of("Message"),
        query=PAGING,
    ),
)
