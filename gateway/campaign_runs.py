"""A campaign begins, pauses, goes on, is called off, is tried again: states under their row's lock, then the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.campaign_retry import split_failures
from engine.campaign_schema import read_campaign
from engine.campaigns import Action, may
from engine.errors import Conflict, NotFound
from engine.metrics import Delta
from engine.pagination import COUNT_CAP
from gateway.calls import Call
from gateway.campaign_checks import check_ready, first_start
from gateway.campaign_dry_runs import LIVES, preview_of
from storage import campaigns
from storage.bulk import get_preview, insert_preview, lock_preview, use_preview
from storage.campaign_holds import any_queued, drop_campaign, hold_campaign, release_campaign
from storage.campaign_recipients import count_failed
from storage.message_changes import Transition, count
from storage.pool import Connection
from storage.searching import Row

RETRY = "retry_campaign"
_MOST_PASSES = 2_000
_PASS_S = 0.02

Change = Callable[[Connection, UUID, Sequence[UUID], datetime], Awaitable[list[Transition]]]


async def start(call: Call, campaign_id: UUID, preview_id: UUID | None) -> None:
    """Begin a campaign, or set the time at which it begins.

    Raises:
        FieldProblem: it lacks something, or what it names cannot be used.
        Conflict: it is not a draft any more, or not what the preview showed.
    """
    row = await _get(call, campaign_id)
    _allow("start", row)
    loaded = await check_ready(call, campaign_id, row["definition"])
    as_of = call.now()
    request: dict[str, Any] = {}
    async with call.services.pool.acquire() as connection, connection.transaction():
        locked = await _lock(connection, call, campaign_id)
        _allow("start", locked)
        if locked["definition"] != row["definition"]:
            raise Conflict("the campaign was changed at this moment: look at it again")
        if preview_id is not None:
            preview = preview_of(await lock_preview(connection, call.company_id, preview_id), campaign_id)
            as_of, request = _agreed(call, preview, locked)
        now = call.now()
        begins_at = first_start(loaded, now) if locked["state"] == "draft" else None
        if loaded.plan.recurrence is not None and begins_at is None and locked["state"] == "draft":
            raise Conflict("the recurrence has no time left")
        if begins_at is not None:
            await campaigns.schedule(connection, call.company_id, campaign_id, begins_at, now)
            return
        job_id = call.services.ids.make_uuid(call.services.clock())
        await campaigns.begin(
            connection, call.company_id, campaign_id, job_id, now, as_of=as_of, request=request, created_by=call.actor
        )
        if preview_id is not None:
            await use_preview(connection, call.company_id, preview_id, job_id)


def _agreed(call: Call, preview: Row | None, campaign: Row) -> tuple[datetime, dict[str, Any]]:
    """Return as of when the audience is frozen, and how many people it may be at most."""
    if preview is None:
        raise NotFound
    if preview["counts"] is None:
        raise Conflict("the dry run is still being counted; its job tells when it is done")
    if preview["expires_at"] <= call.now():
        raise Conflict("the dry run has expired: make a new one")
    if preview["request"]["definition"] != campaign["definition"]:
        raise Conflict("the campaign was changed since its dry run: it would now do something else than was shown")
    return preview["as_of"], {"most": preview["counts"]["people"]}


async def pause(call: Call, campaign_id: UUID) -> None:
    """Pause a campaign: when this returns, nothing of it leaves but what is in flight."""
    row = await _move(call, campaign_id, "pause", campaigns.pause)
    await _everything(call, row, hold_campaign, due=True)


async def resume(call: Call, campaign_id: UUID) -> None:
    """Let a paused campaign go on."""

    async def change(connection: Connection, company_id: UUID, found: UUID, now: datetime) -> None:
        job_id = call.services.ids.make_uuid(call.services.clock())
        await campaigns.resume(connection, company_id, found, job_id, now, call.actor)

    row = await _move(call, campaign_id, "resume", change)
    sessions = _sessions(row)
    while await _some(call, row, sessions, release_campaign):
        pass  # what this does not come to is brought back by the campaign's next rounds


async def cancel(call: Call, campaign_id: UUID) -> None:
    """Call a campaign off: what is queued of it is cancelled, what is in flight ends as it ends."""
    sessions = _sessions(await _get(call, campaign_id))

    async def change(connection: Connection, company_id: UUID, found: UUID, now: datetime) -> None:
        await campaigns.cancel_campaign(connection, company_id, found, sessions, now)

    row = await _move(call, campaign_id, "cancel", change)
    await _everything(call, row, drop_campaign, due=False)


async def duplicate(call: Call, campaign_id: UUID, name: str | None) -> UUID:
    """Make a draft like this campaign; return its id. Times are left out: they have passed."""
    row = await _get(call, campaign_id)
    definition = dict(row["definition"])
    schedule = {key: value for key, value in (definition.pop("schedule", None) or {}).items() if key == "time_zone"}
    if schedule:
        definition["schedule"] = schedule
    new_id = call.services.ids.make_uuid(call.services.clock())
    await campaigns.insert_campaign(
        call.services.pool,
        call.company_id,
        new_id,
        name or f"{row['name'][:190]} (cópia)",
        definition,
        created_by=call.actor,
        parent_id=campaign_id,
        origin="duplicate",
    )
    return new_id


async def preview_retry(call: Call, campaign_id: UUID, reasons: list[str] | None) -> dict[str, Any]:
    """Return what a retry of the failures would do; nothing is changed."""
    _allow("retry_failed", await _get(call, campaign_id))
    would, skip, capped = await _failures(call, campaign_id, reasons)
    now = call.now()
    counts = {"would": sum(would.values()), "skip": skip, "reasons": would, "count_capped": capped}
    preview_id = call.services.ids.make_uuid(call.services.clock())
    request = {"campaign_id": str(campaign_id), "reasons": reasons}
    async with call.services.pool.acquire() as connection:
        await insert_preview(
            connection, preview_id, call.company_id, RETRY, request, counts, now, now + LIVES, call.actor
        )
    return {"preview_id": preview_id, "counts": counts, "as_of": now, "expires_at": now + LIVES}


async def retry(call: Call, campaign_id: UUID, preview_id: UUID) -> UUID:
    """Begin a child campaign for the failures that a preview showed; return its id.

    Raises:
        NotFound: there is no such preview of this campaign.
        Conflict: it has expired, was used, or a retry would now do more than it showed.
    """
    row = await _get(call, campaign_id)
    _allow("retry_failed", row)
    preview = await get_preview(call.services.pool, call.company_id, preview_id)
    if preview is None or preview["action"] != RETRY or preview["request"]["campaign_id"] != str(campaign_id):
        raise NotFound
    would, _, _ = await _failures(call, campaign_id, preview["request"]["reasons"])
    capped = preview["counts"].get("count_capped", False)  # it was shown as so many and more
    if not capped and sum(would.values()) > preview["counts"]["would"]:
        raise Conflict("a retry would now do more than was shown: look at it again")
    await check_ready(call, campaign_id, row["definition"])
    child_id = call.services.ids.make_uuid(call.services.clock())
    job_id = call.services.ids.make_uuid(call.services.clock())
    definition = {name: value for name, value in row["definition"].items() if name != "schedule"}
    request: dict[str, Any] = {"reasons": sorted(would), "most": None if capped else preview["counts"]["would"]}
    async with call.services.pool.acquire() as connection, connection.transaction():
        locked = await lock_preview(connection, call.company_id, preview_id)
        if locked is None or locked["job_id"] is not None or locked["expires_at"] <= call.now():
            raise Conflict("the preview was used already, or has expired")
        await campaigns.insert_campaign(
            connection,
            call.company_id,
            child_id,
            f"{row['name'][:190]} (reenvio)",
            definition,
            created_by=call.actor,
            parent_id=campaign_id,
            origin="retry",
        )
        now = call.now()
        await campaigns.begin(
            connection, call.company_id, child_id, job_id, now, as_of=now, request=request, created_by=call.actor
        )
        await use_preview(connection, call.company_id, preview_id, job_id)
    return child_id


async def _failures(
    call: Call, campaign_id: UUID, reasons: list[str] | None
) -> tuple[dict[str, int], dict[str, int], bool]:
    """Return what would be tried again and what not, by reason, and whether there is more than was looked at."""
    rows = await count_failed(call.services.pool, call.company_id, campaign_id, COUNT_CAP)
    done = sum(row["number"] for row in rows if row["dealt_with"] and row["status"] == "failed")
    fresh = [(row["status"], row["reason"], row["number"]) for row in rows if not row["dealt_with"]]
    would, skip = split_failures(fresh, reasons)
    capped = sum(row["number"] for row in rows) >= COUNT_CAP
    return would, skip | ({"already_dealt_with": done} if done else {}), capped


async def _get(call: Call, campaign_id: UUID) -> Row:
    row = await campaigns.get_campaign(call.services.pool, call.company_id, campaign_id)
    if row is None:
        raise NotFound
    return row


async def _lock(connection: Connection, call: Call, campaign_id: UUID) -> Row:
    row = await campaigns.lock_campaign(connection, call.company_id, campaign_id)
    if row is None:
        raise NotFound
    return row


def _allow(action: Action, row: Row) -> None:
    if not may(action, row["state"]):
        raise Conflict(f"the campaign is {row['state']}")


async def _move(
    call: Call,
    campaign_id: UUID,
    action: Action,
    change: Callable[[Connection, UUID, UUID, datetime], Awaitable[None]],
) -> Row:
    """Change a campaign's state under its lock: a round of making messages is over then, or has not begun."""
    async with call.services.pool.acquire() as connection, connection.transaction():
        row = await _lock(connection, call, campaign_id)
        _allow(action, row)
        await change(connection, call.company_id, campaign_id, call.now())
    return row


def _sessions(row: Row) -> list[UUID]:
    plan, _ = read_campaign(row["definition"])
    return [share.session_id for share in plan.sessions]


async def _some(call: Call, row: Row, sessions: Sequence[UUID], change: Change) -> int:
    """Change one batch of what is queued; return how many."""

    async def work(connection: Connection, delta: Delta) -> int:
        transitions = await change(connection, row["id"], sessions, call.now())
        count(delta, transitions)
        return len(transitions)

    return await call.services.ledger.write(work)


async def _everything(call: Call, row: Row, change: Change, *, due: bool) -> None:
    """Change all that is queued: what a sender is taking out just now is looked at again until it is out or ours."""
    sessions = _sessions(row)
    for _ in range(_MOST_PASSES):
        if await _some(call, row, sessions, change):
            continue
        if not await any_queued(call.services.pool, row["id"], sessions, due=due):
            return
        await asyncio.sleep(_PASS_S)
