"""Counters as a function of committed rows: deltas are taken once each, lost ones read, all rolled up (without Ray)."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import msgpack
import orjson

from engine.company_counters import CompanyCounters
from engine.delta_order import DeltaOrder, Gap
from engine.metrics import Change, decode_changes
from engine.touched_hours import TouchedHours
from engine.windows import zone_of
from engine.wire import VERSION
from storage import metrics
from storage.metrics import DeltaRow
from storage.pool import Pool

log = logging.getLogger(__name__)
_LATE_MS = 250  # calls of one writer may overtake each other
_MOST_ROLLED = 500  # per writer and transaction
_MOST_BLOBS = 5_000  # told while the start is being read; what is dropped is found in Postgres
_ZONES_EVERY_MS = 30_000

Told = dict[str, dict[str, list[dict[str, Any]]]]


class Aggregating:
    """All companies' counters.

    Args:
        clock_ms: the present (milliseconds since 1970).
        default_zone: the time zone of a company that is not known yet.
        changed: hears (company, committed_ms) of everything counted.
        told: hears the live feed's part of a telling, and the oldest commit time of that telling.
    """

    def __init__(
        self,
        clock_ms: Callable[[], int],
        default_zone: str,
        changed: Callable[[bytes, int], None],
        told: Callable[[Told, int], None],
    ) -> None:
        self._clock_ms = clock_ms
        self._default_zone = default_zone
        self._changed = changed
        self._told = told
        self.companies: dict[bytes, CompanyCounters] = {}
        self.zones: dict[bytes, str] = {}
        self.loaded = False
        self.loads = 0  # how often everything was built anew
        self.heard: Callable[[Sequence[Change], int], None] | None = None  # hears every delta that is counted
        self.touched = TouchedHours()
        self.kept_ms: dict[int, int] = {}
        self.counters = {"deltas": 0, "gaps_read": 0, "rolled": 0, "unexplained": 0, "reloads": 0}
        self._order = DeltaOrder()
        self._unrolled: dict[tuple[str, int], dict[int, list[Change]]] = {}
        self._last_marks: list[tuple[str, int, int]] = []
        self._tails: dict[tuple[str, int], int] = {}
        self._loading = False
        self._while_loading: deque[bytes] = deque(maxlen=_MOST_BLOBS)
        self._zones_read_ms = 0

    async def load(self, pool: Pool) -> None:
        """Build everything anew from Postgres; what is told meanwhile is taken afterwards.

        Raises:
            StorageAway: Postgres is away; everything stays as it was.
        """
        self._loading = True
        try:
            now_ms = self._clock_ms()
            found = await metrics.load(pool, now_ms)
            self._begin(found, now_ms)
        finally:
            self._loading = False
            waiting = list(self._while_loading)
            self._while_loading.clear()
            if self.loaded:
                for blob in waiting:
                    self._apply(blob)
            else:
                self._while_loading.extend(waiting)

    def _begin(self, found: metrics.Loaded, now_ms: int) -> None:
        self.zones = found.zones
        self._zones_read_ms = now_ms
        self.companies = {}
        self.touched.forget()
        self._order = DeltaOrder()
        self._unrolled, self._tails, self._last_marks = {}, {}, []
        for total in found.totals:
            self._company(total.company).totals.add(total.kind, total.key, total.session, total.n)
        for change in found.day:
            self._company(change.company).count_day(*change[1:], now_ms)
        for change in found.latency:
            self._company(change.company).count_latency(change.minute_ms, int(change.key), change.n)
        for mark in found.watermarks:
            self._order.begin(*mark)
        self.loaded = True
        self.loads += 1
        for row in found.deltas:
            self._take(row)
        for company in self.companies:
            self._changed(company, now_ms)

    def apply(self, blob: bytes) -> None:
        """Take what a writer tells after its commits (docs/INTERNALS.md, ``apply``).

        Raises:
            ValueError: another version wrote it.
        """
        if self._loading or not self.loaded:
            self._while_loading.append(blob)
        if self.loaded:
            self._apply(blob)

    def _apply(self, blob: bytes) -> None:
        version, deltas, feed = msgpack.unpackb(blob, raw=False)
        if version != VERSION:
            raise ValueError("a telling of another version")
        for writer, epoch, seq, committed_ms, _, data in deltas:
            self._take(DeltaRow(writer, epoch, seq, committed_ms, data))
        if feed and feed != b"{}":
            self._told(orjson.loads(feed), min((delta[3] for delta in deltas), default=self._clock_ms()))

    def _take(self, row: DeltaRow) -> bool:
        """Count a delta unless it was counted before."""
        now_ms = self._clock_ms()
        changes = decode_changes(row.data, row.committed_ms)
        if not self._order.take(row.writer, row.epoch, row.seq, now_ms):
            return False
        self._unrolled.setdefault((row.writer, row.epoch), {})[row.seq] = changes
        self.touched.touch(changes)
        for change in changes:
            self._company(change.company).count(change, row.committed_ms, now_ms)
        if self.heard is not None:
            self.heard(changes, row.committed_ms)
        for company in {change.company for change in changes}:
            self._changed(company, row.committed_ms)
        self.counters["deltas"] += 1
        return True

    def _company(self, company: bytes) -> CompanyCounters:
        counters = self.companies.get(company)
        if counters is None:
            zone = self.zones.setdefault(company, self._default_zone)
            counters = self.companies[company] = CompanyCounters(zone_of(zone))
        return counters

    def company(self, company: bytes) -> CompanyCounters:
        """Return a company's counters; fresh ones, which are not kept, where nothing was counted yet."""
        found = self.companies.get(company)
        return found or CompanyCounters(zone_of(self.zones.get(company, self._default_zone)))

    async def sweep(self, pool: Pool) -> None:
        """Find what was committed and not told, and read it; called every second.

        Raises:
            StorageAway: Postgres is away; the tellings go on counting.
        """
        await self._check_zones(pool)
        if not self.loaded:
            await self.load(pool)
        gaps = {gap[:2]: gap for gap in self._order.gaps(self._clock_ms(), _LATE_MS)}
        before, self._tails = self._tails, {}
        for writer, epoch, seq in await metrics.find_tails(pool):
            self._tails[writer, epoch] = seq
            upto = self._order.upto(writer, epoch)
            if upto < before.get((writer, epoch), 0):
                known = gaps.get((writer, epoch))
                gaps[writer, epoch] = Gap(writer, epoch, upto + 1, max(seq, known.last if known else 0))
        if gaps:
            await self._fill(pool, list(gaps.values()))

    async def _check_zones(self, pool: Pool) -> None:
        """Begin anew when a company's day proves to begin at another time than was thought."""
        if self._clock_ms() - self._zones_read_ms < _ZONES_EVERY_MS:
            return
        zones = await metrics.load_zones(pool)
        self._zones_read_ms = self._clock_ms()
        differs = any(self.zones.get(company, zone) != zone for company, zone in zones.items())
        self.zones |= zones
        if differs:
            await self.load(pool)

    async def _fill(self, pool: Pool, gaps: list[Gap]) -> None:
        rows = await metrics.read_missing(pool, gaps)
        self.counters["gaps_read"] += sum(self._take(row) for row in rows)
        missing = [gap for gap in gaps if self._order.upto(gap.writer, gap.epoch) < gap.last]
        if not missing or (rows and len(rows) >= metrics.MISSING_AT_ONCE):
            return
        marks = await metrics.read_watermarks(pool)
        if any(marks.get(gap[:2], 0) > self._order.upto(gap.writer, gap.epoch) for gap in missing):
            log.warning("another aggregator has rolled deltas up", extra={"action": "reload_counters"})
            self.counters["reloads"] += 1
            await self.load(pool)
            return
        for gap in missing:
            skipped = self._order.skip(gap, self._clock_ms())
            self.counters["unexplained"] += skipped
            log.error("%s never wrote %s numbers of epoch %s", gap.writer, skipped, gap.epoch)

    async def roll_up(self, pool: Pool) -> None:
        """Move what is counted into the minutes and periods; called every few seconds.

        Raises:
            StorageAway: Postgres is away; nothing is lost.
        """
        while counted := self._order.to_roll_up(_MOST_ROLLED):
            self.counters["rolled"] += await metrics.roll_up(pool, counted)
            self._order.rolled(counted)
            # A snapshot taken just before may still be asked for what this transaction moved: keep that one round.
            self._forget(self._last_marks)
            self._last_marks = counted

    async def forget_watermarks(self, pool: Pool) -> None:
        """Drop the watermarks of epochs long over; called now and then."""
        await metrics.forget_watermarks(pool)

    def _forget(self, marks: list[tuple[str, int, int]]) -> None:
        for writer, epoch, upto in marks:
            kept = self._unrolled.get((writer, epoch), {})
            for seq in [seq for seq in kept if seq <= upto]:
                del kept[seq]
            if not kept:
                self._unrolled.pop((writer, epoch), None)

    def writers(self) -> list[tuple[str, int]]:
        """Return the writers (and epochs) that have deltas which a snapshot of the roll-ups may lack."""
        return list(self._unrolled)

    def beyond(self, watermarks: dict[tuple[str, int], int], company: bytes) -> list[Change]:
        """Return a company's changes that roll-ups read at these watermarks do not hold yet."""
        return [
            change
            for place, kept in self._unrolled.items()
            for seq, changes in kept.items()
            if seq > watermarks.get(place, 0)
            for change in changes
            if change.company == company
        ]

    def kept_since_ms(self, step_s: int) -> int:
        """Return since when sums of a step are kept, as far as retention has dropped older ones."""
        return self.kept_ms.get(step_s, 0)

    def lag(self) -> int:
        """Return how many counted deltas wait to be rolled up."""
        return self._order.lag()

    def gap_count(self) -> int:
        """Return how many writers have a gap just now."""
        return len(self._order.gaps(self._clock_ms(), 0))
