"""Routes that link a WhatsApp-Web session to its phone: QR code, pairing code, unlinking."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from engine.errors import Conflict, FieldProblem, NotFound
from engine.phones import normalise_typed
from engine.qr import qr_svg
from gateway.calls import Call, json_response
from gateway.operations import Operation, nothing, ok
from gateway.schema import record, text
from gateway.services import LinkedDevice
from storage.sessions import get_session

_HIDDEN = ("leased", "jid")


async def _device(call: Call) -> LinkedDevice:
    """Return the process of the session that the path names.

    Raises:
        NotFound: the company has no such session.
        Conflict: it is a number of Meta's, which nobody links.
    """
    session_id = call.path_id("session_id")
    row = await get_session(call.services.pool, call.company_id, session_id)
    if row is None:
        raise NotFound
    if row["transport"] != "web":
        raise Conflict("only WhatsApp-Web sessions are linked by a phone")
    return call.services.device(session_id)


def _shown(call: Call, state: dict[str, Any]) -> Response:
    told = {name: value for name, value in state.items() if name not in _HIDDEN}
    until_ms = state.get("qr_until_ms")
    left_ms = None if until_ms is None else max(0, until_ms - call.services.clock())
    picture = qr_svg(state["qr"]) if state.get("qr") else None
    answer = json_response({**told, "qr_left_ms": left_ms, "qr_svg": picture})
    answer.headers["cache-control"] = "no-store"
    return answer


async def _qr(call: Call) -> Response:
    return _shown(call, await (await _device(call)).state())


async def _pair(call: Call) -> Response:
    device = await _device(call)
    typed = call.body.get("phone")
    if typed is None:
        return _shown(call, await device.start_pairing())
    phone = normalise_typed(typed)
    if phone is None:
        raise FieldProblem([{"field": "phone", "reason": "must be a phone number such as +5511900000000"}])
    code = await device.pair_code(phone)
    return _shown(call, {**await device.state(), "pair_code": code})


async def _unlink(call: Call) -> Response:
    await (await _device(call)).log_out()
    return Response(status_code=204)


_TAG = "Sessions"
_PATH = "/sessions/{session_id}"

OPERATIONS = (
    Operation(
        name="getSessionQr",
        method="GET",
        path=_PATH + "/qr",
        handler=_qr,
        summary="A WhatsApp-Web session's connection, and the QR code while it is being linked",
        description="Ask again when `qr_until_ms` has passed: the codes change. Who has the code can link the device.",
        tag=_TAG,
        role="operator",
        answers=ok("LinkedDevice", "How the session stands."),
    ),
    Operation(
        name="pairSession",
        method="POST",
        path=_PATH + "/pair",
        handler=_pair,
        summary="Link a WhatsApp-Web session: by QR code, or (with `phone`) by a code to type into the phone",
        tag=_TAG,
        role="operator",
        body=record({"phone": text(64)}),
        body_optional=True,
        body_example={"phone": "+5511900000000"},
        answers=ok("LinkedDevice", "Codes are being shown; a linked session stays as it is."),
    ),
    Operation(
        name="unlinkSession",
        method="POST",
        path=_PATH + "/unlink",
        handler=_unlink,
        summary="Unlink the device and forget its credentials; the session can be linked anew",
        tag=_TAG,
        role="owner",
        answers=nothing(),
    ),
)
