"""``python -m whatsapp.simulator``: the simulator alone."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

import uvloop

from whatsapp.simulator import serve


def main() -> int:
    """Run until SIGINT or SIGTERM; exit code 1 when the port is taken."""
    parser = argparse.ArgumentParser(prog="whatsapp.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=0, help="decides latencies, shares and ids")
    options = parser.parse_args()
    try:
        uvloop.run(_run(options.host, options.port, options.seed))
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(host: str, port: int, seed: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await serve(host, port, seed, stop=stop, started=lambda address: print(address, flush=True))


if __name__ == "__main__":
    sys.exit(main())
