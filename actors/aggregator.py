"""Ray actor ``aggregator``: exact counters of every company, and the states of the live topics."""

from __future__ import annotations

import logging
import time
from typing import Any

import orjson
import ray.util

from actors.aggregating import Aggregating
from actors.base import Life
from actors.direct_calls import DirectServer
from actors.handles import FanoutRef
from actors.live_states import LiveStates
from actors.reporting import Reports
from actors.scraping import prometheus
from actors.summing import Summaries
from engine.errors import MasteriaError, StorageAway
from engine.settings import Settings
from storage.ai_turns import count_turns
from storage.jobs import count_open
from storage.pool import Pool, open_pool
from storage.searching import Row

log = logging.getLogger(__name__)
_SWEEP_S = 1.0
_ROLL_UP_S = 2.0
_FORGET_S = 600.0
_JOBS_S = 0.25
_CAMPAIGNS_S = 0.25
_INBOX_S = 0.02  # it waits by itself for something new
_COUNT_JOBS_S = 5.0


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class MetricsAggregator:
    """See docs/INTERNALS.md for its calls."""

    async def __init__(self, settings: Settings) -> None:  # type: ignore[misc]
        self._settings = settings
        self._life = Life("aggregator")
        self._pool: Pool | None = None
        self._open_jobs: list[Row] = []
        self._open_turns = (0, 0.0)
        self._states = LiveStates(FanoutRef(settings.instance).publish, _now_ms)
        self._counted = Aggregating(_now_ms, settings.time_zone, self._states.changed, self._states.told)
        self._states.bind(self._counted)
        self._summaries = Summaries(self._counted, _now_ms)
        self._reports = Reports(self._counted, _now_ms)
        self._direct = DirectServer(self.apply, self.summary, ping=self.ping)
        self._address = await self._direct.open(ray.util.get_node_ip_address())
        try:
            await self._sweep()
        except StorageAway:
            self._life.count("starts_without_postgres")
        self._life.settle()
        self._life.run(self._states.tick, pause_s=0.0, action="tell_states")
        self._life.run(self._sweep, pause_s=_SWEEP_S, action="sweep_deltas")
        self._life.run(self._roll_up, pause_s=_ROLL_UP_S, action="roll_up")
        self._life.run(self._states.refresh, pause_s=1.0, action="refresh_states")
        self._life.run(self._read, pause_s=1.0, action="read_states")
        self._life.run(self._read_jobs, pause_s=_JOBS_S, action="read_jobs")
        self._life.run(self._read_alerts, pause_s=1.0, action="read_alerts")
        self._life.run(self._read_inbox, pause_s=_INBOX_S, action="read_inbox")
        self._life.run(self._read_campaigns, pause_s=_CAMPAIGNS_S, action="read_campaigns")
        self._life.run(self._count_jobs, pause_s=_COUNT_JOBS_S, action="count_jobs")
        self._life.run(self._forget, pause_s=_FORGET_S, action="forget_watermarks")

    async def _ready(self) -> Pool:
        if self._pool is None:
            self._pool = await open_pool(self._settings.database_url, maximum=4, name="aggregator", timeout_s=2.0)
        return self._pool

    async def _sweep(self) -> None:
        await self._counted.sweep(await self._ready())

    async def _roll_up(self) -> None:
        if self._counted.loaded:
            await self._counted.roll_up(await self._ready())

    async def _read(self) -> None:
        await self._states.read(await self._ready())

    async def _read_jobs(self) -> None:
        await self._states.read_jobs(await self._ready())

    async def _read_alerts(self) -> None:
        await self._states.read_alerts(await self._ready())

    async def _read_inbox(self) -> None:
        await self._states.read_inbox(await self._ready())

    async def _read_campaigns(self) -> None:
        if self._counted.loaded:
            await self._states.read_campaigns(await self._ready())

    async def _count_jobs(self) -> None:
        self._open_jobs = await count_open(await self._ready())
        self._open_turns = await count_turns(await self._ready())

    async def _forget(self) -> None:
        await self._counted.forget_watermarks(await self._ready())

    async def direct_address(self) -> tuple[str, int, bytes]:
        """Tell other actors where this one takes its frequent calls without Ray."""
        return self._address

    async def apply(self, blob: bytes) -> int:
        """Take what a writer tells after its commits; return in how many milliseconds it should tell more."""
        self._counted.apply(blob)
        self._life.count("applied")
        return self._states.wanted_in_ms()

    async def watch(self, blob: bytes) -> bytes:
        """Take what the fanout wants to be told, and answer the states that it lacks.

        Raises:
            StorageAway: nothing is known yet: Postgres was not there since this actor started.
        """
        if not self._counted.loaded:
            raise StorageAway("the counters are waiting for Postgres")
        return await self._states.watch(await self._ready(), blob)

    async def summary(self, blob: bytes) -> bytes:
        """Return a company's summary, or the report that the query names, as JSON.

        Args:
            blob: the company's id (16 bytes), then the query as JSON or nothing.

        Raises:
            FieldProblem: the query cannot be read.
            StorageAway: Postgres is away and the answer is not in memory.
            MasteriaError: a defect.
        """
        if not self._counted.loaded:
            raise StorageAway("the counters are waiting for Postgres")
        company_id, query = blob[:16], blob[16:]
        asked = orjson.loads(query) if query else {}
        try:
            if "report" in asked:
                return await self._reports.report(await self._ready(), company_id, asked)
            return await self._summaries.summary(await self._ready(), company_id, query)
        except MasteriaError:
            raise
        except Exception as error:  # trying again would not help, as it would where a part is away
            log.exception("numbers could not be worked out", extra={"action": "summary"})
            raise MasteriaError from error

    async def prometheus(self) -> bytes:
        """Return the installation's numbers as JSON."""
        return prometheus(self._counted, {"clients": self._states.clients}, self._open_jobs, self._open_turns)

    async def ping(self) -> dict[str, Any]:
        self._life.counters |= self._counted.counters | {"watched": len(self._states)}
        return self._life.ping(ok=self._counted.loaded)

    async def reload(self, company_id: bytes | None) -> None:
        """Nothing to read: time zones are looked at every half minute."""

    async def drain(self) -> None:
        """Roll up what is counted, then stop."""
        await self._direct.close()
        await self._life.stop()
        if self._pool is not None:
            if self._counted.loaded:
                await self._counted.roll_up(self._pool)
            await self._pool.close()
