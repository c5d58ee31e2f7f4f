"""Where the database of a data directory is: for commands that run beside `masteria up`."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import Unavailable
from masteria.postgres_server import find_postgres
from masteria.settings import load


def database_url(data_dir: Path) -> str:
    """Return the URL of the settings, else that of the embedded Postgres that runs there.

    Raises:
        Unavailable: the embedded one does not run.
        SettingsRefused: the settings make no sense.
    """
    options = load(data_dir, environment=os.environ, command_line={})
    if options["database_url"]:
        return str(options["database_url"])
    server = find_postgres(data_dir)
    if server is None:
        raise Unavailable(f"the Postgres of {data_dir} does not run: start `masteria up` first")
    return server.url
