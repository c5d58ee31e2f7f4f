"""Routes of a company's people: who they are, what they may do, who is invited."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from engine.addresses_of_people import clean_email
from engine.credentials import hash_token
from engine.errors import Conflict, FieldProblem, NotFound
from engine.sign_in import LINK_LIVES, make_secret_token
from engine.times import rfc3339
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import choice, record, ref, text
from gateway.views import time_text
from storage.invitations import (
    count_invitations,
    delete_invitation,
    get_invitation,
    page_invitations,
    put_invitation,
)
from storage.members import change_role, count_members, get_member, is_member, page_members, remove_member
from storage.searching import Row


def _view(call: Call, row: Row) -> dict[str, Any]:
    person = None if call.principal is None else call.principal.person
    return {
        **{name: row[name] for name in ("id", "email", "name", "role", "totp")},
        "last_seen_at": time_text(row["last_seen_at"]),
        "created_at": rfc3339(row["created_at"]),
        "you": person is not None and person.user_id == row["id"],
    }


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: page_members(pool, company, before, limit),
        lambda: count_members(pool, company),
        lambda row: _view(call, row),
    )


async def _get(call: Call) -> Response:
    row = await get_member(call.services.pool, call.company_id, call.path_id("user_id"))
    if row is None:
        raise NotFound
    return json_response(_view(call, row))


async def _change(call: Call) -> Response:
    user_id = call.path_id("user_id")
    async with call.services.pool.acquire() as connection, connection.transaction():
        if not await change_role(connection, call.company_id, user_id, call.body["role"]):
            raise NotFound
    await call.services.announce("members", call.company_id)
    return await _get(call)


async def _remove(call: Call) -> Response:
    async with call.services.pool.acquire() as connection, connection.transaction():
        if not await remove_member(connection, call.company_id, call.path_id("user_id")):
            raise NotFound
    await call.services.announce("members", call.company_id)
    return Response(status_code=204)


def _invitation_view(row: Row) -> dict[str, Any]:
    times = {name: rfc3339(row[name]) for name in ("created_at", "expires_at")}
    return {**{name: row[name] for name in ("id", "email", "role", "created_by")}, **times}


async def _list_invitations(call: Call) -> Response:
    pool, company, now = call.services.pool, call.company_id, call.now()
    return await small_page(
        call,
        lambda before, limit: page_invitations(pool, company, before, limit, now),
        lambda: count_invitations(pool, company, now),
        _invitation_view,
    )


async def _get_invitation(call: Call) -> Response:
    row = await get_invitation(call.services.pool, call.company_id, call.path_id("invitation_id"), call.now())
    if row is None:
        raise NotFound
    return json_response(_invitation_view(row))


async def _invite(call: Call) -> Response:
    """Nothing here looks at who has an account elsewhere, so that nothing can tell."""
    services, email = call.services, clean_email(call.body["email"])
    if email is None:
        raise FieldProblem([{"field": "email", "reason": "must be an e-mail address such as ana@loja.com.br"}])
    if await is_member(services.pool, call.company_id, email):
        raise Conflict("this address is one of the company's people already")
    token, now = make_secret_token(), call.now()
    row: Row = {
        "id": services.ids.make_uuid(services.clock()),
        "email": email,
        "role": call.body["role"],
        "created_by": call.actor,
        "created_at": now,
        "expires_at": now + LINK_LIVES,
    }
    await put_invitation(
        services.pool,
        call.company_id,
        row["id"],
        hash_token(token),
        email=email,
        role=row["role"],
        created_by=call.actor,
        now=now,
        expires_at=row["expires_at"],
    )
    link = f"{services.settings.public_url}/invitation#{token}"
    return json_response({**_invitation_view(row), "link": link}, 201)


async def _withdraw(call: Call) -> Response:
    if not await delete_invitation(call.services.pool, call.company_id, call.path_id("invitation_id")):
        raise NotFound
    return Response(status_code=204)


_TAG = "People"
_ROLE = choice("owner", "operator", "viewer")
_LAST = {409: Answer("`last-owner`: nobody else owns the company.", ref("Problem"), PROBLEM_TYPE)}

OPERATIONS = (
    Operation(
        name="listUsers",
        method="GET",
        path="/users",
        handler=_list,
        summary="The company's people, who joined last first",
        tag=_TAG,
        role="owner",
        answers=page_of("User"),
        query=PAGING,
    ),
    Operation(
        name="getUser",
        method="GET",
        path="/users/{user_id}",
        handler=_get,
        summary="One of the company's people",
        tag=_TAG,
        role="owner",
        answers=ok("User", "The person."),
    ),
    Operation(
        name="updateUser",
        method="PATCH",
        path="/users/{user_id}",
        handler=_change,
        summary="Give a person another role; in force at once",
        description="Their next request has the new role; what they watch live is asked anew within seconds.",
        tag=_TAG,
        role="owner",
        body=record({"role": _ROLE}, required=("role",)),
        body_example={"role": "viewer"},
        answers={**ok("User", "The person, as changed."), **_LAST},
    ),
    Operation(
        name="removeUser",
        method="DELETE",
        path="/users/{user_id}",
        handler=_remove,
        summary="Take a person out of the company; in force at once",
        description="Their account and their other companies stay; so do the API keys they made.",
        tag=_TAG,
        role="owner",
        answers={**nothing("They are out."), **_LAST},
    ),
    Operation(
        name="listInvitations",
        method="GET",
        path="/invitations",
        handler=_list_invitations,
        summary="Invitations that can still be accepted, newest first",
        tag=_TAG,
        role="owner",
        answers=page_of("Invitation"),
        query=PAGING,
    ),
    Operation(
        name="getInvitation",
        method="GET",
        path="/invitations/{invitation_id}",
        handler=_get_invitation,
        summary="One invitation",
        tag=_TAG,
        role="owner",
        answers=ok("Invitation", "The invitation, without its link."),
    ),
    Operation(
        name="createInvitation",
        method="POST",
        path="/invitations",
        handler=_invite,
        summary="Invite somebody by a link that is shown this once",
        description=(
            "The link is good once, for 72 hours; send it to the person yourself. Another invitation of the same "
            "address takes its place. Whether the address has an account already is told to nobody."
        ),
        tag=_TAG,
        role="owner",
        body=record({"email": text(320), "role": _ROLE}, required=("email", "role")),
        body_example={"email": "ana@loja.test", "role": "operator"},
        answers={
            **ok("InvitationWithLink", "The invitation.", 201),
            409: Answer("The address is one of the company's people already.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
    Operation(
        name="deleteInvitation",
        method="DELETE",
        path="/invitations/{invitation_id}",
        handler=_withdraw,
        summary="Take an invitation back",
        tag=_TAG,
        role="owner",
        answers=nothing("Its link is out of force."),
    ),
)
