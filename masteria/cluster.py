"""``python -m masteria.cluster``: the Ray driver. A process of its own: the front door stays light and outlives Ray.

Reads its orders (:class:`ClusterOrders`, JSON) from stdin and tells each step as one line of JSON on stdout.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from engine.errors import MasteriaError
from engine.settings import Settings
from masteria import ray_local

_GATEWAY = "gateway.actor:Gateway"
_DRAIN_S = 45.0
_DAEMONS = ("gcs_server", "raylet")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClusterOrders:
    """What the front door tells this process."""

    settings: Settings
    ray_address: str  # empty: a Ray of our own
    ray_folder: str
    object_store_mb: int
    start_timeout_s: float

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ClusterOrders:
        values = json.loads(text)
        for name in ("trusted_proxies", "outgoing_allow_private"):
            values["settings"][name] = tuple(values["settings"][name])
        return cls(**{**values, "settings": Settings(**values["settings"])})


def main() -> int:
    """Run the cluster until SIGTERM; 1 if it does not come up, or its daemons die."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level="INFO", format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    orders = ClusterOrders.from_json(sys.stdin.readline())
    try:
        _connect(orders)
        return asyncio.run(_run(orders))
    except MasteriaError as error:
        tell("failed", detail=error.detail)
        return 1


def tell(step: str, **more: Any) -> None:
    """Tell the front door a step; it may be gone by now."""
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps({"step": step, **more}), flush=True)


def _connect(orders: ClusterOrders) -> None:
    """Start or join Ray. In the main thread: ray.init installs a SIGTERM handler there, which ours replaces later."""
    if orders.ray_address:
        ray_local.join(orders.ray_address, orders.settings.instance)
        ray_local.end_actors()  # those of a front door that was killed
        tell("ray", daemons={})
        return
    ray_local.start(Path(orders.ray_folder), orders.settings.instance, orders.object_store_mb)
    children = psutil.Process().children(recursive=True)
    tell("ray", daemons={child.name(): child.pid for child in children if child.name() in _DAEMONS})


async def _run(orders: ClusterOrders) -> int:
    import ray

    from actors.handles import SupervisorRef
    from actors.supervisor import start

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    stopping = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(start(orders.settings, _GATEWAY, timeout_s=orders.start_timeout_s))
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        await starting
        tell("actors", pid=os.getpid())
        await stopping
    else:
        starting.cancel()
    try:
        await SupervisorRef(orders.settings.instance).call("drain", timeout_s=_DRAIN_S)
    except MasteriaError as error:
        log.warning("not everything was drained: %s", error, extra={"action": "drain"})
    tell("drained")
    if orders.ray_address:
        await asyncio.to_thread(ray_local.end_actors)
    await asyncio.to_thread(ray.shutdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
