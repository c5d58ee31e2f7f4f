"""Routes of what waits: the queue by number and lane, holds by reason, lanes paused and resumed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import FieldProblem
from engine.pagination import COUNT_CAP
from engine.sending_policy import LANES
from gateway.calls import Call, json_response
from gateway.operations import Operation, ok
from gateway.reasons import in_words
from gateway.schema import choice, identifier, record
from gateway.views import time_text
from storage.holds import list_holds
from storage.messages import list_queue
from storage.searching import Row
from storage.sessions import SessionChange, change_session, list_paused_lanes

_PER_SESSION, _NEWEST = 2_000, 5_000


async def _queue(call: Call) -> Response:
    now = call.now()
    rows = await list_queue(call.services.pool, call.company_id, COUNT_CAP, now)
    paused = {
        (row["id"], lane)
        for row in await list_paused_lanes(call.services.pool, call.company_id)
        for lane in row["lanes"]
    }
    lanes = [_lane(row, now, paused) for row in rows]
    empty = {"depth": 0, "due": 0, "held": 0, "oldest_due_at": None, "next_due_at": None}
    shown = {(row["session_id"], row["lane"]) for row in rows}
    lanes += [
        _lane({"session_id": session_id, "lane": lane, **empty}, now, paused)
        for session_id, lane in sorted(paused - shown)
    ]
    return json_response(
        {
            "depth": sum(lane["depth"] for lane in lanes),
            "held": sum(lane["held"] for lane in lanes),
            "oldest_s": max((lane["oldest_s"] for lane in lanes), default=0.0),
            "lanes": lanes,
        }
    )


def _lane(row: Row, now: Any, paused: set[tuple[UUID, str]]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("session_id", "lane", "depth", "due", "held")},
        "oldest_due_at": time_text(row["oldest_due_at"]),
        "oldest_s": _age_s(row["oldest_due_at"], now),
        "next_due_at": time_text(row["next_due_at"]),
        "paused": (row["session_id"], row["lane"]) in paused,
    }


def _age_s(oldest: Any, now: Any) -> float:
    """Return for how many seconds the oldest message is due; 0 where nothing is."""
    return 0.0 if oldest is None else max(0.0, round((now - oldest).total_seconds(), 3))


async def _holds(call: Call) -> Response:
    holds = await list_holds(call.services.pool, call.company_id, _PER_SESSION, _NEWEST)
    by_reason: dict[str, list[Row]] = {}
    for row in holds.rows:
        by_reason.setdefault(row["reason"] or "", []).append(row)
    data = [_reason_view(reason, rows) for reason, rows in by_reason.items()]
    data.sort(key=lambda one: (-one["count"], one["reason"]))
    return json_response({"data": data, "count": sum(one["count"] for one in data), "complete": holds.complete})


def _reason_view(reason: str, rows: list[Row]) -> dict[str, Any]:
    releases = [row["next_release_at"] for row in rows if row["next_release_at"] is not None]
    sessions: dict[UUID, int] = {}
    for row in rows:
        sessions[row["session_id"]] = sessions.get(row["session_id"], 0) + row["held"]
    return {
        "reason": reason,
        "reason_text": in_words(reason),
        "count": sum(row["held"] for row in rows),
        "oldest_at": time_text(min(row["oldest_at"] for row in rows)),
        "next_release_at": time_text(min(releases)) if releases else None,
        "sessions": [{"session_id": session_id, "count": n} for session_id, n in sessions.items()],
    }


async def _set_paused(call: Call, paused: bool) -> Response:
    """Pause or resume a lane: it is one of the session's budgets, so every sender has it when this is answered."""
    lane, session_id = call.body["lane"], UUID(call.body["session_id"])

    def change(row: Row) -> SessionChange:
        present = {name: row[name] for name in SessionChange.__slots__ if name != "token_sealed"}
        budgets = {**present["options"].get("budgets", {})}
        lanes = set(budgets.get("paused_lanes") or ()) - {lane} | ({lane} if paused else set())
        budgets["paused_lanes"] = sorted(lanes)
        return replace(SessionChange(**present, token_sealed=None), options={**present["options"], "budgets": budgets})

    if await change_session(call.services.pool, call.company_id, session_id, change) is None:
        raise FieldProblem([{"field": "session_id", "reason": "is no session of this company"}])
    await call.services.announce("sessions", call.company_id)
    return await _queue(call)


_TAG = "Queue"
_LANE = record({"session_id": identifier(), "lane": choice(*LANES)}, required=("session_id", "lane"))
_LANE_EXAMPLE = {"session_id": "0199f000-0000-7000-8000-0000000000a1", "lane": "bulk"}

OPERATIONS = (
    Operation(
        name="getQueue",
        method="GET",
        path="/queue",
        handler=_queue,
        summary="What waits to be sent, by session and lane",
        description="Of each session the 10,000 messages that are due first are looked at.",
        tag=_TAG,
        answers=ok("Queue", "The queue."),
    ),
    Operation(
        name="listHolds",
        method="GET",
        path="/holds",
        handler=_holds,
        summary="What waits with a reason, by reason: how many, for how long, and when the next goes",
        description=(
            "Of each number's queue the 2,000 messages that are due first are looked at, and of what a rule holds for "
            "a person what is among the 5,000 newest messages; `complete` is false where a queue is longer."
        ),
        tag=_TAG,
        answers=ok("Holds", "The reasons, the commonest first."),
    ),
    *(
        Operation(
            name=f"{word}Lane",
            method="POST",
            path=f"/queue/{word}",
            handler=partial(_set_paused, paused=word == "pause"),
            summary=summary,
            tag=_TAG,
            role="operator",
            body=_LANE,
            body_example=_LANE_EXAMPLE,
            answers=ok("Queue", "The queue as it is now."),
        )
        for word, summary in (
            ("pause", "Let the messages of a number's lane wait; the other lane goes on"),
            ("resume", "Let a paused lane go on"),
        )
    ),
)
