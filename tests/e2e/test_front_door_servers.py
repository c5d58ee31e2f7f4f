"""The embedded servers: started, adopted, killed and started again with what they held."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from masteria.embedded import RunningServer, start_postgres, start_valkey

Start = Callable[[], RunningServer]


@pytest.fixture
def postgres_in(tmp_path: Path) -> Iterator[Start]:
    running: list[RunningServer] = []

    def start() -> RunningServer:
        running.append(start_postgres(tmp_path))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def valkey_in(tmp_path: Path) -> Iterator[Start]:
    running: list[RunningServer] = []

    def start() -> RunningServer:
        running.append(start_valkey(tmp_path))
        return running[-1]

    yield start
    for server in running:
        server.stop()


async def ask(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def kill(server: RunningServer) -> None:
    os.kill(server.pid, signal.SIGKILL)
    assert server.process.wait(10.0)


async def test_postgres_never_trades_durability_for_speed(postgres_in: Start) -> None:
    url = postgres_in().url
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await ask(url, f"SHOW {name}") == "on"


async def test_a_running_postgres_is_adopted(postgres_in: Start) -> None:
    first, second = postgres_in(), postgres_in()
    assert second.adopted
    assert (second.pid, second.url) == (first.pid, first.url)


async def test_postgres_comes_back_on_its_port_with_what_was_committed(postgres_in: Start) -> None:
    first = postgres_in()
    await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS number")
    kill(first)
    second = postgres_in()
    assert (second.adopted, second.port, second.url) == (False, first.port, first.url)
    assert await ask(second.url, "SELECT number FROM kept") == 42


async def test_postgres_by_tcp_asks_for_the_password(postgres_in: Start, tmp_path: Path) -> None:
    server = postgres_in()
    password = (tmp_path / "run" / "postgres.password").read_text()
    address = f"127.0.0.1:{server.port}/masteria"
    assert await ask(f"postgresql://masteria:{password}@{address}", "SELECT 1") == 1
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(f"postgresql://masteria:wrong@{address}", "SELECT 1")


async def test_valkey_comes_back_on_its_port_with_what_was_acknowledged(valkey_in: Start) -> None:
    first = valkey_in()
    async with Redis.from_url(first.url) as client:
        await client.xadd("spill", {"event": "1"})
        assert await client.config_get("appendfsync", "maxmemory-policy") == {
            "appendfsync": "always",
            "maxmemory-policy": "noeviction",
        }
    kill(first)
    second = valkey_in()
    assert (second.adopted, second.url) == (False, first.url)
    async with Redis.from_url(second.url) as client:
        assert await client.xlen("spill") == 1


async def test_a_running_valkey_is_adopted_and_asks_for_the_password(valkey_in: Start) -> None:
    first, second = valkey_in(), valkey_in()
    assert (second.adopted, second.pid, second.url) == (True, first.pid, first.url)
    async with Redis.from_url(f"redis://:wrong@127.0.0.1:{first.port}/0") as client:
        with pytest.raises(AuthenticationError):
            await client.ping()


def test_what_holds_a_password_is_its_owners_alone(valkey_in: Start, tmp_path: Path) -> None:
    assert urlsplit(valkey_in().url).password
    for path in (tmp_path / "run" / "valkey.conf", tmp_path / "logs" / "valkey.log"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
