"""Real servers for tests: one Postgres and one Valkey per run, a fresh migrated database per test."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import psutil
import pytest
from hypothesis import HealthCheck, settings

from masteria.embedded import RunningServer, start_postgres, start_valkey
from storage.migrate import migrate
from storage.pool import Pool, open_pool

# The machine may be busy with others' work: how long one example takes says nothing.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")
os.environ.pop("RAY_ADDRESS", None)  # a test never joins a cluster that happens to run
os.environ.setdefault("MASTERIA_SECRET_KEY", "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdC0=")
_MEMORY = Path("/dev/shm")  # where a test's own database is made three times as fast, if a run's all have room there
_IN_MEMORY = (
    os.access(_MEMORY, os.W_OK | os.X_OK)
    and min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available) > 8 << 30
)
# A root of temporary folders of this run alone: another run would close the shared one to Postgres' own account.
_TEMPORARY = tempfile.mkdtemp(prefix="mia-test-")
os.environ["PYTEST_DEBUG_TEMPROOT"] = _TEMPORARY


def pytest_unconfigure() -> None:
    shutil.rmtree(_TEMPORARY, ignore_errors=True)


def database_at(server_url: str, name: str) -> str:
    """Return the same server's URL for another database."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = Path(tempfile.mkdtemp(prefix="mia-pg-", dir=_MEMORY if _IN_MEMORY else tmp_path_factory.mktemp("pg")))
    server = start_postgres(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = start_valkey(Path(tmp_path_factory.mktemp("valkey")))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template_database(postgres: RunningServer) -> str:
    """A migrated database that every test's own is copied from."""

    async def make() -> None:
        await _execute(postgres.url, "CREATE DATABASE masteria_template")
        await migrate(database_at(postgres.url, "masteria_template"))

    asyncio.run(make())
    return "masteria_template"


@pytest.fixture
async def database_url(postgres: RunningServer, template_database: str) -> AsyncIterator[str]:
    """A fresh, migrated database of this test alone."""
    name = f"test_{uuid4().hex}"
    await copy_database(postgres, template_database, name)
    yield database_at(postgres.url, name)
    await _execute(postgres.url, f"DROP DATABASE {name} WITH (FORCE)")


async def copy_database(server: RunningServer, template: str, name: str) -> None:
    """Make a database as the template is: by files where they cost nothing, else through the log, no checkpoint."""
    strategy = "FILE_COPY" if _IN_MEMORY else "WAL_LOG"
    await _execute(server.url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """A pool on the test's database."""
    opened = await open_pool(database_url, minimum=1, maximum=4, name="test")
    yield opened
    await opened.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
