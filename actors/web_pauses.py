"""What a WhatsApp-Web session writes down when it has to stop, or when a person says something about being written to.

Postgres may be away: both are tried until they stand there.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from actors.web_session_ledger import Ledger
from engine.errors import MasteriaError
from engine.ids import ms_to_time
from engine.stops import Stop
from storage.pool import AWAY, Pool
from storage.stops import stop_session
from storage.suppressions import Wish

_AGAIN_S = 0.5


class WebPauses:
    """One session's pauses: in force in its process as soon as they are known, for everybody once they are written.

    Args:
        pool: for writing.
        announce: tells others that a company's sessions have changed.
    """

    def __init__(self, pool: Pool, announce: Callable[[bytes], Awaitable[object]] | None) -> None:
        self._pool = pool
        self._announce = announce
        self._writing = 0

    @property
    def writing(self) -> bool:
        return self._writing > 0

    def begin(self) -> None:
        """Be in force; :meth:`write` follows, and the session is read again before :meth:`end`."""
        self._writing += 1

    def end(self) -> None:
        """Leave it to the session's row."""
        self._writing -= 1

    async def write(self, company_id: UUID, session_id: UUID, reason: str, wait_s: float | None) -> None:
        """Write down that the session has to stop, so that everybody sees why and until when."""
        stop, at = Stop("number", reason, wait_s, alert=True), ms_to_time(time.time_ns() // 1_000_000)
        while True:
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    await stop_session(connection, company_id, session_id, stop, at)
                return
            except AWAY:
                await asyncio.sleep(_AGAIN_S)

    async def tell(self, company_id: UUID) -> None:
        """Tell the others; who was not told reads it at the next change or restart."""
        if self._announce is not None:
            with contextlib.suppress(MasteriaError):
                await self._announce(company_id.bytes)


async def hear(ledger: Ledger, wish: Wish) -> None:
    """Keep what a person said about being written to."""
    while True:
        try:
            await ledger.hear(wish)
            return
        except (*AWAY, asyncpg.DeadlockDetectedError):
            await asyncio.sleep(_AGAIN_S)
