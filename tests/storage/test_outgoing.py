"""From a committed change to the company's own system and its log: real Postgres, a real receiver, each way to fail."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from actors.alert_telling import by_webhooks
from actors.counting import count_stored
from actors.outgoing import OutgoingExpander, OutgoingSender, OutgoingUpkeep
from engine.addresses import Guard
from engine.credentials import WebhookSecret, make_signing_secret, seal_webhook_secrets
from engine.ids import IdMaker, id_time, ms_to_time
from engine.metrics import NOBODY, Delta
from engine.outgoing_watch import WATCH
from engine.outgoing_webhooks import TEST, Outcome
from engine.pagination import NEWEST
from engine.vault import Vault
from integrations.outgoing_webhooks import OutgoingClient
from storage import deltas, metrics
from storage.companies import insert_company
from storage.ingest_rows import Stored
from storage.message_changes import Transition
from storage.message_changes import count as count_transitions
from storage.outgoing import (
    claim_deliveries,
    get_outgoing_delivery,
    insert_delivery,
    list_outgoing_deliveries,
    record_attempt,
    resend_delivery,
    tell,
)
from storage.outgoing_watch import refresh_watch
from storage.outgoing_webhooks import OutgoingWebhook, get_outgoing_webhook, insert_outgoing_webhook
from storage.pool import Pool
from tests.seeding import add_event, add_message, add_session
from tests.unit.receivers import Received, http, receiving, says

START_MS = 1_790_000_000_000
START = ms_to_time(START_MS)


@dataclass
class World:
    """A company with outgoing webhooks, and the worker's loops over a clock that stands still until it is moved."""

    pool: Pool
    company_id: UUID
    now_ms: int = START_MS
    ids: IdMaker = field(default_factory=IdMaker)
    vault: Vault = field(default_factory=lambda: Vault(b"v" * 32))
    secrets: dict[UUID, str] = field(default_factory=dict)
    seq: int = 0

    def __post_init__(self) -> None:
        self.expander = OutgoingExpander(self.pool, self.ids, self.clock)
        self.sender = self.new_sender()

    def clock(self) -> int:
        return self.now_ms

    @property
    def now(self) -> datetime:
        return ms_to_time(self.now_ms)

    def later(self, **by: float) -> None:
        self.now_ms += round(timedelta(**by).total_seconds() * 1000)

    def new_sender(self, timeout_s: float = 5.0) -> OutgoingSender:
        client = OutgoingClient(Guard(["127.0.0.1"]), timeout_s=timeout_s)
        return OutgoingSender(self.pool, self.vault, client, self.clock, jitter=lambda: 1.0)

    async def webhook(self, url: str, *types: str, concurrency: int = 5) -> UUID:
        webhook_id = self.ids.make_uuid(self.now_ms)
        secret = self.secrets[webhook_id] = make_signing_secret("standard")
        sealed = seal_webhook_secrets(self.vault, webhook_id, [WebhookSecret(secret, "signing")])
        await insert_outgoing_webhook(
            self.pool,
            OutgoingWebhook(
                id=webhook_id,
                company_id=self.company_id,
                name="ERP",
                url=url,
                event_types=list(types),
                concurrency=concurrency,
                active=True,
                secrets_sealed=sealed or b"",
                created_at=self.now,
                updated_at=self.now,
            ),
        )
        await refresh_watch(self.pool)
        return webhook_id

    async def commit(self, delta: Delta) -> None:
        """Commit a delta as a shard does, and roll it up as the aggregator does."""
        self.seq += 1
        async with self.pool.acquire() as connection, connection.transaction():
            await deltas.write(connection, "shard-0/1", 1, self.seq, delta, self.now_ms)
        await metrics.roll_up(self.pool, [("shard-0/1", 1, self.seq)])

    async def queue(self, webhook_id: UUID, count: int = 1, event_type: str = "rule.step") -> list[UUID]:
        made = [self.ids.make_uuid(self.now_ms) for _ in range(count)]
        for number, delivery_id in enumerate(made):
            assert await insert_delivery(self.pool, self.company_id, webhook_id, event_type, {"n": number}, delivery_id)
        return made

    async def work(self) -> None:
        """Do everything that is due now."""
        await self.expander.run_once()
        before = -1
        while before != (before := await self.pool.fetchval(_DUE, self.now)):
            await self.sender.run_once()
            await self.sender.settle()

    async def delivery(self, webhook_id: UUID, delivery_id: UUID) -> dict[str, Any]:
        row = await get_outgoing_delivery(self.pool, self.company_id, webhook_id, delivery_id)
        assert row is not None
        return {**row, "attempts": orjson.loads(row["attempts"]), "payload": orjson.loads(row["payload"])}

    async def shown(self, webhook_id: UUID) -> OutgoingWebhook:
        found = await get_outgoing_webhook(self.pool, self.company_id, webhook_id)
        assert found is not None
        return found


