"""The live topic ``alerts``: states of the alerts of watched companies and how much is unread, read from Postgres."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from storage.alerts import list_live
from storage.pool import Pool


class LiveAlerts:
    """What was read last, by company."""

    def __init__(self) -> None:
        self._states: dict[bytes, dict[str, Any]] = {}

    def __contains__(self, company: bytes) -> bool:
        return company in self._states

    def state(self, company: bytes) -> dict[str, Any]:
        """Return ``{"alerts": {id: alert}, "unread": n}``; {} before the first reading."""
        return self._states.get(company, {})

    async def read(self, pool: Pool, companies: Collection[bytes]) -> list[bytes]:
        """Read the alerts of companies and forget all others; return those where something is new."""
        for company in self._states.keys() - companies:
            del self._states[company]
        if not companies:
            return []
        found = await list_live(pool, companies)
        changed = [company for company, state in found.items() if state != self._states.get(company)]
        self._states.update(found)
        return changed
