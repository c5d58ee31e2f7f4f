"""A sender host in a process of its own that stops itself (SIGSTOP) at a chosen point; run by test_stale_sender.py."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from actors import dispatcher, leasing
from actors.base import Life
from actors.sending import SendingHost
from engine.settings import Settings
from storage.pool import Connection, open_pool
from storage.sending import Dispatched, Intent, dispatch
from tests.actors.sending_kit import FakeTransport, FakeTransports, nowhere
from whatsapp.transport import Outbound, SendAnswer

TTL_S = 3.0


class LoggedTransport(FakeTransport):
    """Writes every send down where it can be read whatever becomes of this process."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    async def send(self, message: Outbound) -> SendAnswer:
        with self._log.open("a") as file:
            file.write(message.message_id + "\n")
        return await super().send(message)


def stop_once(point: str) -> None:
    """Have the first dispatch stop this process: before it is recorded, or after, before anything is sent."""
    stopped = False

    async def stopping(connection: Connection, owner: str, window_s: float, intents: Sequence[Intent]) -> Dispatched:
        nonlocal stopped
        if point == "before" and not stopped:
            stopped = True
            os.kill(os.getpid(), signal.SIGSTOP)
        done = await dispatch(connection, owner, window_s, intents)
        if point == "after" and not stopped:
            stopped = True
            os.kill(os.getpid(), signal.SIGSTOP)
        return done

    setattr(dispatcher, "dispatch", stopping)  # noqa: B010 - the module does not export it


async def main(database_url: str, point: str, log: Path) -> None:
    """Send until stdin is closed, then record what is known and end."""
    leasing.TTL_S = TTL_S
    stop_once(point)
    pool = await open_pool(database_url, minimum=1, maximum=2)
    settings = Settings("test", "", database_url, "", uncertain_grace_s=60.0)
    transports = FakeTransports(LoggedTransport(log))
    host = SendingHost(settings, 0, Life("sender-0"), pool, transports, nowhere)
    await host.start()
    await asyncio.to_thread(sys.stdin.read)
    await host.drain()
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
