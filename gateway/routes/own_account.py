"""Routes of who is asking, and of one's own sessions, password and second factor."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from starlette.responses import Response

from engine.errors import Conflict, FieldProblem, NotFound
from engine.ids import ms_to_time
from engine.qr import qr_png
from engine.sign_in import IDLE, csrf_token
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
from gateway.calls import Call, json_response
from gateway.components.people_access import LANGUAGE, THEME
from gateway.operations import Operation, nothing, ok
from gateway.routes.sign_in import PASSWORD, TAG, TYPED, companies_of, open_session, person_view
from gateway.schema import record, text
from gateway.views import company_view
from storage.companies import get_company
from storage.pool import Connection
from storage.second_factors import propose_totp, set_totp
from storage.user_sessions import end_user_session, end_user_sessions, list_user_sessions
from storage.users import get_user, set_password, update_profile


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


OPERATIONS = (
    Operation(
        name="getMe",
        method="GET",
        path="/me",
        handler=_me,
        summary="Who is asking, for which company, and which others there are",
        tag=TAG,
        access="known",
        answers=ok("Me", "You."),
    ),
    Operation(
        name="updateMe",
        method="PATCH",
        path="/me",
        handler=_change_me,
        summary="Change one's name, language or theme",
        tag=TAG,
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
        tag=TAG,
        access="person",
        answers=ok("SignInSessions", "The sessions."),
    ),
    Operation(
        name="endSignIn",
        method="DELETE",
        path="/auth/sessions/{sign_in_id}",
        handler=_end_session,
        summary="End one of one's sessions",
        tag=TAG,
        access="person",
        answers=nothing("Ended; it is out of force everywhere."),
    ),
    Operation(
        name="endOtherSignIns",
        method="POST",
        path="/auth/sessions/end-others",
        handler=_end_others,
        summary="End all of one's sessions but this one",
        tag=TAG,
        access="person",
        answers=nothing("Ended."),
    ),
    Operation(
        name="changePassword",
        method="POST",
        path="/auth/password",
        handler=_change_password,
        summary="Change one's password; all other sessions end and this one gets another cookie",
        tag=TAG,
        access="person",
        body=record({"current_password": TYPED, "password": PASSWORD}, required=("current_password", "password")),
        body_example={"current_password": "correct horse battery", "password": "another horse, another battery"},
        answers=ok("Rotated", "Changed."),
    ),
    Operation(
        name="proposeTotp",
        method="POST",
        path="/auth/totp",
        handler=_propose_totp,
        summary="Begin a second factor: a secret for an authenticator app, in force once confirmed",
        tag=TAG,
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
        tag=TAG,
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
        tag=TAG,
        access="person",
        body=record({"password": TYPED}, required=("password",)),
        body_example={"password": "correct horse battery"},
        answers=ok("Rotated", "Taken away."),
    ),
)
