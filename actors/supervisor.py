"""The supervisor: creates every other actor, watches them, and spreads changes of configuration."""

from __future__ import annotations

import asyncio
import importlib
import logging
import time
from typing import Any

import ray
from ray.exceptions import ActorDiedError, RayActorError

from actors.base import Life
from actors.handles import ActorRef
from actors.pulse import Pulse
from engine.errors import MasteriaError, Unavailable
from engine.settings import Settings
from engine.sharding import assign
from storage.pool import AWAY, Pool, open_pool
from storage.shards import overrides, prepare_table
from storage.web_sessions import list_web_sessions

log = logging.getLogger(__name__)
_HUNG_S = 15.0
_PING_S = 5.0
_DRAIN_S = 30.0
# Draining goes from the door inwards: nothing new comes in before what is inside has been written.
_DRAIN_ORDER = ("gateway", "shard", "scheduler", "worker", "ai", "sender", "web", "aggregator", "fanout")
_WEB = "web-"
_WITH_DOOR = ("aggregator", "fanout", "shard", "sender", "ai", "gateway")
_TOLD = ("shard", "sender", "scheduler", "worker", "ai", "gateway", _WEB)


def _classes(gateway_class: str) -> dict[str, str]:
    return {
        "aggregator": "actors.aggregator:MetricsAggregator",
        "fanout": "actors.fanout:Fanout",
        "sender": "actors.sender_host:SenderHost",
        "web": "actors.web_session:WebSessionSender",
        "shard": "actors.shard:CompanyShard",
        "scheduler": "actors.scheduler:Scheduler",
        "worker": "actors.worker:Worker",
        "ai": "actors.ai_worker:AiWorker",
        "gateway": gateway_class,
    }


def actor_options(name: str, settings: Settings) -> dict[str, Any]:
    """Return the Ray options that every actor of the installation has."""
    return {
        "name": name,
        "namespace": settings.instance,
        "lifetime": "detached",
        "get_if_exists": True,
        "max_restarts": -1,
        "max_task_retries": 0,
        "max_concurrency": 10_000,
        "num_cpus": 0,
        "enable_task_events": False,
    }


