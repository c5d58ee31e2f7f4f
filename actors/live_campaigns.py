"""The live topic ``campaign:<id>``: exact counts out of committed deltas, beside state and total read from Postgres."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from actors.aggregating import Aggregating
from engine.campaign_counts import exclusive
from engine.campaigns import OPEN_STATUSES, RUNNING
from engine.ids import ms_to_time, time_to_ms
from engine.metrics import CAMPAIGN, Change
from engine.times import rfc3339
from engine.windows import RateWindow
from storage.campaign_counts import list_live, read_rolled_up
from storage.pool import Pool
from storage.searching import Row

PREFIX = "campaign:"
# Whatever these gain together was accepted just now: sent, delivered and read only move among them.
_ACCEPTED = frozenset({"accepted", "sent", "delivered", "read"})
_LONGEST_ETA_S = 366 * 86_400

Place = tuple[bytes, bytes]  # company, campaign


class _Board:
    """One watched campaign: its counters by key, and its row."""

    __slots__ = ("changed_ms", "keys", "loads", "rate", "row")

    def __init__(self, loads: int) -> None:
        self.keys: dict[str, int] = {}
        self.rate = RateWindow()
        self.row: Row | None = None  # None: there is no such campaign of this company
        self.changed_ms = 0
        self.loads = loads


class LiveCampaigns:
    """The campaigns that somebody watches."""

    def __init__(self) -> None:
        self._boards: dict[Place, _Board] = {}

    def __contains__(self, place: Place) -> bool:
        return place in self._boards

    def count(self, changes: Sequence[Change], committed_ms: int) -> None:
        """Take a counted delta's changes."""
        if not self._boards:
            return
        for change in changes:
            if change.kind != CAMPAIGN:
                continue
            board = self._boards.get((change.company, change.session))
            if board is None:
                continue
            board.keys[change.key] = board.keys.get(change.key, 0) + change.n
            board.changed_ms = max(board.changed_ms, committed_ms)
            if change.key in _ACCEPTED:
                board.rate.add(committed_ms, change.n)

    async def read(self, pool: Pool, counted: Aggregating, places: Collection[Place]) -> list[bytes]:
        """Read the rows of watched campaigns, begin with fresh ones, forget the rest; return where something is new.

        Raises:
            StorageAway: Postgres is away; what is known goes on.
        """
        for place in self._boards.keys() - set(places):
            del self._boards[place]
        if not places:
            return []
        for place in places:
            board = self._boards.get(place)
            if board is None or board.loads != counted.loads:
                await self._begin(pool, counted, place)
        rows = await list_live(pool, [UUID(bytes=campaign) for _, campaign in self._boards])
        changed: list[bytes] = []
        for (company, campaign), board in self._boards.items():
            row = rows.get(UUID(bytes=campaign))
            if row is not None and row["company_id"].bytes != company:
                row = None
            if row != board.row:
                board.row = row
                changed.append(company)
        return changed

    async def _begin(self, pool: Pool, counted: Aggregating, place: Place) -> None:
        """Read a campaign's counters: what is rolled up, and what the aggregator has counted beyond that."""
        company, campaign = place
        loads = counted.loads
        found = await read_rolled_up(pool, UUID(bytes=company), UUID(bytes=campaign), counted.writers())
        # From here on nothing waits: no delta can be counted in between.
        known = self._boards.get(place)
        board = _Board(loads)
        if known is not None:
            board.row, board.changed_ms = known.row, known.changed_ms
        board.keys = dict(found.keys)
        for change in counted.beyond(found.watermarks, company):
            if change.kind == CAMPAIGN and change.session == campaign:
                board.keys[change.key] = board.keys.get(change.key, 0) + change.n
        self._boards[place] = board

    def state(self, company: bytes, topic: str, now_ms: int) -> dict[str, Any]:
        """Return the topic's state; {} where this company has no such campaign."""
        board = self._boards.get((company, UUID(topic.removeprefix(PREFIX)).bytes))
        if board is None or board.row is None:
            return {}
        row = board.row
        total, counts = exclusive(board.keys, row["written"], row["state"])
        rate = max(0.0, board.rate.per_s(now_ms))
        changed_ms = max(board.changed_ms, time_to_ms(row["updated_at"]))
        return {
            "campaign_id": topic.removeprefix(PREFIX),
            "status": row["state"],
            "stalled": row["stalled"] if row["state"] == RUNNING else None,
            "total": total,
            "counts": counts,
            "rate_s": rate,
            "eta": _eta(sum(counts[status] for status in OPEN_STATUSES), rate, now_ms, row["state"]),
            "updated_at": rfc3339(ms_to_time(changed_ms)),
        }


def _eta(left: int, rate: float, now_ms: int, state: str) -> str | None:
    """Return when a running campaign ends if it goes on like this, to the second; None where nobody can say."""
    if state != RUNNING or rate <= 0 or left <= 0 or left / rate > _LONGEST_ETA_S:
        return None
    return rfc3339((ms_to_time(now_ms) + timedelta(seconds=left / rate)).replace(microsecond=0))
