"""The commands `masteria migrate` and `masteria simulator`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from masteria.run_state import DataDir
from masteria.up import read_options


def migrate(given: argparse.Namespace) -> int:
    """Apply missing migrations to the database of the settings, or to the embedded one."""
    from storage.migrate import migrate as apply

    options = read_options(given)
    url, stop = options["database_url"], None
    if not url:
        from masteria.embedded import start_postgres

        data_dir = DataDir(options.data_dir)
        if data_dir.holder() is None:
            data_dir.claim()
        server = start_postgres(options.data_dir)
        url, stop = server.url, None if server.adopted else server.stop
    try:
        done = asyncio.run(apply(url))
    finally:
        if stop is not None:
            stop()
    print(json.dumps({"applied": done}) if given.json else "\n".join(done) or "nothing to do")
    return 0


def simulator(given: argparse.Namespace) -> int:
    """Run the simulator until a signal."""
    from whatsapp.simulator.__main__ import main

    sys.argv = [sys.argv[0], "--host", given.host, "--port", str(given.port), "--seed", str(given.seed)]
    return main()
