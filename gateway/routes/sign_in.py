"""Routes of signing in and out, of who is asking, and of one's own sessions, password and second factor."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.credentials import hash_token
from engine.errors import Conflict, FieldProblem, NotFound
from engine.ids import ms_to_time
from engine.qr import qr_png
from engine.sign_in import IDLE, LONGEST_PASSWORD, SHORTEST_PASSWORD, csrf_token
from engine.times import rfc3339
from engine.totp import (
    make_recovery_codes,
    make_totp_secret,
    matching_step,
    open_totp,
    recovery_hash,
    seal_totp,
    secret_text,
    totp_uri,
)
from gateway.audit import write_own
from gateway.calls import Call, json_response
from gateway.components.people_access import LANGUAGE, THEME
from gateway.operations import Answer, Operation, nothing, ok
from gateway.problems import PROBLEM_TYPE
from gateway.schema import Schema, record, ref, text
from gateway.views import company_view
from storage.companies import get_company
from storage.pool import Connection
from storage.second_factors import propose_totp, set_totp
from storage.user_links import has_reset_link, take_reset_link
from storage.user_sessions import end_user_session, end_user_sessions, list_user_sessions
from storage.users import get_user, list_memberships, set_password, update_profile

PASSWORD = text(LONGEST_PASSWORD, SHORTEST_PASSWORD)
TYPED: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_PASSWORD}


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


async def _me(call: Call) -> Response:
    principal = call.principal
    if principal is None:
        raise NotFound
    company = None
    if principal.company_id is not None:
        company = await get_company(call.services.pool, principal.company_id)
        if company is None:
            raise NotFound
    person = principal.person
    view = None if company is None else company_view(company)
    if person is None:
        user, companies = None, [] if view is None else [{**view, "role": principal.role}]
    else:
        user, companies = person_view(await _user(call)), await companies_of(call, person.user_id)
    return json_response(
        {
            "user": user,
            "key": None if principal.key_id is None else {"id": principal.key_id, "name": principal.name},
            "role": None if company is None and person is not None else principal.role,
            "installation": principal.installation,
            "company": view,
            "companies": companies,
            "csrf_token": None if person is None else person.csrf,
        }
    )


async def _change_me(call: Call) -> Response:
    body = call.body
    await update_profile(
        call.services.pool,
        call.person.user_id,
        name=body.get("name"),
        language=body.get("language"),
        theme=body.get("theme"),
    )
    return json_response(person_view(await _user(call)))


async def _sessions(call: Call) -> Response:
    person, now = call.person, ms_to_time(call.services.clock())
    rows = await list_user_sessions(call.services.pool, person.user_id, now, now - IDLE)
    data = [
        {
            "id": row["id"],
            "current": row["id"] == person.session_id,
            "address": row["address"],
            "agent": row["agent"],
            **{name: rfc3339(row[name]) for name in ("created_at", "last_seen_at", "expires_at")},
        }
        for row in rows
    ]
    return json_response({"data": data})


async def _end_session(call: Call) -> Response:
    if not await end_user_session(call.services.pool, call.person.user_id, call.path_id("sign_in_id")):
        raise NotFound
    return Response(status_code=204)


async def _end_others(call: Call) -> Response:
    await end_user_sessions(call.services.pool, call.person.user_id, call.person.session_id)
    return Response(status_code=204)


async def _change_password(call: Call) -> Response:
    user = await _own_password(call, "current_password")
    hashed = await call.services.sign_in.passwords.hash(call.body["password"])
    async with call.services.pool.acquire() as connection, connection.transaction():
        await set_password(connection, user["id"], hashed)
        token = await _rotate(call, connection)
    return _rotated(call, token, {})


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


async def _propose_totp(call: Call) -> Response:
    user = await _own_password(call, "password")
    if user["totp_sealed"] is not None:
        raise Conflict("there is a second factor already; take it away first")
    secret = make_totp_secret()
    await propose_totp(call.services.pool, user["id"], seal_totp(call.services.vault, user["id"], secret))
    uri = totp_uri(secret, user["email"])
    picture = b64encode(qr_png(uri)).decode()
    return json_response({"secret": secret_text(secret), "uri": uri, "qr_png": picture}, 201)


async def _confirm_totp(call: Call) -> Response:
    user, services = await _user(call), call.services
    if user["totp_pending_sealed"] is None:
        raise Conflict("no second factor waits for its first code")
    await services.sign_in.count(user["email"], call.address)
    secret = open_totp(services.vault, user["id"], user["totp_pending_sealed"])
    step = matching_step(secret, call.body["code"].replace(" ", ""), services.clock(), 0)
    if step is None:
        raise FieldProblem([{"field": "code", "reason": "is not the code of this moment"}])
    await services.sign_in.succeeded(user["email"], call.address)
    codes = make_recovery_codes()
    async with services.pool.acquire() as connection, connection.transaction():
        hashes = [recovery_hash(code) for code in codes]
        await set_totp(connection, user["id"], user["totp_pending_sealed"], step, hashes)
        token = await _rotate(call, connection)
    return _rotated(call, token, {"recovery_codes": codes})


async def _remove_totp(call: Call) -> Response:
    user = await _own_password(call, "password")
    async with call.services.pool.acquire() as connection, connection.transaction():
        await set_totp(connection, user["id"], None, 0, [])
        token = await _rotate(call, connection)
    return _rotated(call, token, {})


async def _user(call: Call) -> dict[str, Any]:
    user = await get_user(call.services.pool, call.person.user_id)
    if user is None:
        raise NotFound
    return user


async def _own_password(call: Call, field: str) -> dict[str, Any]:
    """Return who asks, once they have typed their password again; it counts as an attempt to sign in."""
    user, desk = await _user(call), call.services.sign_in
    await desk.count(user["email"], call.address)
    if not await desk.passwords.fits(user["password_hash"], call.body[field]):
        raise FieldProblem([{"field": field, "reason": "is not your password"}])
    await desk.succeeded(user["email"], call.address)
    return user


async def _rotate(call: Call, connection: Connection) -> str:
    """Give this browser another cookie and end every other session of the person."""
    await end_user_sessions(connection, call.person.user_id)
    return await open_session(call, connection, call.person.user_id)


def _rotated(call: Call, token: str, shown: dict[str, Any]) -> Response:
    response = json_response({**shown, "csrf_token": csrf_token(token)})
    call.services.auth.cookies.write(response, token)
    return response


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


_TAG = "Signing in"
REFUSED = {
    401: Answer("Refused; `type` tells whether a code is missing.", ref("Problem"), PROBLEM_TYPE),
    403: Answer("The request comes from another site.", ref("Problem"), PROBLEM_TYPE),
    429: Answer("Too many attempts; wait as long as Retry-After says.", ref("Problem"), PROBLEM_TYPE),
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
        tag=_TAG,
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
        tag=_TAG,
        access="person",
        answers=nothing("Signed out."),
    ),
    Operation(
        name="getMe",
        method="GET",
        path="/me",
        handler=_me,
        summary="Who is asking, for which company, and which others there are",
        tag=_TAG,
        access="known",
        answers=ok("Me", "You."),
    ),
    Operation(
        name="updateMe",
        method="PATCH",
        path="/me",
        handler=_change_me,
        summary="Change one's name, language or theme",
        tag=_TAG,
        access="person",
        body=record({"name": text(200, 0), "language": LANGUAGE, "theme": THEME}),
        body_example={"language": "en", "theme": "dark"},
        answers=ok("Person", "You, as changed."),
    ),
    Operation(
        name="listSignIns",
        method="GET",
        path="/auth/sessions",
        handler=_sessions,
        summary="Where one is signed in, newest first; at most 50",
        tag=_TAG,
        access="person",
        answers=ok("SignInSessions", "The sessions."),
    ),
    Operation(
        name="endSignIn",
        method="DELETE",
        path="/auth/sessions/{sign_in_id}",
        handler=_end_session,
        summary="End one of one's sessions",
        tag=_TAG,
        access="person",
        answers=nothing("Ended; it is out of force everywhere."),
    ),
    Operation(
        name="endOtherSignIns",
        method="POST",
        path="/auth/sessions/end-others",
        handler=_end_others,
        summary="End all of one's sessions but this one",
        tag=_TAG,
        access="person",
        answers=nothing("Ended."),
    ),
    Operation(
        name="changePassword",
        method="POST",
        path="/auth/password",
        handler=_change_password,
        summary="Change one's password; all other sessions end and this one gets another cookie",
        tag=_TAG,
        access="person",
        body=record({"current_password": TYPED, "password": PASSWORD}, required=("current_password", "password")),
        body_example={"current_password": "correct horse battery", "password": "another horse, another battery"},
        answers=ok("Rotated", "Changed."),
    ),
    Operation(
        name="resetPassword",
        method="POST",
        path="/auth/reset-password",
        handler=_reset_password,
        summary="Take the one-time link of `masteria user reset-password`; all sessions of the person end",
        tag=_TAG,
        access="open",
        body=record({"token": text(64), "password": PASSWORD}, required=("token", "password")),
        body_example={"token": "what stands behind # in the link", "password": "another horse, another battery"},
        answers={**nothing("Changed; sign in with it."), 403: REFUSED[403], 429: REFUSED[429]},
    ),
    Operation(
        name="proposeTotp",
        method="POST",
        path="/auth/totp",
        handler=_propose_totp,
        summary="Begin a second factor: a secret for an authenticator app, in force once confirmed",
        tag=_TAG,
        access="person",
        body=record({"password": TYPED}, required=("password",)),
        body_example={"password": "correct horse battery"},
        answers=ok("TotpProposal", "The secret, and the address that a QR code holds.", 201),
    ),
    Operation(
        name="confirmTotp",
        method="POST",
        path="/auth/totp/confirm",
        handler=_confirm_totp,
        summary="Put the second factor in force by its first code; recovery codes are shown once",
        tag=_TAG,
        access="person",
        body=record({"code": text(10)}, required=("code",)),
        body_example={"code": "123456"},
        answers=ok("TotpConfirmed", "In force."),
    ),
    Operation(
        name="removeTotp",
        method="POST",
        path="/auth/totp/remove",
        handler=_remove_totp,
        summary="Take the second factor away",
        tag=_TAG,
        access="person",
        body=record({"password": TYPED}, required=("password",)),
        body_example={"password": "correct horse battery"},
        answers=ok("Rotated", "Taken away."),
    ),
)
