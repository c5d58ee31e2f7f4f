"""The simulator as a running service: one port, one memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from whatsapp.simulator.control import Control
from whatsapp.simulator.graph import Graph
from whatsapp.simulator.replies import Answer, Request
from whatsapp.simulator.server import Connection, KnownHeads
from whatsapp.simulator.world import World

_SWEEP_S = 5.0
_BACKLOG = 1024


class Simulator:
    """Listens from :meth:`start` until :meth:`close`.

    Args:
        seed: Decides latencies, who reads, which faults hit and who lacks the ninth digit.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._sweep_timer: asyncio.TimerHandle | None = None
        self.base_url = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen and return the base address; port 0 takes a free one.

        Raises:
            OSError: the port is taken.
        """
        world = self._world = World(self._seed)
        graph, control, heads = Graph(world), Control(world), KnownHeads()

        def handle(request: Request) -> Answer:
            return control.handle(request) if request.path.startswith(b"/_sim/") else graph.handle(request)

        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: Connection(handle, self._connections, heads), host, port, backlog=_BACKLOG
            )
        except OSError:
            await world.close()
            raise
        actual = self._server.sockets[0].getsockname()[1]
        self.base_url = world.base_url = f"http://{f'[{host}]' if ':' in host else host}:{actual}"
        self._sweep()
        return self.base_url

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        for connection in [one for one in self._connections if one.is_stuck(loop.time())]:
            connection.close()
        self._sweep_timer = loop.call_later(_SWEEP_S, self._sweep)

    async def close(self) -> None:
        """Stop listening, end every connection and forget what was still to be told."""
        if self._server is None:
            return
        if self._sweep_timer is not None:
            self._sweep_timer.cancel()
        self._server.close()
        connections = list(self._connections)
        for connection in connections:
            connection.close()
        # Python 3.11's wait_closed does not wait for the connections.
        await asyncio.gather(*(connection.gone for connection in connections))
        await self._server.wait_closed()
        self._server = None
        await self._world.close()


async def serve(
    host: str = "127.0.0.1",
    port: int = 8002,
    seed: int = 0,
    *,
    stop: asyncio.Event | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """Run a simulator until ``stop`` is set or the task is cancelled.

    Args:
        started: Called with the base address once it listens.

    Raises:
        OSError: the port is taken.
    """
    simulator = Simulator(seed)
    address = await simulator.start(host, port)
    try:
        if started is not None:
            started(address)
        await (stop or asyncio.Event()).wait()
    finally:
        await simulator.close()
