"""What people write to a WhatsApp-Web session, on its way to the company's shard, which stores it as at Meta's door."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from actors.base import Life
from engine.errors import MasteriaError
from engine.ids import IdMaker
from engine.web_inbound import APP, WebMessage, body_of
from engine.wire import FLAG_CARRIES, KIND_META, Answer, Intake

log = logging.getLogger(__name__)
_MOST = 2_000
_AT_ONCE = 32
_AGAIN_S = 0.5

Ingest = Callable[[Sequence[Intake]], Awaitable[Sequence[Answer]]]


class WebInbox:
    """Keeps messages until a shard has stored them, in their order; trying again is safe, since each keeps its ids.

    WhatsApp tells a linked device each message once, so what is here when the process dies is lost. When shards or
    Postgres are away for so long that it is full, the newest are refused and counted.

    Args:
        life: the actor's pulse; counts ``inbound_stored`` and ``inbound_lost``.
        ingest: brings requests to their shards (``actors/shard_door.py``).
    """

    def __init__(self, life: Life, ingest: Ingest) -> None:
        self._life = life
        self._ingest = ingest
        self._ids = IdMaker()
        self._waiting: deque[Intake] = deque()
        self._arrived = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, company_id: UUID, session_id: UUID, message: WebMessage, now_ms: int) -> bool:
        """Keep a message on its way; return False where there is no room for it."""
        if len(self._waiting) >= _MOST:
            self._life.count("inbound_lost")
            log.error("a message to session %s is lost: 2,000 wait already", session_id, extra={"action": "inbound"})
            return False
        self._waiting.append(
            Intake(
                kind=KIND_META,
                company_id=company_id.bytes,
                webhook_id=bytes(16),
                delivery_id=self._ids.make(now_ms),
                received_ms=now_ms,
                event_ids=[self._ids.make(now_ms)],
                signature="unsigned",
                headers=b"{}",
                content_type=APP,
                body=body_of(session_id, message),
                flags=FLAG_CARRIES,
            )
        )
        self._arrived.set()
        self._empty.clear()
        return True

    async def run(self) -> None:
        """Wait for messages, and bring what waits; an absent shard is asked again. Called in a loop."""
        await self._arrived.wait()
        while self._waiting:
            batch = [self._waiting[index] for index in range(min(_AT_ONCE, len(self._waiting)))]
            try:
                await self._ingest(batch)
            except MasteriaError as error:
                log.warning("inbound messages wait: %s", error, extra={"action": "inbound"})
                await asyncio.sleep(_AGAIN_S)
                continue
            for _ in batch:
                self._waiting.popleft()
            self._life.count("inbound_stored", len(batch))
        self._arrived.clear()
        self._empty.set()

    async def empty(self, most_s: float) -> None:
        """Return when nothing waits, or after a while."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                await self._empty.wait()
