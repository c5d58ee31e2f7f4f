"""Watches the embedded servers, the simulator, the driver and Ray's daemons, and restarts what dies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from engine.errors import MasteriaError

if TYPE_CHECKING:
    from masteria.front_door import FrontDoor

_LOOK_S = 0.5
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_CALM_S = 60.0


class Backoff:
    """How long to wait before a part is started again: at once, then longer while it keeps dying soon."""

    def __init__(self) -> None:
        self._pause_s = 0.0
        self._last = float("-inf")

    def next(self, now: float) -> float:
        """Return the seconds to wait at ``now`` (monotonic), when the part was found dead."""
        if now - self._last > _CALM_S:
            self._pause_s = 0.0
        else:
            self._pause_s = min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, self._pause_s * 2))
        self._last = now + self._pause_s
        return self._pause_s


class Watcher:
    """Looks at every part each half second. The parts recover side by side: one that hangs delays no other."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door
        self._backoffs: dict[str, Backoff] = {}
        self._recovering: dict[str, asyncio.Task[None]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until ``stop`` is set; then whatever is being recovered is left as it is."""
        try:
            while not stop.is_set():
                for name, (why, recover) in self._dead().items():
                    if name not in self._recovering:
                        task = asyncio.create_task(self._recover(name, why, recover))
                        self._recovering[name] = task
                await self._pause(stop)
        finally:
            for task in self._recovering.values():
                task.cancel()
            await asyncio.gather(*self._recovering.values(), return_exceptions=True)

    async def _pause(self, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping}, timeout=_LOOK_S)
        stopping.cancel()

    def _dead(self) -> dict[str, tuple[str, Callable[[], Awaitable[None]]]]:
        """Return what is dead, with the reason and what brings it back."""
        door = self._door
        dead: dict[str, tuple[str, Callable[[], Awaitable[None]]]] = {}
        for name, server in door.servers.items():
            if not server.alive:
                dead[name] = (f"{name} died", partial(door.restart_server, name))
        if door.simulator is not None and (door.simulator.process is None or not door.simulator.process.alive):
            dead["simulator"] = ("the simulator died", door.start_simulator)
        if door.cluster is not None and (part := door.cluster.dead_part()):
            dead["cluster"] = (f"the cluster's {part} died", door.start_cluster_again)
        return dead

    async def _recover(self, name: str, why: str, recover: Callable[[], Awaitable[None]]) -> None:
        begun = time.monotonic()
        pause_s = self._backoffs.setdefault(name, Backoff()).next(begun)
        self._door.progress.warn(f"{why}: starting it again" + (f" in {pause_s:.1f} s" if pause_s else ""))
        try:
            await asyncio.sleep(pause_s)
            await recover()
            self._door.progress.note(f"{name} is back after {time.monotonic() - begun:.1f} s")
        except (MasteriaError, OSError) as error:
            self._door.progress.warn(f"{name} did not come back: {error}")
        finally:
            del self._recovering[name]
