"""What the API tells gets smaller on its way to who asks for it; what holds a secret, and what is small, does not."""

from __future__ import annotations

import gzip
from uuid import UUID

import orjson
import pytest

from engine.ids import ms_to_time
from gateway.compression import is_compressible
from gateway.routes.catalog import OPERATIONS
from storage.pool import Pool
from tests.asgi import Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event

_GZIP = {"accept-encoding": "br;q=1.0, gzip;q=0.8"}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _fill(pool: Pool, company: UUID, count: int) -> None:
    for number in range(count):
        await add_event(pool, company, ms_to_time(NOW_MS - 1_000 * number))


async def test_a_list_is_compressed_for_who_takes_it_and_says_the_same(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    await _fill(pool, company, 40)
    plain = await owner.get("/api/v1/events")
    small = await owner.call("GET", "/api/v1/events", headers=_GZIP)
    assert len(plain.body) > 1_024
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == small.headers["vary"] == "accept-encoding"
    assert len(small.body) * 3 < len(plain.body)
    assert int(small.headers["content-length"]) == len(small.body)
    assert orjson.loads(gzip.decompress(small.body)) == plain.json
    assert small.headers["content-type"] == plain.headers["content-type"] == "application/json"
    assert small.headers["cache-control"] == "no-store"


async def test_a_long_list_is_compressed_outside_the_loop_and_whole(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    await _fill(pool, company, 120)
    plain = await owner.get("/api/v1/events", {"limit": "200"})
    small = await owner.call("GET", "/api/v1/events", query={"limit": "200"}, headers=_GZIP)
    assert len(plain.body) > 32_768
    assert gzip.decompress(small.body) == plain.body


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
async def test_who_does_not_take_it_gets_it_plain(rig: Rig, pool: Pool, accepted: str) -> None:
    company, owner = await rig.company()
    await _fill(pool, company, 40)
    answer = await owner.call("GET", "/api/v1/events", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert len(answer.json["data"]) == 40


async def test_small_answers_and_errors_stay_plain(rig: Rig) -> None:
    _, owner = await rig.company()
    small = await owner.call("GET", "/api/v1/events", headers=_GZIP)
    missing = await owner.call("GET", "/api/v1/events/0199", headers=_GZIP)
    assert (small.status, missing.status) == (200, 404)
    assert "content-encoding" not in small.headers | missing.headers


async def test_what_holds_a_secret_is_never_compressed(rig: Rig) -> None:
    _, owner = await rig.company()
    for number in range(8):
        made = await owner.post("/api/v1/webhooks", {"name": f"Loja {number}", "source": f"loja-{number}"})
        assert made.status == 201, made.body
    answer = await owner.call("GET", "/api/v1/webhooks", headers=_GZIP)
    assert len(answer.body) > 1_024
    assert "content-encoding" not in answer.headers


def test_only_what_reads_is_compressed_and_nothing_of_sign_in_or_keys() -> None:
    compressible = {operation.path for operation in OPERATIONS if is_compressible(operation)}
    assert {"/events", "/metrics/summary", "/metrics/series", "/catalogue", "/conversations"} <= compressible
    assert not any(path.split("/")[1] in ("auth", "me", "api-keys", "live", "invitations") for path in compressible)
    assert not any(path.endswith(("/qr", "/pair")) for path in compressible)
    assert "/metrics" not in compressible and "/healthz" not in compressible


async def test_the_description_of_the_api_is_compressed_too(rig: Rig) -> None:
    stranger: Client = rig.stranger
    plain = await stranger.get("/openapi.json")
    small = await stranger.call("GET", "/openapi.json", headers=_GZIP)
    assert gzip.decompress(small.body) == plain.body
    assert len(small.body) * 4 < len(plain.body)
    assert plain.headers["vary"] == small.headers["vary"] == "accept-encoding"
