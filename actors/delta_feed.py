"""Tells the aggregator what was committed: batches form by themselves, nobody waits, what fails is forgotten.

Forgetting is safe: the rows are in Postgres, and the aggregator reads what it misses.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgpack
import orjson

from engine.metrics import Delta
from engine.wire import VERSION
from storage.ingest import Lane

log = logging.getLogger(__name__)
_PAUSE_S = 0.1  # after a call that failed
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.005, 1.0  # a call costs 1.3 ms whatever it carries
_MAX_WAITING = 2_000
_MAX_CALL_BYTES = 80_000  # Ray sends at most 100 KiB of arguments inline
_FEED_ITEMS = 20

Feed = Mapping[str, Mapping[str, list[dict[str, Any]]]]


class _Entry(NamedTuple):
    place: tuple[str, int, int]
    committed_ms: int
    oldest_ms: int
    data: bytes
    feed: Feed | None


class DeltaFeed:
    """A process's way to the aggregator, for all its writers.

    Args:
        send: carries one ``apply`` call (docs/INTERNALS.md) and returns in how many milliseconds the next one is of
            use; its failures are logged and forgotten.
    """

    def __init__(self, send: Callable[[bytes], Awaitable[object]]) -> None:
        self._send = send
        self._waiting: deque[_Entry] = deque(maxlen=_MAX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self.forgotten = 0

    def push(self, lane: Lane, committed_ms: int, delta: Delta, feed: Feed | None = None) -> None:
        """Tell a committed delta; returns at once and never raises.

        Args:
            lane: the delta row's writer, epoch and number.
            committed_ms: the delta row's time.
            delta: what was written.
            feed: ``{company hex: {"events": [summary…], "messages": [change…]}}``, or None.
        """
        try:
            if len(self._waiting) == _MAX_WAITING:
                self.forgotten += 1
            self._waiting.append(
                _Entry((lane.writer, lane.epoch, lane.seq), committed_ms, delta.oldest_ms, delta.encode(), feed)
            )
            if self._task is None or self._task.done():
                # An empty context: a task started inside a Ray call would be cancelled with that call.
                self._task = asyncio.get_running_loop().create_task(self._drain(), context=contextvars.Context())
        except Exception:  # a side effect never blocks the main effect
            self.forgotten += 1
            log.exception("action=push_delta")

    async def close(self) -> None:
        """Send what waits, then stop; used when the writer drains."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def _drain(self) -> None:
        while self._waiting:
            batch = self._take()
            pause_s = _PAUSE_S
            try:
                pause_s = _pause_s(await self._send(self._pack(batch)))
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.forgotten += len(batch)
                log.warning("action=tell_aggregator writer=%s error=%s", batch[0].place[0], type(error).__name__)
            await asyncio.sleep(pause_s)

    def _take(self) -> list[_Entry]:
        batch: list[_Entry] = []
        size = 0
        while self._waiting and (not batch or size + len(self._waiting[0].data) < _MAX_CALL_BYTES // 2):
            batch.append(self._waiting.popleft())
            size += len(batch[-1].data)
        return batch

    def _pack(self, batch: list[_Entry]) -> bytes:
        deltas = [(*entry.place, *entry[1:4]) for entry in batch]
        room = _MAX_CALL_BYTES - sum(len(entry.data) for entry in batch)
        packed: bytes = msgpack.packb([VERSION, deltas, _encode_feed(batch, room)])
        return packed


def _pause_s(answer: object) -> float:
    return min(max(answer / 1000, _SHORTEST_PAUSE_S), _LONGEST_PAUSE_S) if isinstance(answer, int) else _PAUSE_S


def _encode_feed(batch: list[_Entry], room: int) -> bytes:
    """Return the newest items of every company as JSON; empty where they do not fit (the feed is no truth)."""
    merged: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for entry in batch:
        for company, lists in (entry.feed or {}).items():
            into = merged.setdefault(company, {"events": [], "messages": []})
            for name, items in lists.items():
                into.setdefault(name, []).extend(items)
    for limit in (_FEED_ITEMS, 5, 1):
        trimmed = {
            company: {name: items[-limit:] for name, items in lists.items()} for company, lists in merged.items()
        }
        encoded = orjson.dumps(trimmed)
        if len(encoded) <= room:
            return encoded
    return b"{}"
