"""Alerts are judged by committed rows, told by each channel on its own, and hold nothing else up."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from actors.aggregating import Aggregating
from actors.alert_telling import AlertTelling
from actors.alerting import AlertWatch
from actors.jobs.tools import JobTools
from actors.lanes import WriterLane
from actors.live_alerts import LiveAlerts
from actors.recorder import Changes
from engine.ids import IdMaker, ms_to_time, time_to_ms
from engine.metrics import Delta
from engine.settings import Settings
from engine.vault import Vault
from engine.wire import Answer, Intake
from storage import deltas
from storage.alert_values import measure, would_have_fired
from storage.alerts import AlertWrite, claim_alerts, get_alert, insert_alert, update_alert
from storage.pool import Connection, Pool
from storage.searching import Row
from storage.suppressions import ALL, Wish, hear_wishes
from tests.embedding_kit import embed
from tests.seeding import add_session, new_id

SOURCES = ("grapfy", "kiwify")


class Watch:
    """A company, a worker's two loops, and a clock that a test moves."""

    def __init__(self, pool: Pool, changes: Changes) -> None:
        self.pool = pool
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.company = new_id(self.now - timedelta(days=20))
        self.handed: list[dict[str, Any]] = []
        self.seq = 0
        self.told: list[dict[str, Any]] = []
        self.webhook_error: Exception | None = None

        async def announce(kind: str, company_id: UUID | None) -> None: ...

        async def ingest(items: Sequence[Intake]) -> list[Answer]:
            raise NotImplementedError  # no alert stores an event

        async def write(kind: str, company_id: UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
            raise NotImplementedError  # no alert has anything written

        self.tools = JobTools(
            settings=Settings("test", "", "", ""),
            pool=pool,
            vault=Vault(b"v" * 32),
            ids=IdMaker(),
            hand_over=self.handed.extend,
            announce=announce,
            ingest=ingest,
            commit=changes.commit,
            embed=embed,
            write=write,
            now_ms=lambda: time_to_ms(self.now),
        )
        self.watch = AlertWatch(self.tools)
        self.telling = AlertTelling(self.tools, self._webhook)

    async def _webhook(self, connection: Connection, company: UUID, data: dict[str, Any], now: datetime) -> None:
        if self.webhook_error:
            raise self.webhook_error
        self.told.append(data)

    async def alert(self, metric: str = "failure_rate", threshold: float = 0.2, **more: Any) -> UUID:
        alert_id = new_id(self.now)
        values = {"window_s": 600, "scope": {}, "quiet": None, "channels": {"app": True}, "active": True, **more}
        alert = AlertWrite(name="Vendas", metric=metric, threshold=threshold, **values)
        assert await insert_alert(self.pool, self.company, alert_id, alert, self.now)
        return alert_id

    async def get(self, alert_id: UUID) -> Row:
        row = await get_alert(self.pool, self.company, alert_id)
        assert row is not None
        return row

    async def count(self, fill: Any, at: datetime | None = None) -> None:
        """Commit a delta and have it rolled up, as the aggregator does."""
        delta = Delta()
        fill(delta, time_to_ms(at or self.now))
        self.seq += 1
        async with self.pool.acquire() as connection:
            await deltas.write(connection, "test", 1, self.seq, delta, time_to_ms(self.now))
        counted = Aggregating(lambda: time_to_ms(self.now), "America/Sao_Paulo", lambda *_: None, lambda *_: None)
        await counted.load(self.pool)
        await counted.roll_up(self.pool)

    async def messages(self, good: int, bad: int, session: UUID | None = None, at: datetime | None = None) -> None:
        def fill(delta: Delta, at_ms: int) -> None:
            of = (session or UUID(int=1)).bytes
            for status, number in (("delivered", good), ("failed", bad)):
                for _ in range(number):
                    delta.message(self.company.bytes, at_ms, of, None, status)

        await self.count(fill, at)

    async def events(self, source: str, at: datetime) -> None:
        await self.count(lambda delta, ms: delta.event(self.company.bytes, ms, "pix_created", "processed", source), at)

    async def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.now += timedelta(seconds=31)
            await self.watch.run_once()

    async def notices(self) -> list[str]:
        return [row[0] for row in await self.pool.fetch("SELECT kind FROM notifications ORDER BY created_at")]


@pytest.fixture
async def world(pool: Pool, database_url: str) -> AsyncIterator[Watch]:
    changes = Changes(WriterLane(database_url, "worker-0/9"), lambda *_: None)
    made = Watch(pool, changes)
    await pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Loja')", made.company)
    yield made
    await changes.close()


async def test_failures_fire_once_and_recovery_is_told_once(world: Watch) -> None:
    alert_id = await world.alert()
    await world.look()
    assert (await world.get(alert_id))["state"] == "no_data"
    await world.messages(good=10, bad=10)
    await world.look(times=1)
    assert (await world.get(alert_id))["state"] == "no_data"
    await world.look(times=3)
    row = await world.get(alert_id)
    assert (row["state"], row["value"]) == ("fired", 0.5)
    await world.telling.run_once()
    assert await world.notices() == ["alert_fired"]
    await world.messages(good=200, bad=0)
    await world.look(times=4)
    await world.telling.run_once()
    assert (await world.get(alert_id))["state"] == "ok"
    assert await world.notices() == ["alert_fired", "alert_over"]
    title = await world.pool.fetchval("SELECT title_pt FROM notifications WHERE kind = 'alert_fired'")
    assert "50.0 %" in title
    assert await world.pool.fetchval("SELECT count(*) FROM alert_sends") == 0


async def test_a_session_that_is_named_counts_alone(world: Watch) -> None:
    mine, other = new_id(world.now), new_id(world.now)
    await world.messages(good=0, bad=50, session=other)
    await world.messages(good=50, bad=0, session=mine)
    alert_id = await world.alert(scope={"session_ids": [str(mine)]})
    assert await measure(world.pool, await world.get(alert_id), world.now) == 0.0


async def test_silence_is_of_the_sources_that_are_named(world: Watch) -> None:
    await world.events("grapfy", world.now - timedelta(minutes=90))
    await world.events("kiwify", world.now)
    silent = await world.alert("silence", 60, scope={"sources": ["grapfy"]})
    any_source = await world.alert("silence", 60)
    never = await world.alert("silence", 60, scope={"sources": ["hotmart"]})
    value = await measure(world.pool, await world.get(silent), world.now)
    assert value is not None
    assert 88 <= value <= 91
    assert await measure(world.pool, await world.get(any_source), world.now) == 0.0
    assert await measure(world.pool, await world.get(never), world.now) is None
    await world.look()
    assert (await world.get(silent))["state"] == "fired"


async def test_queue_dead_letters_and_numbers_that_are_down(world: Watch) -> None:
    session = await add_session(world.pool, world.company, world.now)
    for metric in ("queue_age", "dead_letters", "session_down"):
        row = await world.get(await world.alert(metric, 1))
        assert await measure(world.pool, row, world.now) == 0.0
    message = new_id(world.now)
    await world.pool.execute(
        "INSERT INTO message_queue (message_id, company_id, session_id, lane, due_at, look_at) "
        "VALUES ($1, $2, $3, 'bulk', $4, $4)",
        message,
        world.company,
        session,
        world.now - timedelta(seconds=90),
    )
    await world.pool.execute(
        "INSERT INTO dead_letters (id, company_id, kind, session_id, class, reason, created_at) "
        "VALUES ($1, $2, 'message', $3, 'permanent', 'x', $4)",
        message,
        world.company,
        session,
        world.now,
    )
    await world.pool.execute("UPDATE sessions SET state = 'paused'")
    found = [
        await measure(world.pool, await world.get(await world.alert(metric, 1)), world.now)
        for metric in ("queue_age", "dead_letters", "session_down")
    ]
    assert found == [90.0, 1.0, 1.0]


async def test_latency_is_a_percentile_of_the_window(world: Watch) -> None:
    def fill(delta: Delta, at_ms: int) -> None:
        for latency in [100] * 95 + [9_000] * 5:
            delta.accepted(world.company.bytes, bytes(16), at_ms - latency, at_ms)

    await world.count(fill)
    value = await measure(world.pool, await world.get(await world.alert("latency_p99", 5_000)), world.now)
    assert value is not None
    assert 8_500 < value < 9_500


async def test_what_fires_in_quiet_time_is_told_afterwards_if_it_still_holds(world: Watch) -> None:
    local = world.now - timedelta(hours=3)
    quiet = {"from": f"{local:%H:%M}", "to": f"{local + timedelta(hours=2):%H:%M}"}
    await world.messages(good=0, bad=20)
    await world.alert(quiet=quiet)
    await world.look()
    await world.telling.run_once()
    assert await world.notices() == []
    assert await world.pool.fetchval("SELECT quiet FROM alert_changes") is True
    world.now += timedelta(hours=2, minutes=1)
    await world.telling.run_once()
    assert await world.notices() == ["alert_fired"]


async def test_what_is_over_before_it_is_told_is_not_told(world: Watch) -> None:
    await world.messages(good=0, bad=20)
    alert_id = await world.alert()
    await world.look()
    await world.pool.execute("UPDATE alerts SET state = 'ok' WHERE id = $1", alert_id)
    await world.telling.run_once()
    assert await world.notices() == []
    assert await world.pool.fetchval("SELECT count(*) FROM alert_sends") == 0


async def test_a_broken_webhook_holds_no_other_channel_and_is_tried_again(world: Watch) -> None:
    session = await add_session(world.pool, world.company, world.now)
    whatsapp = {"session_id": str(session), "to": "+5511900000009"}
    await world.messages(good=0, bad=20)
    await world.alert(channels={"app": True, "webhook": True, "whatsapp": whatsapp})
    await world.look()
    world.webhook_error = ConnectionError("away")
    await world.telling.run_once()
    assert await world.notices() == ["alert_fired"]
    assert [message["to"] for message in world.handed] == ["+5511900000009"]
    assert "ConnectionError" in await world.pool.fetchval("SELECT error FROM alert_sends")
    world.webhook_error = None
    world.now += timedelta(seconds=30)
    await world.telling.run_once()
    assert [data["metric"] for data in world.told] == ["failure_rate"]
    await world.telling.run_once()
    assert await world.notices() == ["alert_fired"]
    assert len(world.handed) == 1


async def test_notifications_that_cannot_be_written_stop_neither_looks_nor_the_other_channels(world: Watch) -> None:
    await world.pool.execute("ALTER TABLE notifications ADD CONSTRAINT nothing CHECK (kind = '')")
    await world.messages(good=0, bad=20)
    alert_id = await world.alert(channels={"app": True, "webhook": True})
    await world.look()
    await world.telling.run_once()
    assert len(world.told) == 1
    await world.messages(good=500, bad=0)
    await world.look(times=4)
    assert (await world.get(alert_id))["state"] == "ok"
    await world.events("grapfy", world.now)
    await world.pool.execute("ALTER TABLE notifications DROP CONSTRAINT nothing")
    world.now += timedelta(minutes=1)
    await world.telling.run_once()
    assert await world.notices() == ["alert_over"]  # the firing holds no more


async def test_a_paused_number_keeps_the_message_and_nothing_waits_for_it(world: Watch) -> None:
    session = await add_session(world.pool, world.company, world.now)
    await world.pool.execute("UPDATE sessions SET state = 'paused'")
    template = {"name": "alerta", "language": "pt_BR"}
    whatsapp = {"session_id": str(session), "to": "+5511900000009", "template": template}
    await world.messages(good=0, bad=20)
    await world.alert(channels={"whatsapp": whatsapp})
    await world.look()
    await world.telling.run_once()
    row = await world.pool.fetchrow("SELECT status, lane, type, template_name, components FROM messages")
    assert row is not None
    assert tuple(row)[:4] == ("queued", "transactional", "template", "alerta")
    assert json.loads(row["components"])[0]["type"] == "body"
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 1
    told = json.loads(await world.pool.fetchval("SELECT data FROM metric_deltas ORDER BY seq DESC LIMIT 1"))
    assert [row[2:4] for row in told["rows"]] == [["message", "queued"]]


async def test_who_wants_no_messages_gets_no_alert_and_the_skip_is_counted(world: Watch) -> None:
    session = await add_session(world.pool, world.company, world.now)
    whatsapp = {"session_id": str(session), "to": "+5511900000009", "template": {"name": "alerta"}}
    wish = Wish(world.company, "+5511900000009", True, "message", world.now, ALL)
    async with world.pool.acquire() as connection:
        await hear_wishes(connection, [wish])
    await world.messages(good=0, bad=20)
    await world.alert(channels={"whatsapp": whatsapp})
    await world.look()
    await world.telling.run_once()
    row = await world.pool.fetchrow("SELECT status, reason FROM messages")
    assert row is not None
    assert tuple(row) == ("skipped", "opted_out")
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 0
    assert world.handed == []
    told = json.loads(await world.pool.fetchval("SELECT data FROM metric_deltas ORDER BY seq DESC LIMIT 1"))
    assert ["message", "skipped"] in [row[2:4] for row in told["rows"]]


async def test_one_alert_that_cannot_be_looked_at_keeps_no_other_from_it(world: Watch) -> None:
    await world.messages(good=0, bad=20)
    broken, sound = await world.alert(), await world.alert()
    await world.pool.execute('UPDATE alerts SET scope = \'{"session_ids":["x"]}\' WHERE id = $1', broken)
    await world.look()
    assert (await world.get(sound))["state"] == "fired"


async def test_two_workers_look_at_an_alert_once(world: Watch) -> None:
    await world.alert()
    taken = [await claim_alerts(world.pool, world.now, timedelta(seconds=30), 10) for _ in range(2)]
    assert [len(rows) for rows in taken] == [1, 0]


async def test_companies_own_systems_are_told_by_outgoing_webhook(world: Watch) -> None:
    await world.pool.execute(
        "INSERT INTO outgoing_webhooks (id, company_id, name, url, event_types, secrets_sealed, created_at, "
        "updated_at) VALUES ($1, $2, 'ERP', 'https://erp.example', ARRAY['alert.fired'], 'x', $3, $3)",
        new_id(world.now),
        world.company,
        world.now,
    )
    await world.messages(good=0, bad=20)
    await world.alert(channels={"webhook": True})
    await world.look()
    await AlertTelling(world.tools).run_once()
    row = await world.pool.fetchrow("SELECT event_type, data FROM outgoing_changes WHERE event_type LIKE 'alert%'")
    assert row is not None
    assert row["event_type"] == "alert.fired"
    assert json.loads(row["data"])["metric"] == "failure_rate"
    assert await world.pool.fetchval("SELECT count(*) FROM alert_sends") == 0


async def test_a_changed_alert_is_judged_anew(world: Watch) -> None:
    await world.messages(good=0, bad=20)
    alert_id = await world.alert()
    await world.look()
    changed = AlertWrite("Outra", "failure_rate", 0.9, 600, {}, None, {"app": True}, True)
    row = await update_alert(world.pool, world.company, alert_id, changed, world.now)
    assert row is not None
    assert (row["state"], row["name"]) == ("no_data", "Outra")


async def test_the_past_tells_how_often_it_would_have_fired(world: Watch) -> None:
    day = world.now - timedelta(days=2)
    for hour in (0, 5):
        await world.messages(good=0, bad=20, at=day + timedelta(hours=hour))
        await world.messages(good=100, bad=0, at=day + timedelta(hours=hour, minutes=30))
    row = await world.get(await world.alert())
    assert await would_have_fired(world.pool, row, world.now, 7) == 2
    await world.events("grapfy", day)
    await world.events("grapfy", day + timedelta(hours=6))
    silence = await world.get(await world.alert("silence", 60, scope={"sources": ["grapfy"]}))
    assert await would_have_fired(world.pool, silence, world.now, 7) == 2
    assert await would_have_fired(world.pool, await world.get(await world.alert("queue_age", 9)), world.now, 7) is None


async def test_the_live_topic_shows_states_and_what_is_unread(world: Watch) -> None:
    await world.messages(good=0, bad=20)
    alert_id = await world.alert()
    live, company = LiveAlerts(), world.company.bytes
    assert await live.read(world.pool, {company}) == [company]
    assert live.state(company)["unread"] == 0
    assert await live.read(world.pool, {company}) == []
    await world.look()
    await world.telling.run_once()
    assert await live.read(world.pool, {company}) == [company]
    state = live.state(company)
    assert state["unread"] == 1
    assert state["alerts"][str(alert_id)]["state"] == "fired"
    assert await live.read(world.pool, set()) == []
    assert company not in live
    assert ms_to_time(time_to_ms(world.now)) == world.now
