"""Ray actor ``gateway-<n>``: uvicorn serving the Starlette application from inside an actor. The only file with Ray."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from functools import partial
from typing import Any

import ray.util
import uvicorn

from actors.ai_calls import AiCallers
from actors.base import Life
from actors.direct_calls import DirectServer
from actors.embedding import EmbeddingCaller
from actors.handles import AggregatorRef, ShardRef, SupervisorRef
from actors.media_post import MediaPost
from actors.web_session_handle import WebSessionRef
from engine.ids import IdMaker
from engine.settings import Settings
from engine.vault import Vault
from gateway.app import build_app
from gateway.auth import Authenticator
from gateway.batcher import ShardBatcher
from gateway.cookies import CookieRules
from gateway.counts import Counts
from gateway.directory import Directory
from gateway.door import WebhookDoor
from gateway.downloads import Downloads
from gateway.graph import ActorGraph
from gateway.http_protocol import BoundedHead
from gateway.intake import ShardIntake
from gateway.ledger import GatewayLedger
from gateway.loading import DirectoryLoader
from gateway.meta_door import MetaDoor
from gateway.ports import ActorSenders, AggregatorMetrics, SupervisorAnnounce, SystemHealth
from gateway.refusals import RefusalCounter
from gateway.services import Services
from gateway.sign_in import SignInDesk
from gateway.uploads import Uploads
from storage.outgoing_watch import refresh_watch
from storage.pool import ONE_PLAN, Pool, open_pool
from storage.spill import Spill
from storage.throttle import Throttle

_QUERY_S = 10.0  # a request whose query takes longer is answered 503: Postgres is frozen, or the question too large


def now_ms() -> int:
    """Return the clock in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Gateway:
    """Several may listen on one port; each has its own batchers, directory and pool."""

    async def __init__(self, settings: Settings, number: int) -> None:  # type: ignore[misc]
        self._settings = settings
        self._life = Life(f"gateway-{number}")
        self._server: uvicorn.Server | None = None
        self._draining = False
        self._drained = asyncio.Event()
        self._supervisor = SupervisorRef(settings.instance)
        self._direct = DirectServer(ping=self.ping)
        self._address = await self._direct.open(ray.util.get_node_ip_address())
        self._life.run(self._serve, pause_s=0.1, action="serve")
        self._life.settle()

    async def _serve(self) -> None:
        """Build everything and serve until told to stop; begun again while Postgres is away at the start."""
        if self._draining:
            await asyncio.Event().wait()  # closed for good: a drained gateway opens no second time
        settings = self._settings
        pool = await open_pool(
            settings.database_url,
            minimum=2,
            maximum=8,
            name=self._life.name,
            timeout_s=5.0,
            command_timeout_s=_QUERY_S,
            settings=ONE_PLAN,
        )
        try:
            await self._serve_with(pool)
        finally:
            await asyncio.wait_for(pool.close(), 5.0)

    async def _serve_with(self, pool: Pool) -> None:
        settings = self._settings
        self._pool = pool
        vault = Vault.from_text(os.environ["MASTERIA_SECRET_KEY"])
        self._directory = Directory(DirectoryLoader(pool, vault))
        await self._directory.reload(None)
        self._spill = Spill(settings.redis_url, settings.instance, settings.spill_max_bytes)
        self._intake = ShardIntake([self._batcher(n) for n in range(settings.shards)], await self._table())
        self._refusals = RefusalCounter(pool)
        media = MediaPost(settings, vault, pool)
        services = self._services(pool, vault, media)
        self._auth = services.auth
        config = uvicorn.Config(
            build_app(services),
            loop="none",
            http=BoundedHead,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            backlog=4096,
        )
        self._server = uvicorn.Server(config)
        self._life.run(self._flush, pause_s=1.0, action="flush")
        try:
            await self._server.serve(sockets=[_listen(settings.host, settings.port, shared=settings.gateways > 1)])
        finally:
            await media.close()
            await services.sign_in.close()
        if self._draining:
            await self._drained.wait()  # what came through the door is still being answered

    def _services(self, pool: Pool, vault: Vault, media: MediaPost) -> Services:
        settings = self._settings
        ids = IdMaker()
        aggregator = AggregatorRef(settings.instance)
        readers = AiCallers(settings.instance, settings.ai_workers)
        return Services(
            settings=settings,
            pool=pool,
            vault=vault,
            clock=now_ms,
            ids=ids,
            auth=Authenticator(pool, now_ms, CookieRules.of(settings)),
            sign_in=SignInDesk(pool, vault, Throttle(settings.redis_url, settings.instance, now_ms), now_ms),
            counts=Counts(now_ms),
            announce=SupervisorAnnounce(self._supervisor),
            metrics=AggregatorMetrics(aggregator),
            health=SystemHealth(self._supervisor, pool, self._spill),
            intake=self._intake,
            ledger=GatewayLedger(pool, self._life.name, aggregator.apply),
            senders=ActorSenders(self._life, settings.instance, settings.sender_hosts),
            graph=ActorGraph(settings.instance),
            uploads=Uploads(),
            downloads=Downloads(),
            media=media,
            device=lambda session_id: WebSessionRef(session_id, settings.instance),
            webhook_door=WebhookDoor(self._directory, self._intake, self._refusals, ids, settings.max_body_bytes),
            meta_door=MetaDoor(self._directory, self._intake, ids, settings.max_meta_body_bytes),
            embed=EmbeddingCaller(settings),
            understand=readers,
            suggest=readers.suggest,
            simulate=readers.simulate,
            confusion=readers.confusion,
            write=readers.write,
        )

    def _batcher(self, number: int) -> ShardBatcher:
        settings = self._settings
        shard = ShardRef(number, settings.instance)
        return ShardBatcher(
            partial(shard.ingest, timeout_s=settings.shard_timeout_s),
            self._spill,
            max_events=settings.batch_events,
            max_bytes=settings.batch_bytes,
            in_flight=settings.shard_calls_in_flight,
            backlog=settings.gateway_backlog,
        )

    async def _table(self) -> bytes:
        return await self._supervisor.shard_table()

    async def _flush(self) -> None:
        await self._refusals.flush()
        await self._auth.flush()

    async def direct_address(self) -> tuple[str, int, bytes]:
        """Tell the supervisor where this one is asked how it is without Ray."""
        return self._address

    async def ping(self) -> dict[str, Any]:
        ready = self._server is not None and self._server.started
        if ready:
            self._life.counters |= self._intake.counters | {"refused": self._refusals.total}
        return self._life.ping(ok=ready)

    async def reload(self, company_id: bytes | None) -> None:
        """Read a company's webhooks, apps, numbers and keys again."""
        if self._server is not None:
            await self._directory.reload(company_id)
            await refresh_watch(self._pool)
            self._auth.forget(None)

    async def drain(self) -> None:
        """Close the door, then answer everything that came through it."""
        self._draining = True
        await self._direct.close()
        try:
            if self._server is not None:
                self._server.should_exit = True
                await asyncio.wait_for(self._intake.drain(), 8.0)
                await self._flush()
        finally:
            self._drained.set()


def _listen(host: str, port: int, *, shared: bool) -> socket.socket:
    """Return a listening socket; ``shared``: other gateways listen too, and the kernel spreads the connections.

    A gateway that is alone does not share: a second installation on the same port must fail, not take half of it.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    return listener
