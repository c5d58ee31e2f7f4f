"""Ray actor ``ai-<n>``: a shell around actors/understanding.py, and the only process that has the model."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import ray.util

from actors.agent_responder import AgentResponder
from actors.answering import Answering
from actors.base import Life
from actors.delta_feed import DeltaFeed
from actors.direct_calls import DirectServer
from actors.embedding_desk import EmbeddingDesk
from actors.handles import AggregatorRef, SupervisorRef
from actors.handover import handover_of
from actors.lanes import WriterLane
from actors.own_intents import OwnIntents
from actors.recorder import Changes, summaries
from actors.shard_door import shard_door
from actors.simulating import Simulation
from actors.understanding import AT_ONCE, KEEP_S, Understanding
from actors.understood_events import Offer
from actors.writing import Writing
from engine.addresses import Guard
from engine.errors import StorageAway, Unavailable
from engine.ids import IdMaker
from engine.metrics import Delta
from engine.settings import Settings
from engine.vault import Vault
from engine.wire import unpack
from integrations.chat_models import ChatClient
from integrations.embedding import Embedder
from storage.ai_turns import count_turns, release_turns
from storage.ingest import Lane
from storage.message_changes import Transition
from storage.outgoing_watch import refresh_watch
from storage.pool import AWAY, ONE_PLAN, open_pool

_LOOK_S = 1.0  # without a nudge
_NICE = 10  # sending goes before understanding
_FIRST_S = 0.004  # messages that come together are understood together


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class AiWorker:
    """Understands inbound messages, many conversations at once; a crash gives its turns to the next one."""

    async def __init__(self, settings: Settings, number: int) -> None:  # type: ignore[misc]
        os.nice(_NICE)  # this thread, and those that it starts
        self._settings = settings
        self._life = Life(f"ai-{number}")
        self._feed = DeltaFeed(AggregatorRef(settings.instance).apply)
        self._changes = Changes(WriterLane(settings.database_url, f"{self._life.name}/0"), self._told)
        self._embedder = Embedder(threads=settings.ai_threads)
        self._desk = EmbeddingDesk(self._embedder)
        self._understanding: Understanding | None = None
        self._own: OwnIntents
        self._offer: Offer | None = None
        self._waiting: tuple[int, float] = (0, 0.0)
        self._wake = asyncio.Event()
        self._direct = DirectServer(self.nudge, ping=self.ping)
        self._address = await self._direct.open(ray.util.get_node_ip_address())
        try:
            await self._open()
        except (Unavailable, *AWAY):
            self._life.run(self._open, pause_s=0.2, action="open")
        self._life.settle()

    async def _open(self) -> None:
        """Be ready to work; called again until Postgres is there."""
        if self._understanding is not None:
            return
        settings, life = self._settings, self._life
        pool = await open_pool(settings.database_url, maximum=8, name=life.name, timeout_s=2.0, settings=ONE_PLAN)
        await release_turns(pool, life.name)
        door = shard_door(settings, SupervisorRef(settings.instance))
        self._own = OwnIntents(pool, self._embedder)
        self._offer = Offer(pool, door.ingest)
        self._pool = pool
        vault = Vault.from_text(os.environ["MASTERIA_SECRET_KEY"])
        self._answering = answering = Answering(
            pool,
            vault,
            self._embed_here,
            ChatClient(Guard(settings.outgoing_allow_private)),
            _now_ms,
        )
        self._writing = Writing(pool, vault, answering.models)
        self._simulation = Simulation(pool, self._own, answering)
        self._responder = AgentResponder(pool, answering, IdMaker(), _now_ms)
        self._understanding = Understanding(
            pool,
            self._changes.commit,
            self._embedder,
            self._own,
            self._offer,
            self._responder,
            handover_of(life, settings.instance, settings.sender_hosts).push,
            life,
            self._responder.slow,
        )
        life.run(self._work, pause_s=0.0, action="understand")
        life.run(self._understanding.keep, pause_s=KEEP_S, action="keep_turns")
        life.run(self._look, pause_s=5.0, action="count_turns")

    def _told(self, lane: Lane, now_ms: int, delta: Delta, transitions: list[Transition]) -> None:
        self._feed.push(lane, now_ms, delta, summaries(transitions, now_ms))

    async def _work(self) -> None:
        """Understand until nothing is due, then wait to be nudged."""
        if self._understanding is None:
            return
        self._wake.clear()
        if await self._understanding.run_once() >= AT_ONCE:
            return
        try:
            await asyncio.wait_for(self._wake.wait(), _LOOK_S)
        except TimeoutError:
            return
        await asyncio.sleep(_FIRST_S)

    async def _look(self) -> None:
        self._waiting = await count_turns(self._pool)

    async def direct_address(self) -> tuple[str, int, bytes]:
        """Tell other actors where this one takes its frequent calls without Ray."""
        return self._address

    async def nudge(self, blob: bytes) -> int:
        """Hear that messages wait."""
        self._wake.set()
        return 0

    async def understand(self, blob: bytes) -> bytes:
        """Return what a company's text means (JSON), without any consequence: ``[company_id, text]``.

        Raises:
            StorageAway: the company's intents cannot be read now.
        """
        company_id, text = unpack(blob)
        return await self._answered(lambda: self._own.describe(UUID(bytes=company_id), text))

    async def suggest(self, blob: bytes) -> bytes:
        """Return what could be answered in a conversation (JSON): ``[company_id, conversation_id]``.

        Raises:
            NotFound: the company has no such conversation.
            StorageAway: Postgres is away.
        """
        company_id, conversation_id = unpack(blob)
        return await self._answered(lambda: self._suggested(UUID(bytes=company_id), UUID(bytes=conversation_id)))

    async def _suggested(self, company_id: UUID, conversation_id: UUID) -> dict[str, Any]:
        return (await self._answering.suggest(company_id, conversation_id)).shown()

    async def simulate(self, blob: bytes) -> bytes:
        """Return what would become of a company's text (JSON): ``[company_id, what is asked as JSON]``.

        Raises:
            NotFound: the company has no such agent.
            StorageAway: Postgres is away.
        """
        company_id, asked = unpack(blob)
        return await self._answered(lambda: self._simulation.run(UUID(bytes=company_id), orjson.loads(asked)))

    async def confusion(self, blob: bytes) -> bytes:
        """Return how well a company's examples tell its intents apart (JSON): ``[company_id]``.

        Raises:
            StorageAway: Postgres is away.
        """
        (company_id,) = unpack(blob)
        return await self._answered(lambda: self._own.confusion(UUID(bytes=company_id)))

    async def write(self, blob: bytes) -> bytes:
        """Return what a company's model writes (JSON): ``[kind, company_id, what is asked as JSON]``.

        Raises:
            NotFound: what it is about is not the company's.
            StorageAway: Postgres is away.
        """
        kind, company_id, asked = unpack(blob)
        return await self._answered(lambda: self._writing.write(kind, UUID(bytes=company_id), orjson.loads(asked)))

    async def _answered(self, ask: Callable[[], Awaitable[Mapping[str, Any]]]) -> bytes:
        """Return an answer as JSON, once this worker has its database.

        Raises:
            StorageAway: it has none yet, or not now.
        """
        if self._understanding is None:
            raise StorageAway("this AI worker is waiting for Postgres")
        try:
            return orjson.dumps(await ask())
        except AWAY as error:
            raise StorageAway("Postgres is away") from error

    async def _embed_here(self, texts: Sequence[str], as_query: bool) -> list[list[float]]:
        found = await (self._embedder.queries(texts) if as_query else self._embedder.passages(texts))
        vectors: list[list[float]] = found.tolist()
        return vectors

    async def embed(self, blob: bytes) -> bytes:
        """Return the vectors of some texts (``actors/embedding.py``)."""
        return await self._desk.embed(blob)

    async def ping(self) -> dict[str, Any]:
        pulse = self._life.ping(ok=self._understanding is not None)
        waiting, oldest_s = self._waiting
        pulse["counters"] |= {
            "ai_turns_waiting": waiting,
            "ai_oldest_turn_s": oldest_s,
            "ai_texts_embedded": self._embedder.embedded,
        }
        return pulse | {"cpu_s": sum(os.times()[:2]), "now_ms": time.time_ns() // 1_000_000}

    async def reload(self, company_id: bytes | None) -> None:
        """Read a company's intents, what its rules wait for, and what companies want told, anew."""
        if self._offer is None:
            return
        company = None if company_id is None else UUID(bytes=company_id)
        self._offer.reload(company)
        await self._own.reload(company)
        await refresh_watch(self._pool)

    async def drain(self) -> None:
        """Stop; turns under way are another's as soon as they are given back."""
        await self._direct.close()
        await self._life.stop()
        if self._understanding is not None:
            await self._understanding.stop()
        await self._feed.close()
        await self._changes.close()
        self._embedder.close()
