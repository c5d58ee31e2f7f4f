"""Routes that show a person's values where they are masked; every look is in the audit log."""

from __future__ import annotations

from starlette.responses import Response

from engine.errors import NotFound
from gateway.calls import Call, json_response
from gateway.operations import Operation, ok
from gateway.views import event_view
from storage.contacts import get_contact
from storage.events import show_event

_FIELDS = ("phone", "name", "email", "document")


async def _contact(call: Call) -> Response:
    row = await get_contact(call.services.pool, call.company_id, call.path_id("contact_id"))
    if row is None:
        raise NotFound
    return json_response({name: row[name] for name in _FIELDS})


async def _event(call: Call) -> Response:
    row = await show_event(call.services.pool, call.company_id, call.path_id("event_id"))
    if row is None:
        raise NotFound
    shown = event_view(row)
    return json_response({"customer": shown["customer"], "payload": shown["payload"]})


_TAG = "Personal data"

OPERATIONS = (
    Operation(
        name="revealContact",
        method="POST",
        path="/contacts/{contact_id}/reveal",
        handler=_contact,
        summary="Show a contact's values without masks; it is noted in the audit log",
        tag=_TAG,
        role="operator",
        answers=ok("RevealedContact", "The values."),
    ),
    Operation(
        name="revealEvent",
        method="POST",
        path="/events/{event_id}/reveal",
        handler=_event,
        summary="Show an event's customer and payload without masks; it is noted in the audit log",
        tag=_TAG,
        role="operator",
        answers=ok("RevealedEvent", "The values."),
    ),
)
