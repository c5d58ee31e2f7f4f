"""The live topic ``jobs``: the newest jobs of the companies that somebody watches, read from Postgres, no Ray."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from engine.jobs import job_view
from storage.jobs import list_live_jobs
from storage.pool import Pool

_SHOWN = 30


class LiveJobs:
    """What was read last, by company."""

    def __init__(self) -> None:
        self._states: dict[bytes, dict[str, Any]] = {}

    def __contains__(self, company: bytes) -> bool:
        return company in self._states

    def state(self, company: bytes) -> dict[str, Any]:
        """Return ``{"jobs": {id: job}}``; {} before the first reading."""
        return self._states.get(company, {})

    def keep(self, companies: Collection[bytes]) -> None:
        """Forget the companies that nobody watches any more."""
        for company in self._states.keys() - companies:
            del self._states[company]

    async def read(self, pool: Pool, companies: Collection[bytes], now: datetime) -> list[bytes]:
        """Read the jobs of companies; return those where something is new."""
        changed: list[bytes] = []
        for company, rows in (await list_live_jobs(pool, list(companies), _SHOWN)).items():
            state = {"jobs": {str(row["id"]): _plain(job_view(row, now)) for row in rows}}
            if state != self._states.get(company):
                self._states[company] = state
                changed.append(company)
        return changed


def _plain(job: dict[str, Any]) -> dict[str, Any]:
    """The driver's ids are a class of their own, which orjson does not know."""
    schedule = job["schedule_id"]
    return {**job, "id": str(job["id"]), "schedule_id": None if schedule is None else str(schedule)}