class Supervisor:
    """Ray actor ``supervisor``."""

    async def __init__(self, settings: Settings, gateway_class: str) -> None:  # type: ignore[misc]
        self._settings = settings
        self._classes = _classes(gateway_class)
        self._life = Life("supervisor")
        self._seen: dict[str, float] = {}
        self._pings: dict[str, dict[str, Any]] = {}
        self._draining = False
        self._staffed = False
        self._staffing = asyncio.Lock()
        self._refs: dict[str, ActorRef] = {}
        self._pulses: dict[str, Pulse] = {}
        for name in self._names():
            self._know(name)
        self._table = bytes(256)
        await self._prepare()
        for name in self._refs:
            self._create(name)
        await self._staff_web_sessions()
        self._life.run(self._watch, pause_s=1.0, action="watch")

    def _know(self, name: str) -> None:
        self._refs[name] = ActorRef(name, self._settings.instance)
        self._pulses[name] = Pulse(self._refs[name], has_door=name.startswith(_WITH_DOOR))

    async def _prepare(self) -> None:
        pool: Pool | None = None
        while pool is None:
            try:
                pool = await open_pool(self._settings.database_url, maximum=2, name="supervisor")
                table = assign(self._settings.shards, await overrides(pool))
                await prepare_table(pool, table)
                self._table = bytes(table)
            except Unavailable:
                log.warning("waiting for Postgres", extra={"action": "supervisor_start"})
                await asyncio.sleep(0.5)
        await pool.close()

    def _names(self) -> list[str]:
        settings = self._settings
        return [
            "aggregator",
            "fanout",
            *(f"sender-{n}" for n in range(settings.sender_hosts)),
            *(f"shard-{n}" for n in range(settings.shards)),
            "scheduler",
            *(f"worker-{n}" for n in range(settings.workers)),
            *(f"ai-{n}" for n in range(settings.ai_workers)),
            *(f"gateway-{n}" for n in range(settings.gateways)),
        ]

    def _create(self, name: str) -> None:
        kind, _, number = name.partition("-")
        module, _, attribute = self._classes[kind].partition(":")
        actor_class = ray.remote(getattr(importlib.import_module(module), attribute))
        arguments: tuple[Any, ...] = (self._settings,)
        if number:
            arguments += (number if kind == "web" else int(number),)
        options = actor_options(name, self._settings)
        if kind == "ai" and self._settings.ai_resource:
            options["resources"] = {self._settings.ai_resource: 1}
        actor_class.options(**options).remote(*arguments)
        self._seen[name] = time.monotonic() + 30.0  # time to import and to load

    async def _staff_web_sessions(self) -> None:
        """Give every WhatsApp-Web session its process, and end those of sessions that are gone.

        While Postgres is away those that run go on, and this is done once it is back.
        """
        async with self._staffing:
            self._staffed = False
            try:
                pool = await open_pool(self._settings.database_url, maximum=1, name="supervisor", timeout_s=2.0)
                try:
                    wanted = {f"{_WEB}{session.hex}" for session in await list_web_sessions(pool)}
                finally:
                    await pool.close()
            except (Unavailable, *AWAY) as error:
                log.warning("web sessions are looked at later: %s", error, extra={"action": "staff_web_sessions"})
                return
            present = {name for name in self._refs if name.startswith(_WEB)}
            for name in sorted(wanted - present):
                self._know(name)
                self._create(name)
            for name in sorted(present - wanted):
                await self._dismiss(name)
            self._staffed = True

    async def _dismiss(self, name: str) -> None:
        """End an actor whose session is gone, after it has noticed that."""
        reference = self._refs.pop(name)
        self._pulses.pop(name)
        self._pings.pop(name, None)
        try:
            await reference.call("reload", None, timeout_s=10.0)
        except Unavailable as error:
            log.warning("%s did not end by itself: %s", name, error, extra={"action": "dismiss"})
        try:
            ray.kill(ray.get_actor(name, namespace=self._settings.instance), no_restart=True)
        except (ValueError, RayActorError):
            log.info("%s was gone already", name)

    async def _watch(self) -> None:
        if self._draining:
            return
        if not self._staffed:
            await self._staff_web_sessions()
        await asyncio.gather(*(self._look_at(name) for name in list(self._refs)))

    async def _look_at(self, name: str) -> None:
        try:
            self._pings[name] = await self._pulses[name].ask(_PING_S)
            self._seen[name] = max(self._seen[name], time.monotonic())
            return
        except Unavailable as error:
            cause = error.__cause__
            self._pings[name] = {"ok": False, "name": name, "why": type(cause).__name__}
            gone = isinstance(cause, ActorDiedError | ValueError) and not isinstance(cause, TimeoutError)
        if self._draining or name not in self._refs:  # dismissed meanwhile
            return
        if gone:
            log.warning("creating %s again", name, extra={"action": "recreate"})
            self._life.count("recreated")
            self._create(name)
        elif time.monotonic() - self._seen[name] > _HUNG_S:
            self._end(name)

    def _end(self, name: str) -> None:
        """Kill an actor that does not answer, so that Ray starts it anew."""
        log.warning("%s does not answer: restarting it", name, extra={"action": "restart"})
        self._life.count("restarted")
        self._seen[name] = time.monotonic() + 30.0
        try:
            ray.kill(ray.get_actor(name, namespace=self._settings.instance), no_restart=False)
        except (ValueError, RayActorError):
            log.info("%s was gone already", name)

    async def announce(self, kind: str, company_id: bytes | None) -> None:
        """Have a committed change in force in every part that reads any when this returns.

        An actor that is down reads everything anew when it starts; one that does not answer is made to.
        """
        if kind == "sessions" and not self._draining:
            await self._staff_web_sessions()
        names = [name for name in self._refs if name.startswith(_TOLD)]
        await asyncio.gather(*(self._reload(name, company_id) for name in names))
        self._life.count(f"announced_{kind}")

    async def _reload(self, name: str, company_id: bytes | None) -> None:
        try:
            await self._refs[name].call("reload", company_id, timeout_s=10.0)
        except Unavailable as error:
            if isinstance(error.__cause__, TimeoutError):
                self._end(name)

    async def ping(self) -> dict[str, Any]:
        return self._life.ping()

    async def status(self) -> dict[str, Any]:
        """Return the last ping of every part, with ``ok`` for the whole."""
        parts = {name: self._pings.get(name, {"ok": False, "name": name, "why": "starting"}) for name in self._refs}
        parts["supervisor"] = self._life.ping()
        # One session's trouble is not the installation's.
        ok = all(part["ok"] for name, part in parts.items() if not name.startswith(_WEB))
        return {"ok": ok, "parts": parts}

    async def shard_table(self) -> bytes:
        """Return 256 bytes: the shard of each bucket."""
        return self._table

    async def drain(self) -> None:
        """Stop everything in the order from the door inwards; what was acknowledged is written before."""
        self._draining = True
        for kind in _DRAIN_ORDER:
            names = [name for name in self._refs if name.split("-")[0] == kind]
            await asyncio.gather(*(self._drain_one(name) for name in names))

    async def _drain_one(self, name: str) -> None:
        try:
            await self._refs[name].call("drain", timeout_s=_DRAIN_S)
        except MasteriaError as error:
            log.warning("%s did not drain: %s", name, error, extra={"action": "drain"})


async def start(settings: Settings, gateway_class: str, timeout_s: float = 120.0) -> Any:
    """Create the supervisor (by the front door) and wait until every part answers; return its handle.

    Raises:
        Unavailable: not everything was ready in time; the detail names what was missing.
    """
    remote = ray.remote(Supervisor)
    handle = remote.options(**actor_options("supervisor", settings)).remote(settings, gateway_class)
    reference = ActorRef("supervisor", settings.instance)
    deadline = time.monotonic() + timeout_s
    missing = ["supervisor"]
    while time.monotonic() < deadline:
        try:
            status = await reference.call("status", timeout_s=timeout_s)
        except Unavailable:
            await asyncio.sleep(0.1)
            continue
        missing = [name for name, part in status["parts"].items() if not part["ok"] and not name.startswith(_WEB)]
        if not missing:
            return handle
        await asyncio.sleep(0.1)
    raise Unavailable(f"not ready in {timeout_s:.0f} s: {', '.join(missing)}")
