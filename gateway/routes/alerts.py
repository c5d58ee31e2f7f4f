"""Routes of alerts: kept, tried out, and what they would have done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.alerts import FIRED, METRICS, alert_told, channels_of, check_alert
from engine.errors import Conflict, FieldProblem, NotFound
from engine.phones import normalise_typed
from engine.times import rfc3339
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import ref
from gateway.views import time_text
from storage.alert_values import would_have_fired
from storage.alerts import (
    AlertWrite,
    count_alerts,
    count_changes,
    delete_alert,
    get_alert,
    insert_alert,
    insert_sends,
    list_alerts,
    list_changes,
    update_alert,
)
from storage.searching import Row
from storage.sessions import get_session

_LOOKED_BACK_DAYS = 7
_FIELDS = ("name", "metric", "threshold", "window_s", "scope", "quiet", "channels", "active")
_DEFAULTS: dict[str, Any] = {"window_s": 600, "scope": {}, "quiet": None, "channels": {"app": True}, "active": True}


def alert_view(row: Row) -> dict[str, Any]:
    """Return an alert as clients see it."""
    return {
        "id": row["id"],
        **{name: row[name] for name in _FIELDS},
        "unit": METRICS[row["metric"]].unit,
        "state": row["state"],
        "state_since": rfc3339(row["state_since"]),
        "value": row["value"],
        "looked_at": time_text(row["looked_at"]),
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


async def _checked(call: Call, wanted: dict[str, Any]) -> AlertWrite:
    """Return a whole alert.

    Raises:
        FieldProblem: names everything that is wrong with it.
    """
    errors = check_alert(wanted)
    for index, session_id in enumerate(wanted["scope"].get("session_ids") or ()):
        if await get_session(call.services.pool, call.company_id, UUID(session_id)) is None:
            errors.append({"field": f"scope.session_ids[{index}]", "reason": "is no session of this company"})
    channels = dict(wanted["channels"])
    if whatsapp := channels.get("whatsapp"):
        if await get_session(call.services.pool, call.company_id, UUID(whatsapp["session_id"])) is None:
            errors.append({"field": "channels.whatsapp.session_id", "reason": "is no session of this company"})
        to = normalise_typed(whatsapp["to"])
        if to is None:
            errors.append({"field": "channels.whatsapp.to", "reason": "must be a phone number such as +5511900000000"})
        channels["whatsapp"] = {**whatsapp, "to": to}
    if errors:
        raise FieldProblem(errors)
    return AlertWrite(**{**{name: wanted[name] for name in _FIELDS}, "channels": channels})


async def _alert(call: Call) -> Row:
    row = await get_alert(call.services.pool, call.company_id, call.path_id("alert_id"))
    if row is None:
        raise NotFound
    return row


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_alerts(pool, company, before, limit),
        lambda: count_alerts(pool, company),
        alert_view,
    )


async def _get(call: Call) -> Response:
    return json_response(alert_view(await _alert(call)))


async def _create(call: Call) -> Response:
    new = await _checked(call, {**_DEFAULTS, **call.body})
    alert_id = call.services.ids.make_uuid(call.services.clock())
    if not await insert_alert(call.services.pool, call.company_id, alert_id, new, call.now()):
        raise Conflict("a company has at most 100 alerts")
    row = await get_alert(call.services.pool, call.company_id, alert_id)
    if row is None:
        raise NotFound
    return json_response(alert_view(row), 201, {"location": f"/api/v1/alerts/{alert_id}"})


async def _update(call: Call) -> Response:
    present = await _alert(call)
    new = await _checked(call, {**{name: present[name] for name in _FIELDS}, **call.body})
    row = await update_alert(call.services.pool, call.company_id, present["id"], new, call.now())
    if row is None:
        raise NotFound
    return json_response(alert_view(row))


async def _delete(call: Call) -> Response:
    if not await delete_alert(call.services.pool, call.company_id, call.path_id("alert_id")):
        raise NotFound
    return Response(status_code=204)


async def _test(call: Call) -> Response:
    """Tell a made-up firing by every channel of the alert; whether each arrives is to be seen where it is told."""
    row = await _alert(call)
    make = call.services.ids.make_uuid
    channels = {make(call.services.clock()): channel for channel in channels_of(row["channels"])}
    value = row["threshold"] if row["value"] is None else row["value"]
    data = alert_told(row, FIRED, value, call.now(), test=True)
    await insert_sends(call.services.pool, call.company_id, row["id"], channels, data, call.now())
    return json_response({"channels": list(channels.values()), "title_pt": data["title_pt"]}, 202)


async def _changes(call: Call) -> Response:
    row, pool = await _alert(call), call.services.pool
    return await small_page(
        call,
        lambda before, limit: list_changes(pool, call.company_id, row["id"], before, limit),
        lambda: count_changes(pool, call.company_id, row["id"]),
        lambda change: {**change, "created_at": rfc3339(change["created_at"])},
    )


async def _would_have_fired(call: Call) -> Response:
    wanted = {**_DEFAULTS, **call.body}
    new = await _checked(call, wanted)
    asked = {
        "company_id": call.company_id,
        "metric": new.metric,
        "threshold": new.threshold,
        "window_s": new.window_s,
        "scope": dict(new.scope),
    }
    now = call.now()
    times = await would_have_fired(call.services.pool, asked, now, _LOOKED_BACK_DAYS)
    since = now - timedelta(days=_LOOKED_BACK_DAYS)
    return json_response({"times": times, "from": rfc3339(since), "to": rfc3339(now)})


_TAG = "Alerts"
_TOO_MANY = {409: Answer("There are too many.", ref("Problem"), PROBLEM_TYPE)}
_EXAMPLE = {
    "name": "Falhas no envio",
    "metric": "failure_rate",
    "threshold": 0.2,
    "window_s": 600,
    "quiet": {"from": "22:00", "to": "07:00"},
    "channels": {"app": True},
}

OPERATIONS = (
    Operation(
        name="listAlerts",
        method="GET",
        path="/alerts",
        handler=_list,
        summary="A company's alerts with their present state, newest first",
        tag=_TAG,
        answers=page_of("Alert"),
        query=PAGING,
    ),
    Operation(
        name="createAlert",
        method="POST",
        path="/alerts",
        handler=_create,
        summary="Have a number watched",
        description="Looked at every 30 seconds. It fires after two looks in a row at or above `threshold`, and is "
        "over after two below 80 % of it. `no_data`: there is nothing to judge by.",
        tag=_TAG,
        role="operator",
        body=ref("AlertInput"),
        body_example=_EXAMPLE,
        answers={**ok("Alert", "Kept.", 201), **_TOO_MANY},
    ),
    Operation(
        name="previewAlert",
        method="POST",
        path="/alerts/preview",
        handler=_would_have_fired,
        summary="How often an alert would have fired in the last seven days",
        description="Messages count as they stand now. `times` is null for numbers without a past (the queue's age, "
        "dead letters, numbers that are down).",
        tag=_TAG,
        body=ref("AlertInput"),
        body_example=_EXAMPLE,
        answers=ok("AlertPreview", "How often."),
    ),
    Operation(
        name="getAlert",
        method="GET",
        path="/alerts/{alert_id}",
        handler=_get,
        summary="One alert",
        tag=_TAG,
        answers=ok("Alert", "The alert."),
    ),
    Operation(
        name="updateAlert",
        method="PATCH",
        path="/alerts/{alert_id}",
        handler=_update,
        summary="Change an alert",
        tag=_TAG,
        role="operator",
        body=ref("AlertChange"),
        body_example={"threshold": 10, "active": True},
        answers=ok("Alert", "Changed; it is judged anew."),
    ),
    Operation(
        name="deleteAlert",
        method="DELETE",
        path="/alerts/{alert_id}",
        handler=_delete,
        summary="Take an alert away",
        tag=_TAG,
        role="operator",
        answers=nothing("It is gone."),
    ),
    Operation(
        name="testAlert",
        method="POST",
        path="/alerts/{alert_id}/test",
        handler=_test,
        summary="Tell a made-up firing by every channel of an alert",
        tag=_TAG,
        role="operator",
        answers=ok("AlertTest", "It is on its way.", 202),
    ),
    Operation(
        name="listAlertChanges",
        method="GET",
        path="/alerts/{alert_id}/changes",
        handler=_changes,
        summary="When an alert fired and was over, newest first",
        tag=_TAG,
        answers=page_of("AlertChangeOfState"),
        query=PAGING,
    ),
)
