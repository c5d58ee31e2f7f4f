"""The limit beside the ingest figures: gateway actor → shard actor → COPY → COMMIT → 202, and nothing else.

``python -m bench.bare_path DATABASE_URL PORT FOLDER`` runs it: body, tables, batches and calls in flight are the real
path's, but there is no signature, duplicate check, rule or metric. A program of its own with a Ray of its own.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import deque
from pathlib import Path
from typing import Any

import msgpack
import uvicorn

from bench.bare_tables import BareWriter, connect, make_tables
from masteria import ray_local

_BATCH = 64
_BATCH_BYTES = 90_000
_IN_FLIGHT = 2
_CREATED = [(b"content-type", b"application/json"), (b"content-length", b"63")]


class BareShard:
    """Stores batches; one connection per call in flight, as the real shard has."""

    async def __init__(self, database_url: str) -> None:  # type: ignore[misc]
        self._writers: asyncio.Queue[BareWriter] = asyncio.Queue()
        for _ in range(_IN_FLIGHT):
            self._writers.put_nowait(BareWriter(await connect(database_url)))

    async def ingest(self, blob: bytes) -> bytes:
        """Store a packed list of bodies and return their packed ids after the commit."""
        writer = await self._writers.get()
        try:
            ids = await writer.write(msgpack.unpackb(blob))
        finally:
            self._writers.put_nowait(writer)
        return bytes(msgpack.packb([id_.bytes for id_ in ids]))


class BareDoor:
    """A plain ASGI callable; batches form while calls are in flight."""

    def __init__(self, shard: Any) -> None:
        self._shard = shard
        self._free = _IN_FLIGHT
        self._queue: deque[tuple[bytes, asyncio.Future[bytes]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.append((body, done))
        self._pump()
        answer = b'{"id":"%b","duplicate":false}' % await done
        await send({"type": "http.response.start", "status": 202, "headers": _CREATED})
        await send({"type": "http.response.body", "body": answer.ljust(63)})

    def _pump(self) -> None:
        while self._free and self._queue:
            batch: list[tuple[bytes, asyncio.Future[bytes]]] = []
            size = 0
            while self._queue and len(batch) < _BATCH and size + len(self._queue[0][0]) <= _BATCH_BYTES:
                batch.append(self._queue.popleft())
                size += len(batch[-1][0])
            self._free -= 1
            task = asyncio.create_task(self._carry(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, batch: list[tuple[bytes, asyncio.Future[bytes]]]) -> None:
        blob = msgpack.packb([body for body, _ in batch])
        answer = await asyncio.wrap_future(self._shard.ingest.remote(blob).future())
        for (_, done), id_ in zip(batch, msgpack.unpackb(answer), strict=True):
            text = id_.hex()
            text = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
            if not done.done():
                done.set_result(text.encode())
        self._free += 1
        self._pump()


class BareGateway:
    """uvicorn inside an actor, configured as the real gateway's."""

    async def __init__(self, shard: Any, port: int) -> None:  # type: ignore[misc]
        config = uvicorn.Config(
            BareDoor(shard), port=port, loop="none", http="httptools", ws="none", lifespan="off", log_config=None,
            access_log=False, server_header=False, date_header=False, proxy_headers=False, backlog=4096,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve())

    async def ready(self) -> None:
        """Return when it listens."""
        while not self._server.started:
            await asyncio.sleep(0.02)


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; prints ``ready`` when it answers. Ray's environment is its parent's business."""
    import ray

    database_url, port, folder = arguments
    asyncio.run(make_tables(database_url))
    ray_local.start(Path(folder), "bare", 80)
    options: dict[str, Any] = {"num_cpus": 0, "max_concurrency": 10_000, "enable_task_events": False}
    shard = ray.remote(BareShard).options(**options).remote(database_url)
    gateway = ray.remote(BareGateway).options(**options).remote(shard, int(port))
    ray.get(gateway.ready.remote())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("ready", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
