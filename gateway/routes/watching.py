"""Routes for watching the work: dead letters, the queue, the way to the live feed."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from engine.live_tickets import KEY_PURPOSE, NONCE_BYTES, issue
from gateway.calls import Call, json_response
from gateway.operations import (
    Operation,
    ok,
)


async def _live(call: Call) -> Response:
    key = call.services.vault.derive(KEY_PURPOSE)
    ticket = issue(key, call.company_id.bytes, call.services.clock(), secrets.token_bytes(NONCE_BYTES))
    return json_response({"url": call.services.settings.live_public_url, "ticket": ticket})


OPERATIONS = (
    Operation(
        name="getLiveTicket",
        method="GET",
        path="/live",
        handler=_live,
        summary="Address and ticket of the live feed",
        description="Good for one connection within 30 seconds; send it as the first frame: `{type: auth, ticket}`.",
        tag="Live",
        answers=ok("LiveTicket", "Where to connect, and with what."),
    ),
)
