"""Routes for watching the work: dead letters, the queue, the way to the live feed."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import Response

from engine.live_tickets import KEY_PURPOSE, NONCE_BYTES, issue
from engine.pagination import COUNT_CAP
from gateway.calls import Call, json_response
from gateway.operations import (
    Operation,
    ok,
)
from gateway.views import time_text
from storage.messages import list_queue


async def _queue(call: Call) -> Response:
    now = call.now()
    rows = await list_queue(call.services.pool, call.company_id, COUNT_CAP, now)
    lanes = [
        {
            "session_id": row["session_id"],
            "lane": row["lane"],
            "depth": row["depth"],
            "due": row["due"],
            "held": row["held"],
            "oldest_due_at": time_text(row["oldest_due_at"]),
            "oldest_s": _age_s(row["oldest_due_at"], now),
        }
        for row in rows
    ]
    return json_response(
        {
            "depth": sum(lane["depth"] for lane in lanes),
            "held": sum(lane["held"] for lane in lanes),
            "oldest_s": max((lane["oldest_s"] for lane in lanes), default=0.0),
            "lanes": lanes,
        }
    )


def _age_s(oldest: Any, now: Any) -> float:
    """Return for how many seconds the oldest message is due; 0 where nothing is."""
    return 0.0 if oldest is None else max(0.0, round((now - oldest).total_seconds(), 3))


async def _live(call: Call) -> Response:
    key = call.services.vault.derive(KEY_PURPOSE)
    ticket = issue(key, call.company_id.bytes, call.services.clock(), secrets.token_bytes(NONCE_BYTES))
    return json_response({"url": call.services.settings.live_public_url, "ticket": ticket})


OPERATIONS = (
    Operation(
        name="getQueue",
        method="GET",
        path="/queue",
        handler=_queue,
        summary="What waits to be sent, by session and lane",
        description="Of each session the 10,000 messages that are due first are looked at.",
        tag="Queue",
        answers=ok("Queue", "The queue."),
    ),
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
