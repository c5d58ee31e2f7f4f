"""Ray actor ``fanout``: the WebSocket server of the live topics on this node."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import ray.util

from actors.base import Life
from actors.direct_calls import DirectServer
from actors.handles import AggregatorRef
from actors.live_server import LiveServer
from engine.errors import StorageAway, Unavailable
from engine.ids import ms_to_time
from engine.live_tickets import KEY_PURPOSE
from engine.settings import Settings
from engine.sign_in import IDLE
from engine.vault import Vault
from engine.wire import pack
from storage.live_holders import roles_of_holders
from storage.pool import Pool, open_pool, storage_errors

_AGAIN_S = 0.3
_CHECK_S = 3.0


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Fanout:
    """See docs/INTERNALS.md for its calls."""

    async def __init__(self, settings: Settings) -> None:  # type: ignore[misc]
        self._settings = settings
        self._life = Life("fanout")
        key = Vault.from_text(os.environ["MASTERIA_SECRET_KEY"]).derive(KEY_PURPOSE)
        aggregator = AggregatorRef(settings.instance)
        self._server = LiveServer(key, aggregator.watch, _now_ms, updates_per_s=settings.live_updates_per_s)
        self._direct = DirectServer(self.publish, ping=self.ping)
        self._address = await self._direct.open(ray.util.get_node_ip_address())
        # Started by a loop of its own: connections would inherit the context of the call that creates the actor, and
        # a port that the last process still holds comes free in a moment.
        self._life.settle()
        self._life.run(self._listen, pause_s=0.2, action="listen")
        self._life.run(self._ask, pause_s=0.0, action="ask_aggregator")
        self._life.run(self._server.heartbeat, pause_s=5.0, action="heartbeat")
        self._pool: Pool | None = None
        self._life.run(self._check_holders, pause_s=_CHECK_S, action="check_holders")
        self._life.run(self._server.help_the_slow, pause_s=0.05, action="help_the_slow")

    async def _listen(self) -> None:
        if not self._server.serving:
            await self._server.start(self._settings.host, self._settings.live_port)

    async def _ask(self) -> None:
        """Say what is wanted; an aggregator that is restarting is asked again soon: clients wait for it."""
        try:
            await self._server.ask()
        except Unavailable:
            self._life.count("aggregator_away")
            await asyncio.sleep(_AGAIN_S)

    async def _check_holders(self) -> None:
        """While Postgres is away, whoever was let in stays."""
        if not self._server.sizes()["clients"]:
            return
        try:
            if self._pool is None:
                self._pool = await open_pool(self._settings.database_url, maximum=1, name="fanout")
            pool, now = self._pool, ms_to_time(_now_ms())
            async with storage_errors():
                await self._server.check_holders(lambda held: roles_of_holders(pool, held, now, now - IDLE))
        except StorageAway:
            self._life.count("storage_away")

    async def direct_address(self) -> tuple[str, int, bytes]:
        """Tell other actors where this one takes its frequent calls without Ray."""
        return self._address

    async def publish(self, blob: bytes) -> int:
        """Take newer states, to send what changed; return in how many milliseconds newer ones could be sent."""
        return self._server.fanning.publish(blob)

    async def topics(self) -> bytes:
        """Return who is subscribed to what: ``pack([[company, topic, clients]…])``."""
        return pack(self._server.fanning.topics())

    async def ping(self) -> dict[str, Any]:
        self._life.counters |= self._server.fanning.counters | self._server.sizes()
        return self._life.ping(ok=self._server.serving)

    async def reload(self, company_id: bytes | None) -> None:
        """Nothing to read: this actor keeps no configuration."""

    async def drain(self) -> None:
        """Say goodbye to the clients."""
        await self._direct.close()
        await self._life.stop()
        await self._server.stop()
        if self._pool is not None:
            await self._pool.close()
