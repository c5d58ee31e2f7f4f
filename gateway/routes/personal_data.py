"""Routes of a person's rights (LGPD, art. 18): everything that is stored of them, and its erasure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response, StreamingResponse

from engine.errors import FieldProblem, NotFound
from engine.pagination import NEWEST, Position
from engine.times import rfc3339
from engine.user_ids import read_address
from gateway.bulk import BulkAction, answer_bulk, bulk_answers, bulk_schema
from gateway.calls import Call
from gateway.contact_views import consent_view, contact_view
from gateway.operations import PAGING, Answer, Operation, page_of
from gateway.routes.lists import small_page
from gateway.schema import record, text
from storage.contacts import find_by_phone, find_phones, get_contact, list_consents
from storage.conversation_people import list_person_conversations
from storage.erasure import (
    as_json,
    count_data,
    count_erasures,
    list_erasures,
    list_person_events,
    list_person_messages,
)
from storage.pool import Pool
from storage.searching import Row
from storage.suppressions import find_stops

_PAGE = 100
_MOST_CONSENTS = 1_000
_Listing = Callable[[Position], Awaitable[list[Row]]]


async def _export(call: Call) -> Response:
    contact_id = call.path_id("contact_id")
    row = await get_contact(call.services.pool, call.company_id, contact_id)
    if row is None:
        raise NotFound
    headers = {
        "content-disposition": f'attachment; filename="dados-{contact_id}.json"',
        "x-content-type-options": "nosniff",
    }
    return StreamingResponse(_person(call, row), headers=headers, media_type="application/json")


async def _person(call: Call, row: Row) -> AsyncIterator[bytes]:
    """Give one JSON object, a page of events or messages at a time."""
    pool, company, phone = call.services.pool, call.company_id, row["phone"]
    consents = await list_consents(pool, company, row["id"], NEWEST.id, _MOST_CONSENTS)
    person = (company, phone or "")
    stop = (await find_stops(pool, [person])).get(person)
    head = {
        "as_of": rfc3339(call.now()),
        "contact": contact_view(row),
        "consents": [consent_view(one) for one in consents],
        "opted_out": stop is not None and stop.all,
        "marketing_stopped": stop is not None,
        "conversations": [] if phone is None else await _conversations(pool, company, phone),
    }
    yield orjson.dumps(head, default=str)[:-1] + b',"events":['
    if phone is not None:
        async for part in _items(lambda at: list_person_events(pool, company, phone, at, _PAGE), ("payload",)):
            yield part
    yield b'],"messages":['
    if phone is not None:
        stored = ("content", "timeline")
        async for part in _items(lambda at: list_person_messages(pool, company, phone, at, _PAGE), stored):
            yield part
    yield b"]}"


async def _conversations(pool: Pool, company_id: UUID, phone: str) -> list[dict[str, Any]]:
    rows = await list_person_conversations(pool, company_id, phone)
    return [{**row, "notes": orjson.loads(row["notes"])} for row in rows]


async def _items(listing: _Listing, stored: tuple[str, ...]) -> AsyncIterator[bytes]:
    before, first = NEWEST, True
    while True:
        rows = await listing(before)
        if not rows:
            return
        text_ = orjson.dumps(as_json(rows, stored), default=str)[1:-1]
        yield text_ if first else b"," + text_
        before, first = Position(rows[-1]["created_at"], rows[-1]["id"]), False


async def _count(call: Call, request: Mapping[str, Any], _: Any) -> dict[str, Any]:
    pool, company = call.services.pool, call.company_id
    skip: dict[str, int] = {}
    if "ids" in request:
        wanted = {UUID(value) for value in request["ids"]}
        known = await find_phones(pool, company, sorted(wanted))
        phones, would = [phone for phone in known.values() if phone], len(known)
        if missing := len(wanted) - len(known):
            skip["not_found"] = missing
    else:
        phones = [request["filter"]["phone"]]
        would = len(await find_by_phone(pool, company, phones))
    found = [await count_data(pool, company, phone) for phone in phones]
    events, messages = sum(one for one, _ in found), sum(other for _, other in found)
    if "filter" in request:
        would = 1 if would or events or messages else 0
        if not would:
            skip["nothing_stored"] = 1
    return {"would": would, "skip": skip, "events": events, "messages": messages}


_ERASE = BulkAction(name="contacts_erase", job_kind="contacts_erase", count=_count)


async def _erase(call: Call) -> Response:
    if "filter" in call.body:
        phone = read_address(call.body["filter"]["phone"])
        if phone is None:
            reason = "must be a phone number such as +5511900000000"
            raise FieldProblem([{"field": "filter.phone", "reason": reason}])
        call.body["filter"]["phone"] = phone
    return await answer_bulk(call, _ERASE)


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_erasures(pool, company, before, limit),
        lambda: count_erasures(pool, company),
        _erasure_view,
    )


def _erasure_view(row: Row) -> dict[str, Any]:
    finished = row["finished_at"]
    return {
        "id": row["id"],
        "contact_id": None if row["contact_id"] == UUID(int=0) else row["contact_id"],
        "counts": row["counts"],
        "job_id": row["job_id"],
        "requested_by": row["requested_by"],
        "created_at": rfc3339(row["created_at"]),
        "finished_at": None if finished is None else rfc3339(finished),
    }


_TAG = "Personal data"

OPERATIONS = (
    Operation(
        name="exportPersonalData",
        method="GET",
        path="/contacts/{contact_id}/personal-data",
        handler=_export,
        summary="Everything that is stored of a person",
        description=(
            "Contact, tags, lists, consents, wishes, conversations with their notes, events with their payloads, "
            "messages with their texts."
        ),
        tag=_TAG,
        role="operator",
        answers={200: Answer("One JSON object, streamed.", {"type": "object"})},
    ),
    Operation(
        name="eraseContacts",
        method="POST",
        path="/contacts/erase",
        handler=_erase,
        summary="Erase people: count first, then run",
        description=(
            "By `ids` of contacts, or by `filter.phone` for somebody who is no contact (any more). Contact, tags, "
            "lists and consents go; name, phone, e-mail, document, payload and bytes are taken out of their events, "
            "text and number out of their messages and out of what the company's own systems were told; what waits for "
            "them is called off. Cases of rules, PIX orders, refused rows of imports and the examples of dry runs are "
            "cleared of them too, also where their event is gone. "
            "Exported files of the company are deleted, since any may hold them; the job's result "
            "says how many (`exports`). What stays: events and messages "
            "without anybody in them, so that figures stay right, the note in `GET /erasures`, and, if they wanted no "
            "messages, a keyed digest that keeps it so. It cannot be undone. Copies: files of imports go within 7 days."
        ),
        tag=_TAG,
        role="owner",
        body=bulk_schema(record({"phone": text(64)}, required=("phone",))),
        body_example={"ids": ["0199f000-0000-7000-8000-00000000c001"], "preview": True},
        answers=bulk_answers("An erasure"),
    ),
    Operation(
        name="listErasures",
        method="GET",
        path="/erasures",
        handler=_list,
        summary="Who was erased, newest first, without their data",
        tag=_TAG,
        answers=page_of("Erasure"),
        query=PAGING,
    ),
)
