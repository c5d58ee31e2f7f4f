"""Routes of WhatsApp sessions: numbers, their tokens (taken, never shown), limits, pause and resume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from engine.credentials import MetaSecrets, seal_meta_secrets, seal_session_token
from engine.errors import FieldProblem, NotFound
from engine.ids import id_time
from engine.pagination import COUNT_CAP, Position
from engine.phones import normalise_typed
from engine.sending_policy import read_budget_options
from engine.times import parse_time
from engine.web_options import read_web_options
from gateway.calls import Call, json_response, page_response
from gateway.counts import Count
from gateway.graph import is_asked, refuse_what_does_not_work
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of
from gateway.schema import moment, record, ref, text
from gateway.session_usage import usage_of
from gateway.views import session_view
from storage.meta_apps import get_meta_app, upsert_meta_app
from storage.searching import Row
from storage.sessions import (
    NewSession,
    SessionChange,
    change_session,
    count_sessions,
    delete_session,
    get_session,
    insert_session,
    list_sessions,
)

_PAUSED_BY_PERSON = "paused_by_user"
_CHANGEABLE = ("name", "phone_number_id", "waba_id", "throughput", "tier", "options")


def _view(call: Call, row: Row) -> dict[str, Any]:
    base = call.services.settings.public_url.rstrip("/")
    callback = f"{base}/api/v1/webhooks/meta/{row['app_id']}" if row["app_id"] else None
    return {**session_view(row), "callback_url": callback}


async def _list(call: Call) -> Response:
    within, pool = call.range, call.services.pool
    rows = await list_sessions(pool, call.company_id, within.before, within.limit + 1)
    shown = rows[: within.limit]
    following = Position(shown[-1]["created_at"], shown[-1]["id"]) if len(rows) > within.limit else None
    number = await count_sessions(pool, call.company_id)
    usage = await usage_of(call, shown)
    views = [{**_view(call, row), "usage": usage[row["id"]]} for row in shown]
    return page_response(views, following, Count(min(number, COUNT_CAP), number > COUNT_CAP))


async def _session(call: Call) -> Row:
    row = await get_session(call.services.pool, call.company_id, call.path_id("session_id"))
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    row = await _session(call)
    return json_response({**_view(call, row), "usage": (await usage_of(call, [row]))[row["id"]]})


async def _create(call: Call) -> Response:
    phone, app_id = await _check(call, _missing(call.body))
    body, services = call.body, call.services
    if is_asked(services.settings, body):
        await refuse_what_does_not_work(services.graph, body, phone)
    session_id = services.ids.make_uuid(services.clock())
    await _keep_app(call)
    token = body.get("token")
    await insert_session(
        services.pool,
        NewSession(
            id=session_id,
            company_id=call.company_id,
            name=body["name"],
            transport=body["transport"],
            phone=phone,
            phone_number_id=body.get("phone_number_id"),
            waba_id=body.get("waba_id"),
            app_id=app_id,
            token_sealed=None if token is None else seal_session_token(services.vault, session_id, token),
            throughput=body.get("throughput", 80),
            tier=body.get("tier", "TIER_250"),
            options=body.get("options", {}),
            created_at=id_time(session_id),
        ),
    )
    await services.announce("sessions", call.company_id)
    row = await get_session(services.pool, call.company_id, session_id)
    if row is None:
        raise NotFound
    return json_response(_view(call, row), 201, {"location": f"/api/v1/sessions/{session_id}"})


def _missing(body: dict[str, Any]) -> list[dict[str, str]]:
    """Say what a new session lacks: a number of Meta's needs id and token, a WhatsApp-Web session its phone's scan."""
    if body["transport"] == "web":
        return []
    return [{"field": name, "reason": "is required"} for name in ("phone_number_id", "token") if not body.get(name)]


async def _check(call: Call, found: Sequence[dict[str, str]] = ()) -> tuple[str | None, str | None]:
    """Return the phone and the Meta app that a body names.

    Raises:
        FieldProblem: names everything that is wrong, what was found before included.
    """
    body, errors = call.body, [*found, *_option_problems(call)]
    phone = normalise_typed(body["phone"]) if body.get("phone") else None
    if body.get("phone") and phone is None:
        errors.append({"field": "phone", "reason": "must be a phone number such as +5511900000000"})
    app = body.get("meta_app")
    app_id = app["app_id"] if app else body.get("app_id")
    if app and body.get("app_id") not in (None, app_id):
        errors.append({"field": "app_id", "reason": "is another one than meta_app.app_id"})
    if app_id and not app and await get_meta_app(call.services.pool, call.company_id, app_id) is None:
        errors.append({"field": "app_id", "reason": "is no Meta app of this company; give meta_app with its secrets"})
    if errors:
        raise FieldProblem(errors)
    return phone, app_id


def _option_problems(call: Call) -> list[dict[str, str]]:
    """Say what is wrong with a body's budgets and with its settings for WhatsApp-Web."""
    errors = []
    for read in (read_budget_options, read_web_options):
        try:
            read(call.body.get("options", {}))
        except ValueError as error:
            field, _, reason = str(error).partition(" ")
            errors.append({"field": field, "reason": reason})
    return errors


