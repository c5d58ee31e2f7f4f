"""Routes of people who want no messages: the list, stopping and allowing by hand, and what is spared."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import FieldProblem, NotFound
from engine.metrics import Delta
from engine.opt_out import ALL, Kind, Stop
from engine.pagination import COUNT_CAP, Position
from engine.times import rfc3339
from engine.user_ids import read_address
from gateway.calls import Call, json_response, page_response
from gateway.counts import Count
from gateway.known_phones import known_phones
from gateway.operations import PAGING, Operation, Query, choice_query, nothing, ok, page_of
from gateway.schema import ref, text
from storage.message_changes import count as count_transitions
from storage.pool import Connection
from storage.searching import Row
from storage.suppressions import (
    Person,
    Wish,
    count_opt_outs,
    find_stops,
    get_policy,
    hear_wishes,
    list_opt_outs,
    set_policy,
)
from storage.unwanted import take_wishes

_KINDS = ("all", "marketing")
_NO_NUMBER = 10**16  # as digits: longer than any


def _view(row: Row) -> dict[str, Any]:
    shown = {name: row[name] for name in ("phone", "kind", "source", "event_id", "contact_id", "name")}
    return {**shown, "at": rfc3339(row["at"])}


async def _list(call: Call) -> Response:
    pool, company, kind = call.services.pool, call.company_id, _kind(call.query.get("kind"))
    within = call.range
    rows = await list_opt_outs(pool, company, kind, _place(within.before), within.limit + 1)
    shown, following = rows[: within.limit], None
    if len(rows) > within.limit:
        following = Position(shown[-1]["at"], _mark(shown[-1]["phone"]))
    number = await count_opt_outs(pool, company, kind)
    return page_response([_view(row) for row in shown], following, Count(min(number, COUNT_CAP), number > COUNT_CAP))


def _mark(address: str) -> UUID:
    """What a cursor's id holds of the last row: a number's digits, or the beginning of WhatsApp's id."""
    if address.startswith("+"):
        return UUID(int=int(address[1:]))
    return UUID(bytes=address.encode()[:16].ljust(16, b"\0"))


def _place(before: Position) -> tuple[datetime, str]:
    if before.id.int < _NO_NUMBER:
        return before.created_at, f"+{before.id.int}"
    return before.created_at, before.id.bytes.decode("latin-1").replace("\0", "")


def _kind(given: str | None) -> Kind:
    return "marketing" if given == "marketing" else ALL


async def _stop(call: Call) -> Response:
    body, errors, phones = call.body, [], []
    for index, given in enumerate(body["phones"]):
        phone = read_address(given)
        if phone is None:
            errors.append({"field": f"phones[{index}]", "reason": "must be a phone number such as +5511900000000"})
        else:
            phones.append(phone)
    if errors:
        raise FieldProblem(errors[:50])
    phones = await known_phones(call, phones)
    source, kind, now = body.get("source", call.actor), _kind(body.get("kind")), call.now()

    async def work(connection: Connection, delta: Delta) -> dict[Person, Stop]:
        known = await find_stops(connection, [(call.company_id, phone) for phone in phones])
        wishes = [Wish(call.company_id, phone, True, source, now, kind) for phone in phones]
        count_transitions(delta, await take_wishes(connection, wishes, now))
        return known

    known = await call.services.ledger.write(work)
    already = sum(stop.all if kind == ALL else stop.marketing for stop in known.values())
    return json_response({"changed": len(set(phones)) - already}, 201)


async def _allow(call: Call) -> Response:
    phone, kind = call.query.get("phone"), _kind(call.query.get("kind"))
    if phone is None:
        raise FieldProblem([{"field": "phone", "reason": "is needed"}])
    [phone] = await known_phones(call, [phone])
    person = (call.company_id, phone)
    async with call.services.pool.acquire() as connection, connection.transaction():
        stop = (await find_stops(connection, [person])).get(person)
        if stop is None or not (stop.all if kind == ALL else stop.marketing):
            raise NotFound
        await hear_wishes(connection, [Wish(*person, False, call.actor, call.now(), kind)])
    return Response(status_code=204)


async def _get_policy(call: Call) -> Response:
    return json_response({"spares_utility": await get_policy(call.services.pool, call.company_id)})


async def _set_policy(call: Call) -> Response:
    await set_policy(call.services.pool, call.company_id, spares_utility=call.body["spares_utility"])
    return await _get_policy(call)


_TAG = "Opt-outs"
_KIND = choice_query("kind", "`all`: no messages at all (the default); `marketing`: no marketing.", *_KINDS)

OPERATIONS = (
    Operation(
        name="listOptOuts",
        method="GET",
        path="/opt-outs",
        handler=_list,
        summary="People who want no messages, the newest word first",
        tag=_TAG,
        answers=page_of("OptOut"),
        query=(_KIND, *PAGING),
    ),
    Operation(
        name="addOptOuts",
        method="POST",
        path="/opt-outs",
        handler=_stop,
        summary="Write to these people no more",
        description=(
            "People also say so themselves: PARAR, SAIR, STOP, CANCELAR, DESCADASTRAR and the like, as a message of "
            "its own, stop everything in the moment it comes in; VOLTAR or START lifts it. What is being sent just now "
            "may still arrive; all that waits is skipped with the reason `opted_out`. Only answers (`reply_to`) of a "
            "person go, and what a rule makes of the opt-out itself: its confirmation."
        ),
        tag=_TAG,
        role="operator",
        body=ref("OptOutInput"),
        body_example={"phones": ["+5511900000000"], "source": "pediu por telefone"},
        answers=ok("Changed", "They are stopped.", 201),
    ),
    Operation(
        name="removeOptOut",
        method="DELETE",
        path="/opt-outs",
        handler=_allow,
        summary="Write to a person again",
        description="Only with the person's consent: note it with `POST /contacts/{contact_id}/consents`.",
        tag=_TAG,
        role="operator",
        query=(Query("phone", "phone", "Anything that can be read as a phone.", text(64)), _KIND),
        answers=nothing(),
    ),
    Operation(
        name="getOptOutPolicy",
        method="GET",
        path="/opt-outs/policy",
        handler=_get_policy,
        summary="What opted-out people still get",
        tag=_TAG,
        answers=ok("OptOutPolicy", "The policy."),
    ),
    Operation(
        name="setOptOutPolicy",
        method="PUT",
        path="/opt-outs/policy",
        handler=_set_policy,
        summary="Say what opted-out people still get",
        tag=_TAG,
        role="owner",
        body=ref("OptOutPolicy"),
        body_example={"spares_utility": True},
        answers=ok("OptOutPolicy", "The policy as it is now, in force for every message made or due from now on."),
    ),
)
