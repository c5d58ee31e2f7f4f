"""What engine/bodies.py calls text for jsonb is text that Postgres takes, and gives back with the same value."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings

from engine.bodies import decode_body
from masteria.embedded import RunningServer
from tests.unit.test_bodies import BODIES, CONTENT_TYPES


@pytest.fixture
async def connection(postgres: RunningServer) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    opened = await asyncpg.connect(postgres.url)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "body",
    [
        b'{"n":' + b"7" * 4300 + b"}",
        b'{"n":1e308}',
        b'{"n":1e-400}',
        b'{"n":-18446744073709551617}',
        b'{"a":"\\\\u0000"}',
        b'{"a":' + b"[" * 1023 + b"]" * 1023 + b"}",
        b'[{"a":' + b"[" * 800 + b"]" * 800 + b"}]",
        b'{"a":1.10,"a":2E+2}',
        b'{"a":"x\ny\tz\x7f"}',
        '{"a":"João \U0001f600","b":"\\ud83d\\ude00"}'.encode(),
        b"nome=Jo\xe3o&emoji=%F0%9F%98%80&barra=%5Cu0000",
        b"[" + b"0," * 200_000 + b"0]",
        b'"\\u00e3"',
    ],
    ids=range(13),
)
async def test_postgres_takes_what_is_offered(connection: asyncpg.Connection[asyncpg.Record], body: bytes) -> None:
    [item] = decode_body(body, None)
    assert item.jsonb is not None
    kept = await connection.fetchval("SELECT $1::text::jsonb::text", item.jsonb)
    if body.count(b"[") < 500:
        # Postgres spells numbers out: 1e308 comes back as 309 digits.
        as_decimals: dict[str, Any] = {"parse_int": Decimal, "parse_float": Decimal}
        assert json.loads(kept, **as_decimals) == json.loads(item.jsonb, **as_decimals)


@pytest.mark.parametrize("body", [b'{"a":"\\u0000"}', b'{"a":"\\ud800"}', b'{"a":1e200000}'])
async def test_postgres_would_refuse_what_is_withheld(
    connection: asyncpg.Connection[asyncpg.Record], body: bytes
) -> None:
    [item] = decode_body(body, None)
    assert item.jsonb is None
    with pytest.raises(asyncpg.PostgresError):
        await connection.fetchval("SELECT $1::text::jsonb", body.decode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(BODIES, CONTENT_TYPES)
async def test_any_body_is_taken(
    connection: asyncpg.Connection[asyncpg.Record], body: bytes, content_type: str | None
) -> None:
    for item in decode_body(body, content_type):
        if item.jsonb is not None:
            await connection.fetchval("SELECT $1::text::jsonb IS NULL", item.jsonb)