async def _keep_app(call: Call) -> None:
    app = call.body.get("meta_app")
    if app:
        secrets = MetaSecrets(app["app_secret"], app["verify_token"])
        sealed = seal_meta_secrets(call.services.vault, app["app_id"], secrets)
        await upsert_meta_app(call.services.pool, call.company_id, app["app_id"], sealed)


async def _update(call: Call) -> Response:
    await _session(call)
    phone, app_id = await _check(call)
    await _keep_app(call)
    token, session_id = call.body.get("token"), call.path_id("session_id")
    sealed = None if token is None else seal_session_token(call.services.vault, session_id, token)

    def change(present: SessionChange) -> SessionChange:
        given = {name: call.body[name] for name in _CHANGEABLE if name in call.body}
        if "phone" in call.body:
            given["phone"] = phone
        if app_id is not None or "app_id" in call.body:
            given["app_id"] = app_id
        return replace(present, **given, token_sealed=sealed)

    return await _change(call, change)


async def _change(call: Call, change: Any) -> Response:
    """Store a change and have it in force everywhere."""

    def apply(row: Row) -> SessionChange:
        present = {name: row[name] for name in SessionChange.__slots__ if name != "token_sealed"}
        changed: SessionChange = change(SessionChange(**present, token_sealed=None))
        return changed

    row = await change_session(call.services.pool, call.company_id, call.path_id("session_id"), apply)
    if row is None:
        raise NotFound
    await call.services.announce("sessions", call.company_id)
    return json_response(_view(call, row))


async def _delete(call: Call) -> Response:
    if not await delete_session(call.services.pool, call.company_id, call.path_id("session_id")):
        raise NotFound
    await call.services.announce("sessions", call.company_id)
    return Response(status_code=204)


async def _pause(call: Call) -> Response:
    until = call.body.get("until")
    resume_at = parse_time(until) if until else None
    if resume_at is not None and resume_at <= call.now():
        raise FieldProblem([{"field": "until", "reason": "must lie ahead"}])
    reason = call.body.get("reason", _PAUSED_BY_PERSON)
    return await _change(call, lambda present: replace(present, state="paused", reason=reason, resume_at=resume_at))


async def _resume(call: Call) -> Response:
    return await _change(call, lambda present: replace(present, state="active", reason=None, resume_at=None))


async def _get_limits(call: Call) -> Response:
    return json_response(_limits(await _session(call)))


def _limits(row: Row) -> dict[str, Any]:
    return {
        "throughput_per_s": row["throughput"],
        "tier": row["tier"],
        "state": row["state"],
        "reason": row["reason"],
        "options": row["options"],
    }


