"""Routes of signing in and out, and of a forgotten password."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.credentials import hash_token
from engine.errors import FieldProblem
from engine.ids import ms_to_time
from engine.sign_in import LONGEST_PASSWORD, SHORTEST_PASSWORD, csrf_token
from engine.times import rfc3339
from gateway.audit import write_own
from gateway.calls import Call, json_response
from gateway.operations import Answer, Operation, nothing, ok
from gateway.problems import PROBLEM_TYPE
from gateway.schema import Schema, record, ref, text
from gateway.views import company_view
from storage.pool import Connection
from storage.user_links import has_reset_link, take_reset_link
from storage.user_sessions import end_user_session, end_user_sessions
from storage.users import get_user, list_memberships, set_password

PASSWORD = text(LONGEST_PASSWORD, SHORTEST_PASSWORD)
TYPED: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_PASSWORD}
TAG = "Signing in"
REFUSED = {
    401: Answer("Refused; `type` tells whether a code is missing.", ref("Problem"), PROBLEM_TYPE),
    403: Answer("The request comes from another site.", ref("Problem"), PROBLEM_TYPE),
    429: Answer("Too many attempts; wait as long as Retry-After says.", ref("Problem"), PROBLEM_TYPE),
}


async def _sign_in(call: Call) -> Response:
    services, body = call.services, call.body
    cookies, headers = services.auth.cookies, call.request.headers
    cookies.check_origin(headers)
    user = await services.sign_in.check(body["email"], body["password"], body.get("totp"), call.address)
    companies = await companies_of(call, user["id"])
    async with services.pool.acquire() as connection, connection.transaction():
        token = await open_session(call, connection, user["id"])
        await write_own(call, connection, "signIn", user, [one["id"] for one in companies])
    response = json_response({"user": person_view(user), "companies": companies, "csrf_token": csrf_token(token)})
    cookies.write(response, token)
    return response


async def open_session(call: Call, connection: Connection, user_id: UUID) -> str:
    """Open a session for this browser and return its cookie; the one it had before ends."""
    headers = call.request.headers
    return await call.services.sign_in.open_session(
        connection,
        user_id,
        address=call.address,
        agent=headers.get("user-agent", ""),
        instead_of=call.services.auth.cookies.read(headers),
    )


async def _sign_out(call: Call) -> Response:
    person = call.person
    await end_user_session(call.services.pool, person.user_id, person.session_id)
    response = Response(status_code=204)
    call.services.auth.cookies.clear(response)
    return response


async def _reset_password(call: Call) -> Response:
    services, token_hash = call.services, hash_token(call.body["token"])
    services.auth.cookies.check_origin(call.request.headers)
    now = ms_to_time(services.clock())
    await services.sign_in.count_link(call.address)
    if not await has_reset_link(services.pool, token_hash, now):
        raise _no_link()
    hashed = await services.sign_in.passwords.hash(call.body["password"])
    async with services.pool.acquire() as connection, connection.transaction():
        user_id = await take_reset_link(connection, token_hash, now)
        if user_id is None:
            raise _no_link()
        await set_password(connection, user_id, hashed)
        await end_user_sessions(connection, user_id)
        user, companies = await get_user(connection, user_id), await list_memberships(connection, user_id)
        if user is not None:
            told = [row["company_id"] for row in companies]
            await write_own(call, connection, "resetPassword", user, told, {"password": None})
    return Response(status_code=204)


def _no_link() -> FieldProblem:
    return FieldProblem([{"field": "token", "reason": "is unknown, was used or is over"}])


async def companies_of(call: Call, user_id: UUID) -> list[dict[str, Any]]:
    """Return a person's companies, with what they are there."""
    rows = await list_memberships(call.services.pool, user_id)
    return [{**company_view({**row, "id": row["company_id"]}), "role": row["role"]} for row in rows]


def person_view(row: dict[str, Any]) -> dict[str, Any]:
    """Return a person as they see themselves."""
    return {
        **{name: row[name] for name in ("id", "email", "name", "language", "theme")},
        "totp": row["totp_sealed"] is not None,
        "created_at": rfc3339(row["created_at"]),
    }


OPERATIONS = (
    Operation(
        name="signIn",
        method="POST",
        path="/auth/sign-in",
        handler=_sign_in,
        summary="Sign in with e-mail address and password",
        description=(
            "Sets the session's cookie (HttpOnly, SameSite=Strict), which ends after 24 hours without use and after 14 "
            "days. 401 `sign-in-refused` does not tell if the address is known; `code-needed` asks for `totp`; 429 "
            "after 10 attempts for one account or 50 from one address within 15 minutes."
        ),
        tag=TAG,
        access="open",
        body=record(
            {"email": text(320), "password": TYPED, "totp": text(40)},
            required=("email", "password"),
        ),
        body_example={"email": "dono@exemplo.test", "password": "correct horse battery"},
        answers={**ok("SignedIn", "Signed in."), **REFUSED},
    ),
    Operation(
        name="signOut",
        method="POST",
        path="/auth/sign-out",
        handler=_sign_out,
        summary="Sign out; every tab of this browser is signed out with it",
        tag=TAG,
        access="person",
        answers=nothing("Signed out."),
    ),
    Operation(
        name="resetPassword",
        method="POST",
        path="/auth/reset-password",
        handler=_reset_password,
        summary="Take the one-time link of `masteria user reset-password`; all sessions of the person end",
        tag=TAG,
        access="open",
        body=record({"token": text(64), "password": PASSWORD}, required=("token", "password")),
        body_example={"token": "what stands behind # in the link", "password": "another horse, another battery"},
        answers={**nothing("Changed; sign in with it."), 403: REFUSED[403], 429: REFUSED[429]},
    ),
)
