"""Routes of whoever was invited: what the link leads to, and its acceptance. Nobody has signed in yet."""

from __future__ import annotations

from starlette.responses import Response

from engine.audit import Changes
from engine.credentials import hash_token
from engine.errors import Conflict, FieldProblem, Forbidden, Unauthorized
from engine.ids import ms_to_time
from engine.sign_in import csrf_token
from engine.times import rfc3339
from gateway.audit import write_own
from gateway.calls import Call, json_response
from gateway.operations import Answer, Operation, ok
from gateway.problems import PROBLEM_TYPE
from gateway.routes.sign_in import PASSWORD, REFUSED, companies_of, open_session, person_view
from gateway.schema import record, ref, text
from storage.invitations import find_invitation, take_invitation
from storage.members import add_member
from storage.searching import Row
from storage.users import get_user, get_user_by_email, insert_user


def _no_link() -> FieldProblem:
    return FieldProblem([{"field": "token", "reason": "is unknown, was used or is over"}])


async def _link(call: Call) -> Row:
    """Return the invitation of a request's token; each look counts as an attempt of its address."""
    services = call.services
    services.auth.cookies.check_origin(call.request.headers)
    await services.sign_in.count_link(call.address)
    found = await find_invitation(services.pool, hash_token(call.body["token"]), ms_to_time(services.clock()))
    if found is None:
        raise _no_link()
    return found


async def _look(call: Call) -> Response:
    link = await _link(call)
    return json_response(
        {
            "company": {"id": link["company_id"], "name": link["company_name"]},
            "email": link["email"],
            "role": link["role"],
            "expires_at": rfc3339(link["expires_at"]),
        }
    )


async def _accept(call: Call) -> Response:
    """Everything or nothing: link, account, place in the company, session and log entry are one transaction."""
    services, body = call.services, call.body
    link = await _link(call)
    user = await get_user_by_email(services.pool, link["email"])
    new_hash = None
    if user is None or not await _is_signed_in(call, user):
        if "password" not in body:
            raise FieldProblem([{"field": "password", "reason": "is needed"}])
        if user is None:
            new_hash = await services.sign_in.passwords.hash(body["password"])
        else:
            user = await services.sign_in.check(link["email"], body["password"], body.get("totp"), call.address)
    now = ms_to_time(services.clock())
    async with services.pool.acquire() as connection, connection.transaction():
        taken = await take_invitation(connection, hash_token(body["token"]), now)
        if taken is None:
            raise _no_link()
        if user is None:
            user_id = services.ids.make_uuid(services.clock())
            stored = await insert_user(
                connection,
                user_id,
                email=taken["email"],
                name=body.get("name", ""),
                password_hash=new_hash or "",
                created_at=now,
            )
            if stored != user_id:  # somebody made the account since we looked: its password decides
                raise Conflict("the address has an account by now; send the same again with its password")
            user = await get_user(connection, user_id)
        if user is None:
            raise _no_link()
        joined = await add_member(connection, taken["company_id"], user["id"], taken["role"], now)
        token = await open_session(call, connection, user["id"])
        changes: Changes = {"role": [None, taken["role"]]} if joined else {}
        await write_own(call, connection, "acceptInvitation", user, [taken["company_id"]], changes)
    companies = await companies_of(call, user["id"])
    response = json_response({"user": person_view(user), "companies": companies, "csrf_token": csrf_token(token)})
    services.auth.cookies.write(response, token)
    return response


async def _is_signed_in(call: Call, user: Row) -> bool:
    """Tell whether the request comes by the session of that very person; it then needs the session's token."""
    auth, headers = call.services.auth, call.request.headers
    if auth.cookies.read(headers) is None:
        return False
    try:
        principal = await auth.person(headers)
        if principal.person is None or principal.person.user_id != user["id"]:
            return False
        auth.cookies.check_change(headers, principal.person.csrf)
    except (Unauthorized, Forbidden):
        return False
    return True


_TAG = "Signing in"
_TOKEN = text(64)
_REFUSALS = {name: REFUSED[name] for name in (403, 429)}

OPERATIONS = (
    Operation(
        name="lookAtInvitation",
        method="POST",
        path="/auth/invitation",
        handler=_look,
        summary="What an invitation's link leads to",
        tag=_TAG,
        access="open",
        body=record({"token": _TOKEN}, required=("token",)),
        body_example={"token": "what stands behind # in the link"},
        answers={**ok("InvitationAddress", "The company, and as what one is invited."), **_REFUSALS},
    ),
    Operation(
        name="acceptInvitation",
        method="POST",
        path="/auth/invitation/accept",
        handler=_accept,
        summary="Accept an invitation and sign in",
        description=(
            "`password` is that of the address's account, or, if there is none yet, the one that it gets. It may be "
            "left out by whoever has signed in with the address already (then `X-CSRF-Token` is needed)."
        ),
        tag=_TAG,
        access="open",
        body=record(
            {"token": _TOKEN, "password": PASSWORD, "name": text(200, 0), "totp": text(40)}, required=("token",)
        ),
        body_example={"token": "what stands behind # in the link", "password": "correct horse battery", "name": "Ana"},
        answers={
            **ok("SignedIn", "Accepted and signed in."),
            **REFUSED,
            409: Answer("The address got an account in this moment.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
)