async def _set_limits(call: Call) -> Response:
    names = {"throughput_per_s": "throughput", "tier": "tier", "options": "options"}
    if problems := _option_problems(call):
        raise FieldProblem(problems)
    given = {names[name]: value for name, value in call.body.items()}
    await _change(call, lambda present: replace(present, **given))
    return json_response(_limits(await _session(call)))


_TAG = "Sessions"
_PATH = "/sessions/{session_id}"
_CONFLICT = {
    409: Answer(
        "Another session has this phone_number_id, or the Meta app is registered already.",
        ref("Problem"),
        "application/problem+json",
    )
}
_EXAMPLE = {
    "name": "Vendas",
    "transport": "cloud",
    "phone": "+5511900000000",
    "phone_number_id": "100000000000001",
    "waba_id": "200000000000001",
    "token": "<o token da Meta>",
    "meta_app": {"app_id": "300000000000001", "app_secret": "…", "verify_token": "…"},
}

OPERATIONS = (
    Operation(
        name="listSessions",
        method="GET",
        path="/sessions",
        handler=_list,
        summary="WhatsApp sessions, newest first",
        tag=_TAG,
        answers=page_of("SessionWithUsage"),
        query=PAGING,
    ),
    Operation(
        name="createSession",
        method="POST",
        path="/sessions",
        handler=_create,
        summary="Add a WhatsApp number",
        description="Token and secrets are kept encrypted and never shown. Enter `callback_url` at Meta.",
        tag=_TAG,
        role="owner",
        body=ref("SessionInput"),
        body_example=_EXAMPLE,
        answers={**ok("Session", "The session, ready to send.", 201), **_CONFLICT},
    ),
    Operation(
        name="getSession",
        method="GET",
        path=_PATH,
        handler=_get,
        summary="One session",
        tag=_TAG,
        answers=ok("SessionWithUsage", "The session, and how it stands."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path=_PATH,
            handler=_update,
            summary="Change a session",
            description="Fields that are left out stay as they are; so does the token.",
            tag=_TAG,
            role="owner",
            body=ref("SessionChange"),
            body_example={"throughput": 250},
            answers={**ok("Session", "The session as it is now."), **_CONFLICT},
        )
        for name, method in (("updateSession", "PATCH"), ("replaceSession", "PUT"))
    ),
    Operation(
        name="deleteSession",
        method="DELETE",
        path=_PATH,
        handler=_delete,
        summary="Take a session out of use; what waits for it is held",
        tag=_TAG,
        role="owner",
        answers=nothing(),
    ),
    Operation(
        name="pauseSession",
        method="POST",
        path=_PATH + "/pause",
        handler=_pause,
        summary="Send nothing through this number until it is resumed",
        tag=_TAG,
        role="operator",
        body=record({"until": moment(description="Resume by itself then."), "reason": text(100)}),
        body_optional=True,
        body_example={},
        answers=ok("Session", "Nothing leaves any more; what waits is held."),
    ),
    Operation(
        name="resumeSession",
        method="POST",
        path=_PATH + "/resume",
        handler=_resume,
        summary="Send again",
        tag=_TAG,
        role="operator",
        answers=ok("Session", "What was held goes out."),
    ),
    Operation(
        name="getSessionLimits",
        method="GET",
        path=_PATH + "/limits",
        handler=_get_limits,
        summary="What bounds a session's sending",
        tag=_TAG,
        answers=ok("Limits", "The limits."),
    ),
    Operation(
        name="setSessionLimits",
        method="PUT",
        path=_PATH + "/limits",
        handler=_set_limits,
        summary="Change what bounds a session's sending",
        tag=_TAG,
        role="owner",
        body=ref("LimitsInput"),
        body_example={"throughput_per_s": 250},
        answers=ok("Limits", "The limits as they are now."),
    ),
)
