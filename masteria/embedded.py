"""The embedded servers: a real Postgres and a real Valkey from wheels, kept under a data directory."""

from __future__ import annotations

from masteria.postgres_server import start_postgres
from masteria.server import RunningServer, ServerFailed
from masteria.valkey_server import start_valkey

__all__ = ["RunningServer", "ServerFailed", "start_postgres", "start_valkey"]
