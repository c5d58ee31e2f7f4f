"""What waits at the door: a request that nobody has answered yet, and what a bucket's requests wait behind.

Used by the batcher alone, which decides where they go.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Sequence

from engine.errors import MasteriaError, SpillAway, SpillFull
from engine.wire import Answer, Intake, pack_intake

PATIENCE_S = 3.0  # shorter than the time-outs of those who send webhooks


class Waiting:
    """One request that nobody has answered yet."""

    __slots__ = ("body", "bucket", "done", "flags", "item", "since")

    def __init__(self, bucket: int, item: Intake, done: asyncio.Future[Answer]) -> None:
        self.bucket = bucket
        self.item = item
        self.done = done
        self.since = time.monotonic()
        self.body = b""
        self.flags = 0

    def pack(self, flags: int = 0) -> bytes:
        if not self.body or self.flags != flags:
            self.flags = flags
            self.body = pack_intake(self.item._replace(flags=self.item.flags | flags) if flags else self.item)
        return self.body

    def answer(self, answer: Answer) -> None:
        if not self.done.done():
            self.done.set_result(answer)

    def fail(self, error: MasteriaError) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Hold:
    """A bucket whose older events are in the spill, or could not be brought anywhere: its new ones wait here."""

    __slots__ = ("asked_at", "asking", "queue", "spill_until", "spilled_at")

    def __init__(self) -> None:
        self.queue: deque[Waiting] = deque()
        self.asking = False
        self.asked_at = 0.0  # when its items were last offered
        self.spill_until = 0.0
        self.spilled_at = 0.0  # when something was last acknowledged from the spill, if anything was

    @property
    def idle(self) -> bool:
        return not (self.asking or self.queue)

    def wait(self, waiting: Waiting) -> None:
        """Queue an item where it belongs: what comes back from a call stands before what came after it."""
        in_front = len(self.queue)
        while in_front and self.queue[in_front - 1].since > waiting.since:
            in_front -= 1
        self.queue.insert(in_front, waiting)


def fail_all(batch: Sequence[Waiting], error: MasteriaError) -> None:
    """Answer all of them that nothing of theirs was acknowledged."""
    for waiting in batch:
        waiting.fail(error)


def still_patient(batch: Sequence[Waiting], error: SpillAway) -> list[Waiting]:
    """Refuse what has waited long enough, or all if the spill is full; return what may be offered again."""
    latest = math.inf if isinstance(error, SpillFull) else time.monotonic() - PATIENCE_S
    fail_all([waiting for waiting in batch if waiting.since <= latest], error)
    return [waiting for waiting in batch if waiting.since > latest]