_DUE = "SELECT count(*) FROM outgoing_deliveries WHERE state = 'pending' AND next_attempt_at <= $1"


@pytest.fixture(autouse=True)
def forget_watched() -> Iterator[None]:
    yield
    WATCH.replace(WATCH.ask(), [])


@pytest.fixture
async def world(pool: Pool) -> AsyncIterator[World]:
    ids = IdMaker()
    company_id = ids.make_uuid(START_MS)
    await insert_company(pool, company_id, "Loja Exemplo", "America/Sao_Paulo", START)
    yield World(pool, company_id)


def _verify(secret: str, received: Received) -> None:
    """Check a delivery as the Standard Webhooks specification tells its receivers to."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode() + received.body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert expected in received.headers["webhook-signature"].split(" ")


def _event_delta(company_id: UUID, event_id: UUID, state: str = "processed") -> Delta:
    """Return what a shard counts for one event (actors/counting.py), without a shard."""
    delta = Delta()
    delta.event(company_id.bytes, event_id.int >> 80, "pix_created", state)
    delta.tell(company_id.bytes, "event", state, event_id.bytes)
    return delta


async def test_an_event_is_told_signed_once_and_logged(world: World) -> None:
    async with receiving() as receiver:
        webhook_id = await world.webhook(receiver.url(), "event.processed")
        event_id = await add_event(world.pool, world.company_id, START, customer_name="Ana", order_value_cents=9700)
        await world.commit(_event_delta(world.company_id, event_id))
        await world.commit(_event_delta(world.company_id, event_id, "failed"))  # not asked for
        await world.work()
        (received,) = receiver.got
        _verify(world.secrets[webhook_id], received)
        body = orjson.loads(received.body)
        assert (body["type"], body["data"]["id"]) == ("event.processed", str(event_id))
        assert body["data"]["order_value"] == "97.00"
        assert body["data"]["customer"]["name"] == "Ana"
        (listed,) = await list_outgoing_deliveries(world.pool, world.company_id, webhook_id, NEWEST, 10, "delivered")
        shown = await world.delivery(webhook_id, listed["id"])
        assert received.headers["webhook-id"] == str(listed["id"])
        assert shown["payload"] == body
        assert [(one["status"], one["answer"]) for one in shown["attempts"]] == [(200, "ok")]
        await world.work()
        assert len(receiver.got) == 1
        assert await world.pool.fetchval("SELECT count(*) FROM outgoing_changes") == 0


async def test_a_messages_statuses_are_told_in_their_order(world: World) -> None:
    async with receiving() as receiver:
        await world.webhook(receiver.url(), "message.sent", "message.delivered", concurrency=1)
        session_id = await add_session(world.pool, world.company_id, START)
        message_id = await add_message(world.pool, world.company_id, session_id, START)
        for old, new in (("queued", "accepted"), ("accepted", "sent"), ("sent", "delivered"), ("delivered", "read")):
            delta = Delta()
            count_transitions(
                delta, [Transition(world.company_id, message_id, session_id, None, old, new, NOBODY, None, None)]
            )
            await world.commit(delta)
        await world.work()
        bodies = [orjson.loads(received.body) for received in receiver.got]
        assert [(body["type"], body["data"]["status"]) for body in bodies] == [
            ("message.sent", "sent"),
            ("message.delivered", "delivered"),
        ]
        assert {body["data"]["id"] for body in bodies} == {str(message_id)}


async def test_without_a_webhook_a_change_costs_nothing(world: World) -> None:
    event_id = await add_event(world.pool, world.company_id, START)
    await world.commit(_event_delta(world.company_id, event_id))
    async with world.pool.acquire() as connection:
        await tell(connection, world.company_id, "campaign.finished", {"id": "1"}, START)
    assert await world.pool.fetchval("SELECT count(*) FROM outgoing_changes") == 0
    empty = Stored(answers=[], fresh=[], messages=[], cancelled=[], folded=[])
    assert "told" not in orjson.loads(count_stored(empty).encode())


async def test_another_companys_changes_are_not_told(world: World) -> None:
    async with receiving() as receiver:
        await world.webhook(receiver.url(), "event.processed", "campaign.finished")
        other = world.ids.make_uuid(START_MS)
        await insert_company(world.pool, other, "Outra", "America/Sao_Paulo", START)
        event_id = await add_event(world.pool, other, START)
        await world.commit(_event_delta(other, event_id))
        async with world.pool.acquire() as connection:
            await tell(connection, other, "campaign.finished", {"id": "1"}, START)
        await world.work()
        assert receiver.got == []


async def test_other_changes_are_told_with_their_transaction(world: World) -> None:
    async with receiving() as receiver:
        await world.webhook(receiver.url(), "campaign.finished")
        async with world.pool.acquire() as connection:
            with pytest.raises(RuntimeError):
                async with connection.transaction():
                    await tell(connection, world.company_id, "campaign.finished", {"id": "lost"}, START)
                    raise RuntimeError
            async with connection.transaction():
                await tell(connection, world.company_id, "campaign.finished", {"id": "1"}, START)
                await tell(connection, world.company_id, "alert.fired", {"id": "2"}, START)
        await world.work()
        assert [orjson.loads(one.body)["data"] for one in receiver.got] == [{"id": "1"}]


async def test_an_erased_event_is_told_by_its_id(world: World) -> None:
    async with receiving() as receiver:
        await world.webhook(receiver.url(), "event.processed")
        gone = world.ids.make_uuid(START_MS)
        await world.commit(_event_delta(world.company_id, gone))
        await world.work()
        assert orjson.loads(receiver.got[0].body)["data"] == {"id": str(gone)}


async def test_failures_are_repeated_on_the_schedule_with_the_same_id_and_bytes(world: World) -> None:
    async with receiving(says(500, b"out of order")) as receiver:
        webhook_id = await world.webhook(receiver.url())
        (delivery_id,) = await world.queue(webhook_id)
        for minutes in (0, 5 / 60, 5, 30, 120, 300, 600, 600):
            world.later(minutes=minutes)
            await world.work()
            world.later(seconds=-1)
            await world.work()  # too early
            world.later(seconds=1)
        assert len(receiver.got) == 8
        assert {one.headers["webhook-id"] for one in receiver.got} == {str(delivery_id)}
        assert len({one.body for one in receiver.got}) == 1
        assert len({one.headers["webhook-timestamp"] for one in receiver.got}) == 8
        for received in receiver.got:
            _verify(world.secrets[webhook_id], received)
        shown = await world.delivery(webhook_id, delivery_id)
        assert (shown["state"], shown["attempt"], shown["last_reason"]) == ("failed", 8, "outgoing_status")
        assert shown["attempts"][0]["answer"] == "out of order"
        assert (await world.shown(webhook_id)).active


async def test_one_that_recovers_is_delivered(world: World) -> None:
    async with receiving(says(503)) as receiver:
        webhook_id = await world.webhook(receiver.url())
        (delivery_id,) = await world.queue(webhook_id)
        await world.work()
        assert (await world.shown(webhook_id)).failing_since == START
        receiver.answer = says(204, b"")
        world.later(seconds=5)
        await world.work()
        assert (await world.delivery(webhook_id, delivery_id))["state"] == "delivered"
        shown = await world.shown(webhook_id)
        assert (shown.failing_since, shown.last_success_at) == (None, world.now)


async def test_410_takes_it_out_of_use_at_once(world: World) -> None:
    async with receiving(says(410)) as receiver:
        webhook_id = await world.webhook(receiver.url(), "event.processed", concurrency=1)
        first, second = await world.queue(webhook_id, 2)
        await world.work()
        shown = await world.shown(webhook_id)
        assert (shown.active, shown.disabled_reason, shown.disabled_at) == (False, "outgoing_gone", world.now)
        assert (await world.delivery(webhook_id, first))["state"] == "failed"
        assert (await world.delivery(webhook_id, second))["state"] == "pending"
        assert len(receiver.got) == 1
        await refresh_watch(world.pool)
        assert not WATCH.companies
        notice = await world.pool.fetchrow("SELECT kind, title_pt, data FROM notifications")
        assert notice is not None
        assert (notice["kind"], notice["title_pt"]) == (
            "outgoing_webhook_disabled",
            "Webhook de saída desativado: ERP",
        )
        assert orjson.loads(notice["data"])["reason"] == "outgoing_gone"


async def test_an_alert_is_told_as_fired_and_as_over(world: World) -> None:
    async with receiving() as receiver:
        await world.webhook(receiver.url(), "alert.fired", "alert.resolved", concurrency=1)
        async with world.pool.acquire() as connection:
            for state in ("fired", "over"):
                await by_webhooks(connection, world.company_id, {"state": state, "name": "a"}, START)
        await world.work()
        types = [orjson.loads(one.body)["type"] for one in receiver.got]
        assert types == ["alert.fired", "alert.resolved"]


async def test_five_days_of_failures_take_it_out_of_use(world: World) -> None:
    async with receiving(says(500)) as receiver:
        webhook_id = await world.webhook(receiver.url())
        for _ in range(5):
            await world.queue(webhook_id)
            await world.work()
            assert (await world.shown(webhook_id)).active
            world.later(days=1)
        await world.queue(webhook_id)
        await world.work()
        shown = await world.shown(webhook_id)
        assert (shown.active, shown.disabled_reason) == (False, "outgoing_failing")


async def test_one_success_within_five_days_is_enough(world: World) -> None:
    async with receiving(says(500)) as receiver:
        webhook_id = await world.webhook(receiver.url())
        for day in range(8):
            receiver.answer = says(200 if day == 4 else 500)
            await world.queue(webhook_id)
            await world.work()
            world.later(days=1)
        assert (await world.shown(webhook_id)).active


async def test_who_dies_between_the_answer_and_its_record_repeats_under_the_same_id(world: World) -> None:
    async with receiving() as receiver:
        webhook_id = await world.webhook(receiver.url())
        (delivery_id,) = await world.queue(webhook_id)
        dying = world.new_sender()

        async def answered_then_killed(received: Received) -> bytes:
            for task in dying._tasks:
                task.cancel()
            return http(200)

        receiver.answer = answered_then_killed
        await dying.run_once()
        while dying._tasks:
            await asyncio.wait(dying._tasks)
        assert (await world.delivery(webhook_id, delivery_id))["state"] == "pending"
        receiver.answer = says(200)
        await world.work()
        assert len(receiver.got) == 1  # its lease still runs
        world.later(seconds=60)
        await world.work()
        assert [one.headers["webhook-id"] for one in receiver.got] == [str(delivery_id)] * 2
        assert (await world.delivery(webhook_id, delivery_id))["state"] == "delivered"


async def test_a_late_record_does_not_overwrite_a_newer_one(world: World) -> None:
    async with receiving() as receiver:
        webhook_id = await world.webhook(receiver.url())
        await world.queue(webhook_id)
        (stalled,) = await claim_deliveries(world.pool, world.now, world.now + timedelta(seconds=60), 10)
        world.later(seconds=60)
        await world.work()
        failed = Outcome(500, "outgoing_status", "", 1)
        async with world.pool.acquire() as connection:
            assert not await record_attempt(connection, stalled, failed, {}, world.now, None)
        assert (await world.delivery(webhook_id, stalled.id))["state"] == "delivered"


async def test_order_is_kept_one_at_a_time(world: World) -> None:
    running = most = 0

    async def one_by_one(_: Received) -> bytes:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return http(200)

    async with receiving(one_by_one) as receiver:
        webhook_id = await world.webhook(receiver.url(), concurrency=1)
        made = await world.queue(webhook_id, 12)
        await world.work()
        assert [one.headers["webhook-id"] for one in receiver.got] == [str(one) for one in made]
        assert most == 1


async def test_a_slow_receiver_has_its_own_places_and_delays_nobody(world: World) -> None:
    release = asyncio.Event()

    async def stuck(_: Received) -> bytes:
        await release.wait()
        return http(200)

    async with receiving(stuck) as slow, receiving() as quick:
        slow_id = await world.webhook(slow.url(), concurrency=3)
        quick_id = await world.webhook(quick.url(), concurrency=2)
        await world.queue(slow_id, 50)
        await world.queue(quick_id, 6)
        other_worker = world.new_sender()
        while len(quick.got) < 6:
            await world.sender.run_once()
            await other_worker.run_once()
            await asyncio.sleep(0)
        assert len(slow.got) <= 3  # both workers together
        release.set()
        await world.sender.settle()
        await other_worker.settle()


@pytest.mark.parametrize("again", range(3))
async def test_two_workers_deliver_each_once(world: World, again: int) -> None:
    async with receiving() as receiver:
        webhook_id = await world.webhook(receiver.url(), concurrency=20)
        made = await world.queue(webhook_id, 40)
        senders = [world.new_sender(), world.new_sender()]
        while len(receiver.got) < 40:
            await asyncio.gather(*(sender.run_once() for sender in senders))
            await asyncio.sleep(0)
        for sender in senders:
            await sender.settle()
        assert sorted(one.headers["webhook-id"] for one in receiver.got) == sorted(map(str, made))


async def test_an_endpoint_that_hangs_is_a_failure(world: World) -> None:
    release = asyncio.Event()

    async def stuck(_: Received) -> bytes:
        await release.wait()
        return http(200)

    async with receiving(stuck) as receiver:
        webhook_id = await world.webhook(receiver.url())
        (delivery_id,) = await world.queue(webhook_id)
        world.sender = world.new_sender(timeout_s=0.2)
        await world.work()
        assert (await world.delivery(webhook_id, delivery_id))["last_reason"] == "outgoing_timeout"
        release.set()


async def test_a_delivery_is_sent_again_by_hand(world: World) -> None:
    async with receiving() as receiver:
        webhook_id = await world.webhook(receiver.url())
        (delivery_id,) = await world.queue(webhook_id)
        await world.work()
        assert await resend_delivery(world.pool, world.company_id, webhook_id, delivery_id, world.now)
        await world.work()
        assert [one.headers["webhook-id"] for one in receiver.got] == [str(delivery_id)] * 2
        assert len((await world.delivery(webhook_id, delivery_id))["attempts"]) == 2
        assert not await resend_delivery(world.pool, world.ids.make_uuid(1), webhook_id, delivery_id, world.now)


async def test_a_test_goes_once_and_also_while_out_of_use(world: World) -> None:
    async with receiving(says(500)) as receiver:
        webhook_id = await world.webhook(receiver.url())
        await world.pool.execute("UPDATE outgoing_webhooks SET active = false")
        waiting = world.ids.make_uuid(world.now_ms)
        assert not await insert_delivery(world.pool, world.company_id, webhook_id, "rule.step", {}, waiting)
        (delivery_id,) = await world.queue(webhook_id, event_type=TEST)
        await world.work()
        world.later(days=1)
        await world.work()
        assert len(receiver.got) == 1
        assert (await world.delivery(webhook_id, delivery_id))["state"] == "failed"


async def test_a_lost_key_is_told_and_nothing_unsigned_leaves(world: World) -> None:
    async with receiving() as receiver:
        webhook_id = await world.webhook(receiver.url())
        (delivery_id,) = await world.queue(webhook_id)
        world.vault = Vault(b"w" * 32)
        world.sender = world.new_sender()
        await world.work()
        assert receiver.got == []
        assert (await world.delivery(webhook_id, delivery_id))["last_reason"] == "outgoing_secret"


async def test_too_many_waiting_take_it_out_of_use_and_old_ones_are_forgotten(world: World) -> None:
    async with receiving(says(500)) as receiver:
        full, other = await world.webhook(receiver.url()), await world.webhook(receiver.url())
        await world.queue(full, 4)
        await world.queue(other, 3)
        upkeep = OutgoingUpkeep(world.pool, world.clock, most_waiting=3)
        await upkeep.run_once()
        assert (await world.shown(full)).disabled_reason == "outgoing_backlog"
        assert (await world.shown(other)).active
        world.later(days=15)
        await world.queue(other)
        await upkeep.run_once()
        assert await world.pool.fetchval("SELECT count(*) FROM outgoing_deliveries") == 1


async def test_a_known_delivery_id_changes_nothing(world: World) -> None:
    async with receiving() as receiver:
        webhook_id = await world.webhook(receiver.url())
        (delivery_id,) = await world.queue(webhook_id)
        assert not await insert_delivery(world.pool, world.company_id, webhook_id, "x.y", {}, delivery_id)
        assert not await insert_delivery(world.pool, world.ids.make_uuid(1), webhook_id, "x.y", {}, webhook_id)
        await world.work()
        assert len(receiver.got) == 1
        assert id_time(delivery_id) == START
