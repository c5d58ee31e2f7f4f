"""A WhatsApp-Web session's sender on real Postgres and the simulated WhatsApp: sent once, skipped, held, reconciled."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from actors import web_session_sending
from actors.base import Life
from actors.web_session_sending import WebSending
from engine.web_options import WebOptions
from storage.leases import acquire
from storage.message_rows import MessageRow
from storage.pool import Pool
from storage.waiting import cancel
from storage.web_sessions import WebSessionRow
from tests.actors.sending_kit import World, new_id, nowhere
from whatsapp.web.port import Inbound, WebClient
from whatsapp.web.simulated_client import SimulatedClient
from whatsapp.web.simulated_world import Manners, WebWorld

PHONE = "+5511911110001"
QUICK = Manners(
    share_offline=0.0, share_reply=0.0, share_read=1.0, ack_s=0.01, delivery_s=0.02, read_s=0.02, bans=False
)
ACCEPTED = "SELECT count(*) FROM messages WHERE provider_id IS NOT NULL"
LIMITS = {"per_minute": 100_000, "per_hour": 100_000, "per_day": 100_000, "identical_per_hour": 100_000}


@dataclass
class WebRig:
    """One database, one simulated WhatsApp, one session; processes of it come and go."""

    world: World
    folder: Path
    session: UUID
    whatsapp: WebWorld
    clients: list[SimulatedClient] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)

    def make(self, session_id: UUID, row: WebSessionRow, options: WebOptions) -> WebClient:
        folder = self.folder / session_id.hex
        folder.mkdir(exist_ok=True)
        client = SimulatedClient(self.whatsapp, folder, PHONE, lambda: time.time_ns() // 1_000_000)
        self.clients.append(client)
        return client

    def link(self) -> None:
        """The phone has linked the device some time ago."""
        folder = self.folder / self.session.hex
        folder.mkdir(exist_ok=True)
        (folder / "simulated.json").write_text(json.dumps({"jid": PHONE[1:], "phone": PHONE}))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[WebSending]:
        """A process of the session; killed (not drained) at the end."""
        life = Life(f"web-{self.session.hex}")
        sending = WebSending(self.world.settings, self.session, life, self.world.pool, self.make, nowhere)
        await sending.start()
        try:
            yield sending
        finally:
            await sending.close()
            for client in self.clients:
                await client.close()

    async def queue(self, count: int, **fields: object) -> list[MessageRow]:
        return await self.world.queue(self.session, count, **fields)

    async def configure(self, **web: object) -> None:
        await self.world.pool.execute(
            "UPDATE sessions SET options = $2 WHERE id = $1", self.session, json.dumps({"web": web})
        )


@pytest.fixture
async def rig(pool: Pool, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WebRig:
    # People type for seconds and wait for seconds between messages; the rig's session does neither.
    monkeypatch.setattr("engine.web_pacing.Pace.gap_s", lambda *_, **__: 0.0)
    monkeypatch.setattr("engine.web_pacing.Pace.typing_time_s", lambda *_: 0.0)
    monkeypatch.setattr(web_session_sending, "TTL_S", 3.0)
    world = World(pool, database_url)
    world.company = await world.add_company()
    session = new_id()
    await pool.execute(
        "INSERT INTO sessions (id, company_id, name, transport, options) VALUES ($1, $2, 'Vendas', 'web', $3)",
        session,
        world.company,
        json.dumps({"web": {"client": "simulated", "warm_up": False, "limits": LIMITS}}),
    )
    made = WebRig(world, tmp_path, session, WebWorld(1, QUICK, now_s=time.time))
    made.link()
    return made


async def until_state(sending: WebSending, state: str) -> None:
    async with asyncio.timeout(20):
        while sending.state()["state"] != state:
            await asyncio.sleep(0.01)


async def test_messages_are_sent_once_and_their_receipts_are_folded(rig: WebRig) -> None:
    rows = await rig.queue(15)
    async with rig.running() as sending:
        await rig.world.until("SELECT count(*) FROM messages WHERE status = 'read'", 15)
        await sending.drain()
    assert sorted(one.message_id for one in rig.whatsapp.taken) == sorted(str(row.id) for row in rows)
    assert await rig.world.statuses() == {"read": 15}
    assert await rig.world.counted() == {"queued": -15, "read": 15}
    for table in ("message_queue", "dispatches"):
        assert await rig.world.pool.fetchval(f"SELECT count(*) FROM {table}") == 0
    assert await rig.world.pool.fetchval("SELECT expires_at <= now() FROM session_leases") is True


async def test_who_is_not_on_whatsapp_is_skipped_with_the_reason_and_looked_up_once(rig: WebRig) -> None:
    nobody = "+5511977770000"
    rig.whatsapp.unregistered.add(nobody)
    missing = await rig.queue(2, to=nobody)
    there = await rig.queue(2, to="+5511977771111")
    async with rig.running():
        await rig.world.until("SELECT count(*) FROM messages WHERE status IN ('skipped', 'read')", 4)
    for row in missing:
        stored = await rig.world.row(row.id)
        assert (stored["status"], stored["reason"]) == ("skipped", "not_on_whatsapp")
    assert {one.message_id for one in rig.whatsapp.taken} == {str(row.id) for row in there}
    assert rig.whatsapp.checks == 2, "each number once"
    assert (await rig.world.counted("count"))["not_on_whatsapp"] == 2


async def test_a_number_without_its_ninth_digit_is_written_to_under_the_form_it_has(rig: WebRig) -> None:
    rig.whatsapp.manners = Manners(share_without_nine=1.0, share_offline=0.0, ack_s=0.0, delivery_s=0.0)
    await rig.queue(1, to="+5531987654321")
    async with rig.running():
        await rig.world.until(ACCEPTED, 1)
    assert [one.to for one in rig.whatsapp.taken] == ["553187654321"]


async def test_a_killed_process_is_restored_from_its_store_without_a_qr_code(rig: WebRig) -> None:
    await rig.queue(5)
    async with rig.running():
        await rig.world.until(ACCEPTED, 5)
    started = time.monotonic()
    rows = await rig.queue(5)
    async with rig.running() as second:
        await rig.world.until(ACCEPTED, 10)
        assert second.state()["qr"] is None
    assert time.monotonic() - started < 15
    assert rig.whatsapp.doubled == []
    assert {str(row.id) for row in rows} <= {one.message_id for one in rig.whatsapp.taken}


async def test_a_process_killed_between_intent_and_answer_leaves_one_uncertain_message(rig: WebRig) -> None:
    rig.whatsapp.manners = Manners(ack_s=60.0, share_offline=1.0, bans=False)
    row = (await rig.queue(1))[0]
    await rig.configure(client="simulated", check_numbers=False, warm_up=False, limits=LIMITS)
    async with rig.running():
        async with asyncio.timeout(20):
            while not rig.whatsapp.taken:
                await asyncio.sleep(0.01)
    async with rig.running():
        await rig.world.until("SELECT status FROM messages", "uncertain")
        await rig.world.until("SELECT count(*) FROM dispatches", 0)
    assert len(rig.whatsapp.taken) == 1
    assert (await rig.world.row(row.id))["reason"] == "sender_lost"


async def test_an_uncertain_send_is_reconciled_by_its_late_answer_and_never_sent_again(
    rig: WebRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whatsapp.web.session.ANSWER_S", 0.05)
    monkeypatch.setattr("whatsapp.web.simulated_client.LATE_S", 0.3)
    rig.whatsapp.line(PHONE).lost_answers = 1
    row = (await rig.queue(1))[0]
    async with rig.running():
        await rig.world.until("SELECT status FROM messages", "uncertain")
        await rig.world.until("SELECT status FROM messages", "read")
    stored = await rig.world.row(row.id)
    assert stored["provider_id"] == rig.whatsapp.taken[0].provider_id
    assert len(rig.whatsapp.taken) == 1
    assert await rig.world.pool.fetchval("SELECT count(*) FROM uncertain_messages") == 0


async def test_a_second_owner_is_refused_and_opens_no_connection(rig: WebRig) -> None:
    async with rig.running() as first:
        await until_state(first, "connected")
        life = Life("web-second")
        second = WebSending(rig.world.settings, rig.session, life, rig.world.pool, rig.make, nowhere)
        await second.start()
        assert second.state()["state"] == "another_owner"
        assert second.fence is None
        assert len(rig.clients) == 1
        await second.close()
        assert first.state()["state"] == "connected"


async def test_a_process_that_has_lost_its_lease_sends_nothing_more_and_closes_its_connection(rig: WebRig) -> None:
    async with rig.running() as first:
        await until_state(first, "connected")
        async with asyncio.timeout(20):
            while not await acquire(rig.world.pool, [rig.session], "another", 60.0):  # it may have kept it meanwhile
                await rig.world.pool.execute("UPDATE session_leases SET expires_at = now() - interval '1 second'")
        await rig.queue(3)
        await until_state(first, "another_owner")
        assert await rig.clients[0].is_connected() is False
    assert rig.whatsapp.taken == []
    assert await rig.world.pool.fetchval("SELECT count(*) FROM message_queue") == 3


async def test_a_session_nobody_has_linked_shows_qr_codes_on_request_and_sends_once_it_is_linked(rig: WebRig) -> None:
    (rig.folder / rig.session.hex / "simulated.json").unlink()
    await rig.queue(2)
    async with rig.running() as sending:
        await until_state(sending, "unpaired")
        await rig.world.until("SELECT count(*) FROM messages WHERE reason = 'session_incomplete'", 2)
        assert sending.session is not None
        await sending.session.start_pairing()
        async with asyncio.timeout(10):
            while not sending.state()["qr"]:
                await asyncio.sleep(0.01)
        assert len(await sending.session.pair_code(PHONE)) == 8
        rig.clients[0].scan()
        await until_state(sending, "connected")
        await rig.world.until(ACCEPTED, 2)
        assert await rig.world.pool.fetchval("SELECT phone FROM sessions") == PHONE
        assert sending.state()["qr"] is None
    stored = json.dumps([dict(row) for row in await rig.world.pool.fetch("SELECT status, memory FROM web_sessions")])
    assert "2@" not in stored, "a QR code is nobody's to read from the database"


REACTIONS = [
    (401, {}, "logged_out", "logged_out", False),
    (402, {"expires_s": 3600.0, "ban_code": 101}, "banned", "ban_too_many_new_people", True),
    (403, {}, "stopped", "account_locked", False),
    (440, {}, "stopped", "session_replaced", False),
]


@pytest.mark.parametrize(("code", "more", "state", "reason", "resumes"), REACTIONS)
async def test_a_disconnect_that_stops_the_session_pauses_it_for_everybody_to_see(
    rig: WebRig, code: int, more: dict[str, float], state: str, reason: str, resumes: bool
) -> None:
    async with rig.running() as sending:
        await until_state(sending, "connected")
        rig.clients[0].cut(code, **more)
        await until_state(sending, state)
        await rig.world.until("SELECT reason FROM sessions WHERE state = 'paused'", reason)
        assert await rig.world.pool.fetchval("SELECT data->>'reason' FROM notifications") == reason
        assert (await rig.world.pool.fetchval("SELECT resume_at > now() FROM sessions") is True) == resumes
        await rig.queue(2)
        await rig.world.until("SELECT count(*) FROM messages WHERE reason = 'session_paused'", 2)
    assert rig.whatsapp.taken == []


async def test_a_lost_connection_comes_back_by_itself_and_sending_goes_on(rig: WebRig) -> None:
    async with rig.running() as sending:
        await until_state(sending, "connected")
        rig.clients[0].cut(428)
        await until_state(sending, "waiting")
        await rig.queue(3)
        await rig.world.until(ACCEPTED, 3)
    assert rig.whatsapp.doubled == []


async def test_a_ban_outlasts_a_restart_and_begins_the_warm_up_anew(rig: WebRig) -> None:
    async with rig.running() as sending:
        await until_state(sending, "connected")
        rig.clients[0].cut(402, expires_s=3600.0)
        await rig.world.until("SELECT status->>'state' FROM web_sessions", "banned")
    async with rig.running() as second:
        await until_state(second, "banned")
        assert second.session is not None
        assert second.session.gate.warm_up_from_ms == pytest.approx((time.time() + 3600) * 1000, abs=10_000)


SEND_ERRORS = [
    (463, "held", "web_463", 0),
    (429, "held", "web_429", 0),
    (479, "queued", "retry", 1),
    (403, "failed", "web_403", 1),
]


@pytest.mark.parametrize(("code", "status", "reason", "tries"), SEND_ERRORS)
async def test_a_refused_send_has_its_consequence(rig: WebRig, code: int, status: str, reason: str, tries: int) -> None:
    rig.whatsapp.line(PHONE).refusals.append(code)
    row = (await rig.queue(1))[0]
    async with rig.running():
        await rig.world.until("SELECT count(*) FROM message_attempts", 1)
        stored = await rig.world.row(row.id)
    assert (stored["status"], stored["reason"], stored["attempt"]) == (status, reason, tries)
    assert json.loads(stored["error"])["code"] == code
    assert await rig.world.pool.fetchval("SELECT count(*) FROM dead_letters") == (status == "failed")


async def test_after_463_strangers_wait_and_people_who_have_answered_do_not(rig: WebRig) -> None:
    friend = "+5511977772222"
    await rig.world.pool.execute(
        "INSERT INTO web_chats (session_id, phone, answered_at) VALUES ($1, $2, now())", rig.session, friend
    )
    rig.whatsapp.line(PHONE).refusals.append(463)
    await rig.queue(1, to="+5511977773333")
    async with rig.running():
        await rig.world.until("SELECT count(*) FROM message_attempts", 1)
        await rig.queue(1, to="+5511977774444")
        await rig.queue(1, to=friend)
        await rig.world.until(ACCEPTED, 1)
        await rig.world.until("SELECT count(*) FROM messages WHERE reason = 'new_chats_blocked'", 1)
    assert [one.to for one in rig.whatsapp.taken] == [friend[1:]]


async def test_a_fresh_number_holds_what_is_beyond_its_first_day_and_transactional_messages_pass(rig: WebRig) -> None:
    await rig.configure(client="simulated", check_numbers=False, limits={**LIMITS, "per_hour": 10})
    await rig.queue(20, lane="bulk")
    async with rig.running():
        await rig.world.until("SELECT count(*) FROM messages WHERE reason = 'warm_up' AND next_attempt_at > now()", 15)
        urgent = (await rig.queue(1))[0]
        await rig.world.until("SELECT status FROM messages WHERE id = $1", "read", urgent.id)
    assert len(rig.whatsapp.taken) == 6


async def test_bulk_waits_for_the_morning_of_its_recipient_and_a_pix_does_not(rig: WebRig) -> None:
    now = datetime.now(ZoneInfo("America/Sao_Paulo"))
    span = [(now + timedelta(hours=offset)).strftime("%H:%M") for offset in (-1, 1)]
    hours = {"quiet_hours": {"from": span[0], "to": span[1]}}
    web = {"client": "simulated", "warm_up": False, "limits": LIMITS}
    await rig.world.pool.execute("UPDATE sessions SET options = $1", json.dumps({"budgets": hours, "web": web}))
    bulk = (await rig.queue(1, lane="bulk"))[0]
    pix = (await rig.queue(1))[0]
    async with rig.running():
        await rig.world.until("SELECT status FROM messages WHERE id = $1", "read", pix.id)
        await rig.world.until("SELECT reason FROM messages WHERE id = $1", "quiet_hours", bulk.id)
    assert [one.message_id for one in rig.whatsapp.taken] == [str(pix.id)]


async def test_a_cancelled_message_is_not_sent(rig: WebRig) -> None:
    rows = await rig.queue(3)
    async with rig.world.pool.acquire() as connection, connection.transaction():
        await cancel(connection, rig.world.company, [rows[0].id], rows[0].created_at)
    async with rig.running():
        await rig.world.until(ACCEPTED, 2)
    assert str(rows[0].id) not in {one.message_id for one in rig.whatsapp.taken}


async def test_a_paused_session_holds_and_a_resumed_one_sends(rig: WebRig) -> None:
    async with rig.running() as sending:
        await until_state(sending, "connected")
        await rig.world.pool.execute("UPDATE sessions SET state = 'paused', reason = 'paused_by_user'")
        await sending.reload()
        await rig.queue(2)
        await rig.world.until("SELECT count(*) FROM messages WHERE reason = 'session_paused'", 2)
        await rig.world.pool.execute("UPDATE sessions SET state = 'active', reason = NULL")
        await sending.reload()
        await rig.world.until(ACCEPTED, 2)


async def test_a_removed_session_forgets_its_credentials(rig: WebRig) -> None:
    async with rig.running() as sending:
        await until_state(sending, "connected")
        await rig.world.pool.execute("UPDATE sessions SET deleted_at = now()")
        await sending.reload()
    assert not (rig.folder / rig.session.hex / "simulated.json").exists()


async def test_who_writes_stop_gets_nothing_of_what_waits(rig: WebRig) -> None:
    later = datetime.now().astimezone() + timedelta(hours=1)
    person = "+5511977770001"
    await rig.queue(1, to=person, status="scheduled", due_at=later, look_at=later)
    await rig.queue(1, status="scheduled", due_at=later, look_at=later)
    async with rig.running() as sending:
        sending.inbound(Inbound("3EB0", person, "Ana", "text", "PARAR", time.time_ns() // 1_000_000), person)
        await rig.world.until("SELECT reason FROM messages WHERE to_phone = $1", "opted_out", person)
        await sending.drain()
    assert await rig.world.statuses() == {"skipped": 1, "scheduled": 1}
    assert await rig.world.counted() == {"scheduled": -1, "skipped": 1}
