"""Routes for watching the work: dead letters, the queue, the way to the live feed."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from engine.live_tickets import KEY_PURPOSE, NOBODY, NONCE_BYTES, issue
from gateway.calls import Call, json_response
from gateway.operations import (
    Operation,
    ok,
)


async def _live(call: Call) -> Response:
    key = call.services.vault.derive(KEY_PURPOSE)
    principal = call.principal
    person = None if principal is None else principal.person
    holder = person.session_id if person is not None else None if principal is None else principal.key_id
    ticket = issue(
        key,
        call.company_id.bytes,
        call.services.clock(),
        secrets.token_bytes(NONCE_BYTES),
        holder=NOBODY if holder is None else holder.bytes,
        masked=principal is None or not principal.may("operator"),
    )
    return json_response({"url": call.services.settings.live_public_url, "ticket": ticket})


OPERATIONS = (
    Operation(
        name="getLiveTicket",
        method="GET",
        path="/live",
        handler=_live,
        summary="Address and ticket of the live feed",
        description=(
            "Good for one connection within 30 seconds; send it as the first frame: `{type: auth, ticket}`. Viewers "
            "are told phones and documents masked. A connection whose holder has signed out, lost the company or has "
            "another role is closed (4403) within seconds."
        ),
        tag="Live",
        answers=ok("LiveTicket", "Where to connect, and with what."),
    ),
)
