"""Ray actor ``shard-<n>``: the companies of its buckets; their only writer."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Container
from typing import Any

import orjson
import ray.util

from actors.base import Life
from actors.counting import feed_of
from actors.delta_feed import DeltaFeed
from actors.direct_calls import DirectServer
from actors.drafting import Drafter
from actors.draining import Drainer
from actors.handles import AggregatorRef, AiRef, SenderRef, SupervisorRef
from actors.handover import handover_of
from actors.hearing import Hearing
from actors.ingesting import Ingestor
from actors.lanes import Lanes
from actors.nudging import Nudging
from actors.reading import Reader
from engine.errors import MasteriaError, StorageAway, Unavailable
from engine.ids import IdMaker, time_to_ms
from engine.settings import Settings
from engine.sharding import bucket_of
from engine.wire import BEHIND, FLAG_BEHIND, IMPORTED, Answer, Intake, pack_answers, unpack_intakes
from storage.ingest import Lane
from storage.ingest_rows import EVENT_COLUMNS, Stored
from storage.message_rows import hand_over
from storage.pool import open_pool
from storage.shards import take_over
from storage.spill import Spill

_SIGNATURE = EVENT_COLUMNS.index("signature")
_CATCH_UP_S = 0.2  # the gateway asks again, and its other companies' events are waiting for this answer


class CompanyShard:
    """See docs/INTERNALS.md for its calls."""

    async def __init__(self, settings: Settings, number: int) -> None:  # type: ignore[misc]
        self._settings = settings
        self._number = number
        self._life = Life(f"shard-{number}")
        self._spill = Spill(settings.redis_url, settings.instance, settings.spill_max_bytes)
        # One lane more than a gateway has calls in flight: for the spill's drain, and for a second gateway.
        self._lanes = Lanes(settings.database_url, self._life.name, settings.shard_calls_in_flight + 1)
        self._feed = DeltaFeed(AggregatorRef(settings.instance).apply)
        senders = [SenderRef(n, settings.instance) for n in range(settings.sender_hosts)]
        self._handover = handover_of(self._life, settings.instance, settings.sender_hosts)
        self._supervisor = SupervisorRef(settings.instance)
        self._hearing = Hearing(self._life, [sender.heard for sender in senders])
        self._nudging = Nudging(self._life, [AiRef(n, settings.instance).nudge for n in range(settings.ai_workers)])
        self._ingestor: Ingestor | None = None
        self._drainer: Drainer | None = None
        self._direct = DirectServer(self.ingest, ping=self.ping)
        self._address = await self._direct.open(ray.util.get_node_ip_address())
        try:
            await self._open()
        except Unavailable:
            self._life.run(self._open, pause_s=0.2, action="open")
        self._life.run(self._drain_spill, pause_s=0.25, action="drain_spill")
        self._life.settle()

    async def _open(self) -> None:
        """Take the buckets over and be ready; called again until Postgres is there."""
        if self._ingestor is not None:
            return
        pool = await open_pool(self._settings.database_url, maximum=2, name=self._life.name, timeout_s=2.0)
        ingestor = Ingestor(pool, self._lanes, Reader(Drafter(IdMaker())), self._after_commit)
        ingestor.epochs = await take_over(pool, self._number)
        self._drainer = Drainer(self._spill, ingestor.ingest)
        self._ingestor = ingestor

    def _ready(self) -> tuple[Ingestor, Drainer]:
        if self._ingestor is None or self._drainer is None:
            raise StorageAway("this shard is waiting for Postgres")
        return self._ingestor, self._drainer

    async def direct_address(self) -> tuple[str, int, bytes]:
        """Tell other actors where this one takes its frequent calls without Ray."""
        return self._address

    async def ingest(self, blob: bytes) -> bytes:
        """Store a batch of webhooks and answer after the commit.

        Raises:
            StorageAway: Postgres is away: the gateway spills.
        """
        ingestor, drainer = self._ready()
        items = unpack_intakes(blob)
        behind = await self._behind(drainer, items, ingestor.epochs)
        taken = [item for item in items if bucket_of(item.company_id) not in behind] if behind else items
        answers = iter(await ingestor.ingest(taken))
        self._life.progress()
        self._life.count("batches")
        self._life.count("requests", len(taken))
        if not behind:
            return pack_answers(list(answers))
        waits = Answer(BEHIND, [], [])
        return pack_answers([waits if bucket_of(item.company_id) in behind else next(answers) for item in items])

    async def _behind(self, drainer: Drainer, items: list[Intake], owned: Container[int]) -> set[int]:
        """Return the batch's buckets whose older events still wait in the spill; a stranger's are not asked about."""
        asked = {bucket_of(item.company_id) for item in items if item.flags & FLAG_BEHIND}
        if drainer.behind:
            asked |= {bucket_of(item.company_id) for item in items} & drainer.behind
        asked = {bucket for bucket in asked if bucket in owned}
        return await drainer.catch_up(asked, _CATCH_UP_S) if asked else set()

    async def _drain_spill(self) -> None:
        if self._ingestor is not None and self._drainer is not None:
            await self._drainer.look(self._ingestor.epochs)
            self._life.counters["spill_drained"] = self._drainer.drained

    def _after_commit(self, lane: Lane, committed_ms: int, stored: Stored) -> None:
        if stored.delta is not None:
            self._feed.push(lane, committed_ms, stored.delta, feed_of(stored, committed_ms))
        for company_id in stored.reconfigured:
            self._life.spawn(self._announce(company_id.bytes))
        self._hearing.push(event.heard_by for event in stored.fresh if event.heard_by is not None)
        if any(event.heard is not None and event.heard.turn for event in stored.fresh):
            self._nudging.push()
        if stored.messages:
            # An imported event was made long ago: what its messages took is no latency of ours.
            times = {
                event.event_id: time_to_ms(event.row[2])
                for event in stored.fresh
                if event.messages and event.row[_SIGNATURE] != IMPORTED
            }
            self._handover.push(
                hand_over(
                    message,
                    times.get(message.event_id) if message.event_id else None,
                    orjson.loads(message.components) if message.components else None,
                )
                for message in stored.messages
                if message.status == "queued" and message.due_at is not None
            )

    async def _announce(self, company_id: bytes) -> None:
        """Have what Meta changed in force; who cannot be told reads it at the next change or restart."""
        with contextlib.suppress(MasteriaError):
            await self._supervisor.announce("sessions", company_id)

    async def ping(self) -> dict[str, Any]:
        return self._life.ping(ok=self._ingestor is not None) | {
            "spill_behind": len(self._drainer.behind) if self._drainer else 0,
            "cpu_s": sum(os.times()[:2]),
            "now_ms": time.time_ns() // 1_000_000,
        }

    async def reload(self, company_id: bytes | None) -> None:
        """Read a company's rules, templates, sessions and webhooks again."""
        if self._ingestor is not None:
            await self._ingestor.reload(company_id)

    async def drain(self) -> None:
        """Close after what is in flight."""
        await self._direct.close()
        await self._life.stop()
        await self._lanes.close()
