"""The queue, its holds and its lanes over the REST application on real Postgres."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from engine.budgets import SessionBudgets, Wait
from engine.ids import ms_to_time
from engine.lanes import Parcel
from engine.sending_policy import SendingPolicy, read_budget_options
from storage.message_rows import NEVER
from storage.pool import Pool
from storage.sessions import get_session
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_message, add_session

NOW = ms_to_time(NOW_MS)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_holds_are_told_by_reason_with_when_the_next_goes(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    session, other = await add_session(pool, company, NOW), await add_session(pool, company, NOW)
    soon = NOW + timedelta(minutes=5)
    for n, (number, reason, look_at) in enumerate(
        (
            (session, "quiet_hours", soon + timedelta(hours=1)),
            (session, "quiet_hours", soon),
            (other, "quiet_hours", soon + timedelta(hours=2)),
            (session, "template_paused", NEVER),
        )
    ):
        moment = NOW - timedelta(minutes=10 - n)
        await add_message(pool, company, number, moment, status="held", reason=reason, look_at=look_at)
    resting = {"status": "held", "reason": "missing_variable:pix_code", "due_at": None, "look_at": None}
    await add_message(pool, company, session, NOW - timedelta(minutes=20), **resting)
    await add_message(pool, company, session, NOW)  # queued
    stranger, _ = await rig.company("Outra")
    await add_message(pool, stranger, await add_session(pool, stranger, NOW), NOW, **resting)
    found = (await owner.get("/api/v1/holds")).json
    assert (found["count"], found["complete"]) == (5, True)
    quiet, *others = found["data"]
    assert (quiet["reason"], quiet["count"]) == ("quiet_hours", 3)
    assert quiet["next_release_at"] == "2026-09-21T14:18:20.000Z"
    assert {(one["session_id"], one["count"]) for one in quiet["sessions"]} == {(str(session), 2), (str(other), 1)}
    assert [(one["reason"], one["count"], one["next_release_at"]) for one in others] == [
        ("missing_variable", 1, None),
        ("template_paused", 1, None),
    ]
    assert all(one["reason_text"] for one in found["data"])


async def test_a_lane_is_paused_and_resumed_and_its_sender_is_told(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    session = await add_session(pool, company, NOW)
    await add_message(pool, company, session, NOW + timedelta(minutes=3), lane="bulk")
    await pool.execute("""UPDATE sessions SET options = '{"budgets": {"per_day": 9}, "x": 1}' WHERE id = $1""", session)
    body = {"session_id": str(session), "lane": "bulk"}
    for _ in range(2):  # pausing twice is harmless
        paused = await owner.post("/api/v1/queue/pause", body)
        assert paused.status == 200
    (lane,) = paused.json["lanes"]
    assert (lane["paused"], lane["depth"], lane["next_due_at"]) == (True, 1, "2026-09-21T14:16:20.000Z")
    row = await get_session(pool, company, session)
    assert row is not None
    assert row["options"] == {"budgets": {"per_day": 9, "paused_lanes": ["bulk"]}, "x": 1}
    assert rig.actors.announced == [("sessions", company)] * 2
    await pool.execute("DELETE FROM message_queue")
    assert [one["paused"] for one in (await owner.get("/api/v1/queue")).json["lanes"]] == [True]
    resumed = await owner.post("/api/v1/queue/resume", body)
    assert resumed.json["lanes"] == []
    for wrong, field in (({**body, "lane": "fast"}, "lane"), ({"lane": "bulk"}, "session_id")):
        answer = await owner.post("/api/v1/queue/pause", wrong)
        assert answer.status == 422
        assert [error["field"] for error in answer.json["errors"]] == [field]


def _parcel(*, transactional: bool) -> Parcel:
    own = UUID(int=1).bytes
    return Parcel(own, own, own, "+5511900000000", transactional, "text", "Olá", None, None, None, None, None, 0)


def test_a_paused_lane_holds_its_messages_and_the_other_goes_on() -> None:
    options = read_budget_options({"budgets": {"paused_lanes": ["bulk"]}})
    budgets = SessionBudgets(SendingPolicy(options), {})
    assert not budgets.idle
    assert budgets.ask(_parcel(transactional=False), NOW_MS) == Wait("lane_paused", None)
    assert budgets.ask(_parcel(transactional=True), NOW_MS) is None
    with pytest.raises(ValueError, match="paused_lanes must be a list"):
        read_budget_options({"budgets": {"paused_lanes": ["fast"]}})
