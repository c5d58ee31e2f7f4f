"""A source's history, page by page: reading a page's exact bytes, and where to go on so that nothing is left out.

Built for Grapfy's webhook-events, whose paging is not documented: ``since`` is advanced to the last ``createdAt``. It
is not known whether ``since`` is inclusive, whether pages are in order, or whether ``limit`` counts; each is allowed
for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, NamedTuple

from engine.ids import time_to_ms
from engine.times import parse_time

LIMIT = 100
MOST_LIMIT = 1_000
MOST_PAGES = 20_000
SETTLE_MS = 600_000  # what is younger may still be on its way by the door, whose rules it shall run
REREAD_MS = 3_600_000  # a run begins so long before the end of the last one: entries may be stored late
_FUTURE_MS = 3_600_000  # an entry that is later than that has a wrong time, and is not waited for
_OVERLAP_MS = 1  # entries of the same time as a page's last may stand on the next page
_MOST_SEEN = 2 * MOST_LIMIT
_DIGEST = 6

_SPACE = re.compile(r"[ \t\r\n]*")
_SCAN = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False).scan_once  # type: ignore[attr-defined]


class UnreadablePage(Exception):
    """The answer is no page of history; ``reason`` is ``not_json`` or ``not_a_page``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class HistoryEntry(NamedTuple):
    """One entry: the source's own record of a delivery, and the exact bytes of what it delivered.

    ``id`` is the record's, not the event's. ``payload`` is None where there is none (or null).
    """

    id: str
    created_ms: int | None
    payload: bytes | None

    @property
    def digest(self) -> str:
        """Return 12 hex digits that tell this entry from others."""
        told = self.id.encode("utf-8", "surrogatepass") or b"\x00" + (self.payload or b"")
        return blake2b(told, digest_size=_DIGEST).hexdigest()


def read_page(body: bytes) -> list[HistoryEntry]:
    """Return a page's entries in its order.

    Raises:
        UnreadablePage: it is cut off, no JSON, or holds no list ``events``.
    """
    try:
        text = body.decode("utf-8-sig")
        at = _skip(text, 0)
        if text[at : at + 1] != "{":
            raise UnreadablePage("not_a_page")
        found: list[HistoryEntry] | None = None
        for name, value, begin, _ in _members(text, at):
            if name == "events":
                if not isinstance(value, list):
                    raise UnreadablePage("not_a_page")
                found = [_entry(text, place) for place in _elements(text, begin)]
    except (ValueError, IndexError, RecursionError) as error:
        raise UnreadablePage("not_json") from error
    if found is None:
        raise UnreadablePage("not_a_page")
    return found


def _entry(text: str, at: int) -> HistoryEntry:
    record: dict[str, tuple[Any, int, int]] = {}
    if text[at : at + 1] == "{":
        record = {name: (value, begin, end) for name, value, begin, end in _members(text, at)}
    identity, created = record.get("id", ("", 0, 0))[0], record.get("createdAt", (None, 0, 0))[0]
    value, begin, end = record.get("payload", (None, 0, 0))
    moment = parse_time(created)
    return HistoryEntry(
        identity if isinstance(identity, str) else "",
        None if moment is None else time_to_ms(moment),
        None if value is None else text[begin:end].encode("utf-8", "surrogatepass"),
    )


def _members(text: str, at: int) -> Iterator[tuple[str, Any, int, int]]:
    """Yield an object's (key, value, begin and end of the value's text); the object begins at ``at``."""
    at = _skip(text, at + 1)
    if text[at] == "}":
        return
    while True:
        name, at = _value(text, at)
        at = _skip(text, at)
        if not isinstance(name, str) or text[at] != ":":
            raise ValueError("no member")
        begin = _skip(text, at + 1)
        value, end = _value(text, begin)
        yield name, value, begin, end
        at = _skip(text, end)
        if text[at] == "}":
            return
        if text[at] != ",":
            raise ValueError("no object")
        at = _skip(text, at + 1)


def _elements(text: str, at: int) -> Iterator[int]:
    """Yield where each element of an array begins; the array begins at ``at``."""
    at = _skip(text, at + 1)
    if text[at] == "]":
        return
    while True:
        yield at
        _, at = _value(text, at)
        at = _skip(text, at)
        if text[at] == "]":
            return
        at = _skip(text, at + 1)


