"""Live topics: which there are, and the numbered states of one: snapshot, deltas, and what is kept for resuming."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.merge_patch import diff

TOPICS = frozenset({"metrics", "events", "sessions", "queue", "jobs", "inbox", "alerts"})
PREFIXES = ("session:", "campaign:")
KEPT_UPDATES = 400  # 20 s at 20 a second
KEPT_BYTES = 1_048_576


def is_topic(topic: object) -> bool:
    """Tell whether a client may subscribe to that name; the id behind ``session:`` or ``campaign:`` is a UUID."""
    if not isinstance(topic, str):
        return False
    if topic in TOPICS:
        return True
    for prefix in PREFIXES:
        if topic.startswith(prefix):
            return _is_id(topic[len(prefix) :])
    return False


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and str(UUID(text)) == text
    except ValueError:
        return False


class Position(NamedTuple):
    """A place in a topic's sequence: ``<epoch>-<seq>``."""

    epoch: int
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.seq}"


def parse_position(text: object) -> Position | None:
    """Read ``<epoch>-<seq>``; None where it is none (which is answered by a snapshot)."""
    if not isinstance(text, str) or len(text) > 40 or not text.isascii():
        return None
    epoch, _, seq = text.partition("-")
    return Position(int(epoch), int(seq)) if epoch.isdigit() and seq.isdigit() else None


def frame(kind: str, topic: str, at: Position, ts: int, oldest_ts: int, data: bytes) -> bytes:
    """Return a ``snapshot`` or ``delta`` frame; ``data`` is JSON already."""
    head = f'{{"type":"{kind}","topic":"{topic}","seq":"{at}","ts":{ts},"oldest_ts":{oldest_ts},"data":'
    return head.encode() + data + b"}"


class TopicLine:
    """One company's topic: its present state and its recent updates, each serialised once for all its clients.

    Args:
        topic: its name.
        epoch: another one for every life of a topic, so that no old position fits a new sequence.
    """

    __slots__ = ("_bytes", "_recent", "_snapshot", "data", "epoch", "known", "seq", "topic", "ts")

    def __init__(self, topic: str, epoch: int) -> None:
        self.topic = topic
        self.epoch = epoch
        self.seq = 0
        self.ts = 0
        self.data: dict[str, Any] = {}
        self.known = False
        self._recent: deque[bytes] = deque()
        self._bytes = 0
        self._snapshot: bytes | None = None

    @property
    def position(self) -> Position:
        return Position(self.epoch, self.seq)

    def begin(self, data: dict[str, Any], ts: int) -> None:
        """Take the first state; there is nothing to tell a difference from."""
        self.data, self.ts, self.known = data, ts, True
        self._snapshot = None

    def advance(self, data: dict[str, Any], ts: int, oldest_ts: int) -> bytes | None:
        """Take a newer state and return the delta frame that tells it; None when it says nothing new.

        Args:
            data: the whole new state.
            ts: commit time of the newest change in it (milliseconds since 1970).
            oldest_ts: commit time of the oldest change that the last state did not have.
        """
        patch = diff(self.data, data)
        if not patch:
            return None
        self.data, self.ts = data, ts
        self.seq += 1
        self._snapshot = None
        told = frame("delta", self.topic, self.position, ts, oldest_ts, orjson.dumps(patch))
        self._recent.append(told)
        self._bytes += len(told)
        while len(self._recent) > KEPT_UPDATES or self._bytes > KEPT_BYTES:
            self._bytes -= len(self._recent.popleft())
        return told

    def snapshot(self, oldest_ts: int | None = None) -> bytes:
        """Return a snapshot frame of the present state.

        Args:
            oldest_ts: for a client that missed changes: the oldest of them.
        """
        if oldest_ts is not None:
            return frame("snapshot", self.topic, self.position, self.ts, oldest_ts, orjson.dumps(self.data))
        if self._snapshot is None:
            data = orjson.dumps(self.data)
            self._snapshot = frame("snapshot", self.topic, self.position, self.ts, self.ts, data)
        return self._snapshot

    def since(self, position: Position | None) -> list[bytes]:
        """Return what brings a client from ``position`` to the present: the deltas it missed, or one snapshot.

        Another epoch, a position of the future and a gap in what is kept are answered by the snapshot, and so is
        whatever is shorter as one.
        """
        if position is not None and position.epoch == self.epoch:
            missed = self.seq - position.seq
            if missed == 0:
                return []
            if 0 < missed <= len(self._recent):
                deltas = list(self._recent)[-missed:]
                if sum(map(len, deltas)) <= 4 * len(self.snapshot()):
                    return deltas
        return [self.snapshot()]
