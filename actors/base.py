"""What every actor has: a name, a ping that tells its progress, background loops that nobody can cancel by accident."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import logging
import os
import time
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Life:
    """An actor's pulse and its background tasks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.since_ms = time.time_ns() // 1_000_000
        self.last_progress_ms = self.since_ms
        self.counters: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._settled: asyncio.TimerHandle | None = None
        logging.basicConfig(
            level=os.environ.get("MASTERIA_LOG_LEVEL", "INFO"), format="%(asctime)s %(name)s %(message)s"
        )

    def settle(self, after_s: float = 3.0) -> None:
        """Once everything is imported and loaded, keep the collector from walking through it again and again.

        Measured with py-spy on a gateway under load: 15 % of its time was the collector's full rounds.
        """
        loop = asyncio.get_running_loop()
        self._settled = loop.call_later(after_s, _freeze_memory)

    def progress(self) -> None:
        """Note that a loop or a call has done something."""
        self.last_progress_ms = time.time_ns() // 1_000_000

    def count(self, name: str, n: float = 1) -> None:
        self.counters[name] = self.counters.get(name, 0) + n

    def ping(self, *, ok: bool = True) -> dict[str, Any]:
        """Return what ``ping()`` of every actor answers (docs/INTERNALS.md)."""
        return {
            "ok": ok,
            "name": self.name,
            "pid": os.getpid(),
            "since_ms": self.since_ms,
            "last_progress_ms": self.last_progress_ms,
            "tasks": len(asyncio.all_tasks()),
            "counters": dict(self.counters),
        }

    def run(self, step: Callable[[], Coroutine[Any, Any, None]], *, pause_s: float, action: str) -> None:
        """Repeat ``step`` for ever, ``pause_s`` apart, with back-off up to 5 s while it fails.

        The loop gets an empty context: a task started inside a Ray call would be cancelled with that call.
        """

        async def loop() -> None:
            failures = 0
            while True:
                try:
                    await step()
                    failures = 0
                    self.progress()
                except asyncio.CancelledError:
                    raise
                except Exception as error:
                    failures += 1
                    self.count(f"{action}_failures")
                    log.warning("%s failed: %s: %s", action, type(error).__name__, error, extra={"action": action})
                await asyncio.sleep(min(5.0, pause_s + 0.1 * (2 ** min(failures, 6) - 1)))

        self.spawn(loop())

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a background task that outlives the call it was started in."""
        task = asyncio.get_running_loop().create_task(coroutine, context=contextvars.Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """Cancel the background tasks and wait for them."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _freeze_memory() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