def _value(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins at a place, and where it ends."""
    try:
        found: tuple[Any, int] = _SCAN(text, at)
    except StopIteration as error:
        raise ValueError("no value") from error
    return found


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands.

    Attributes:
        since_ms: asked from here next.
        limit: asked for so many.
        page: how many pages were taken.
        largest: the longest page of this run.
        stepped: the last page brought nothing new, and ``since`` was put just behind it.
        last: the last page's digest.
        seen: the digests of the last entries.
    """

    since_ms: int
    limit: int = LIMIT
    page: int = 0
    largest: int = 0
    stepped: bool = False
    last: str = ""
    seen: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as a job's cursor holds it."""
        return {
            "since_ms": self.since_ms,
            "limit": self.limit,
            "page": self.page,
            "largest": self.largest,
            "stepped": self.stepped,
            "last": self.last,
            "seen": "".join(self.seen),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Place:
        """Read what :meth:`as_json` gave."""
        seen, width = value["seen"], 2 * _DIGEST
        digests = tuple(seen[at : at + width] for at in range(0, len(seen), width))
        return cls(**{**value, "seen": digests})


class Turn(NamedTuple):
    """What a page means: the entries to import, where to go on, whether this was the last one.

    ``warning`` is ``descending`` or ``equal_times`` where entries may be out of reach, ``more`` where a run is cut off.
    """

    entries: list[HistoryEntry]
    place: Place
    finished: bool
    warning: str | None


def take_page(place: Place, entries: Sequence[HistoryEntry], now_ms: int) -> Turn:
    """Decide about a page.

    Args:
        place: what the page was asked with.
        entries: the page.
        now_ms: the source's clock.
    """
    horizon = now_ms - SETTLE_MS
    seen = set(place.seen)
    digests = [entry.digest for entry in entries]
    page = blake2b("".join(digests).encode(), digest_size=_DIGEST).hexdigest()
    fresh: list[HistoryEntry] = []
    for digest, entry in zip(digests, entries, strict=True):
        if digest not in seen and not _unsettled(entry, horizon, now_ms):
            seen.add(digest)
            fresh.append(entry)
    times = [entry.created_ms for entry in entries if entry.created_ms is not None and entry.created_ms <= horizon]
    full = len(entries) >= max(1, min(place.limit, place.largest or place.limit))
    after = replace(
        place,
        page=place.page + 1,
        largest=max(place.largest, len(entries)),
        stepped=False,
        last=page,
        seen=(*place.seen, *digests)[-_MOST_SEEN:] if page != place.last else place.seen,
    )
    if not fresh or page == place.last:
        return _nothing_new(place, after, times, full=full)
    after = replace(after, since_ms=_advance(place.since_ms, times))
    descending = full and len(times) > 1 and times[0] > times[-1] and times == sorted(times, reverse=True)
    if after.page >= MOST_PAGES:
        return Turn(fresh, after, True, "more")
    return Turn(fresh, after, False, "descending" if descending else None)


def _unsettled(entry: HistoryEntry, horizon: int, now_ms: int) -> bool:
    return entry.created_ms is not None and horizon < entry.created_ms <= now_ms + _FUTURE_MS


def _advance(since_ms: int, times: Sequence[int]) -> int:
    """Return where the next page begins: at the last entry's time, or, if that is behind, at the latest."""
    if not times:
        return since_ms
    last = times[-1] - _OVERLAP_MS
    return last if last > since_ms else max(since_ms, max(times) - _OVERLAP_MS)


def _nothing_new(place: Place, after: Place, times: Sequence[int], *, full: bool) -> Turn:
    """A page without anything new is the last one, unless it is full of entries of one time: then look behind them."""
    if not full or place.stepped or not times:
        return Turn([], after, True, None)
    if place.limit < MOST_LIMIT:
        return Turn([], replace(after, limit=MOST_LIMIT), False, None)
    if min(times) == place.since_ms < max(times):  # since is inclusive: old entries fill the page before its last time
        return Turn([], replace(after, since_ms=max(times)), False, None)
    behind = max(place.since_ms, *times) + 1
    return Turn([], replace(after, since_ms=behind, stepped=True), False, "equal_times")


def first_place(since_ms: int, reached_ms: int | None) -> Place:
    """Return where a run begins: at the sync's ``since``, or a while before what the last run reached."""
    return Place(since_ms if reached_ms is None else max(since_ms, reached_ms - REREAD_MS))


def imported_id(job_id: bytes, page: int, entry: HistoryEntry, position: int) -> bytes:
    """Return the UUIDv7 of an imported event: the same whenever the same page of the same job is imported again.

    Its time is the job's (the receipt), and within that millisecond ids are in the order of the source's times.

    Args:
        job_id: 16 bytes, a UUIDv7.
        page: the page's number within the job.
        entry: what is imported.
        position: which of the payload's events; -1 for the delivery.
    """
    told = b"%d:%d:" % (page, position) + entry.id.encode("utf-8", "surrogatepass") + b"\x00" + (entry.payload or b"")
    digest = int.from_bytes(blake2b(job_id + told, digest_size=8).digest(), "big") & (1 << 42) - 1
    order = min(max(0, (entry.created_ms or 0) // 1000), (1 << 32) - 1)
    head = int.from_bytes(job_id[:6], "big") << 80 | 0x7 << 76 | (order >> 20) << 64
    return (head | 0b10 << 62 | (order & 0xFFFFF) << 42 | digest).to_bytes(16, "big")
