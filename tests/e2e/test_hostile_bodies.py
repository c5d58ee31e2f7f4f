"""Ten thousand bodies made by hypothesis, alone and among good ones: never a 5xx, and no good neighbour suffers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_plus, urlsplit

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.grapfy import GrapfyBody
from tests.e2e.http_client import HttpAnswer, HttpClient
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop, Simulator, make_shop

_BATCHES, _PER_BATCH, _GOOD = 200, 50, 5
_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain; charset=utf-16",
    "application/json; charset=latin-1",
    "",
    ";;;=",
)
_KEYS = ("eventId", "eventType", "orderId", "customer", "phoneNumber", "total", "qrCode", "createdAt", "data", "id", "")
_HARD = (
    "\x00",
    "\ud800",
    "\udfff",
    "\u202e",
    "9" * 400,
    "1e999",
    "-0",
    "0x10",
    "2025-99-99T99:99:99Z",
    "é" * 300,
    "\\u0000",
)
_NUMBERS = st.one_of(st.integers(), st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**40]), st.floats(allow_nan=True))
_SCALARS = st.one_of(st.none(), st.booleans(), _NUMBERS, st.text(max_size=40), st.sampled_from(_HARD))
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=10)), inner, max_size=5),
    ),
    max_leaves=12,
)


def as_json(value: object) -> bytes:
    """Write JSON as strangers do: NaN, lone surrogates and huge numbers included."""
    return json.dumps(value, ensure_ascii=is_escaped(value)).encode("utf-8", "surrogatepass")


def is_escaped(value: object) -> bool:
    """Choose by the value itself, so that an example is always the same bytes."""
    return len(repr(value)) % 2 == 0


def as_form(pairs: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{quote_plus(k, errors='replace')}={quote_plus(v, errors='replace')}" for k, v in pairs).encode()


def damaged(at: int, byte: int, cut: int) -> bytes:
    """Return a good body with one byte changed and the end cut off."""
    body = bytearray(GrapfyBody("deadbeef").make(at))
    body[at % len(body)] = byte
    return bytes(body[: len(body) - cut])


_TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(_HARD))
_BODIES = st.one_of(
    st.binary(min_size=1, max_size=300),
    _JSON.map(as_json),
    st.lists(_JSON, max_size=5).map(as_json),
    st.lists(st.tuples(st.one_of(st.sampled_from(_KEYS), _TEXTS), _TEXTS), min_size=1, max_size=8)
    .map(as_form)
    .filter(bool),
    st.builds(damaged, st.integers(0, 1500), st.integers(0, 255), st.sampled_from([0, 0, 1, 7, 700])),
    st.integers(1, 3000).map(lambda depth: b"[" * depth + b"]" * depth),
    st.integers(1, 3000).map(lambda depth: b'{"a":' * depth),
)
_REQUESTS = st.lists(st.tuples(_BODIES, st.sampled_from(_TYPES)), min_size=_PER_BATCH, max_size=_PER_BATCH)


@dataclass(slots=True)
class Door:
    """Webhooks for strangers without a signature: one beside a good shop's own, one of a company on another shard."""

    runner: asyncio.Runner
    client: HttpClient
    shop: Shop
    path: str
    lonely: Shop
    lonely_path: str
    good: GrapfyBody
    sent: int = 0
    strangers: int = 0


@pytest.fixture
def door(instance: Instance) -> Iterator[Door]:
    """One loop and its connections for all examples: hypothesis calls a plain function."""
    with asyncio.Runner() as runner:
        client = HttpClient(instance.base_url, connections=32)
        judges = HttpClient(instance.simulator_url, connections=2)
        shop = lonely = runner.run(make_shop(instance, client, Simulator(judges)))
        while lonely.shard == shop.shard:
            lonely = runner.run(make_shop(instance, client, Simulator(judges)))
        path, lonely_path = (runner.run(open_webhook(one)) for one in (shop, lonely))
        yield Door(runner, client, shop, path, lonely, lonely_path, shop.body)
        runner.run(client.close())
        runner.run(judges.close())


async def open_webhook(shop: Shop) -> str:
    made = await shop.api.post("/webhooks", {"name": "aberta", "source": "aberta", "auth": {"scheme": "token"}})
    return str(urlsplit(made["url"]).path)


@pytest.mark.slow
@pytest.mark.timeout(900)  # forty thousand requests, half of them one after the other
def test_ten_thousand_hostile_bodies(door: Door) -> None:
    @settings(
        max_examples=_BATCHES, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    @given(_REQUESTS)
    def batch(requests: list[tuple[bytes, str]]) -> None:
        door.runner.run(both_ways(door, requests))

    batch()
    assert door.strangers >= _BATCHES * _PER_BATCH
    door.runner.run(the_good_have_had_their_effect(door))


async def both_ways(door: Door, requests: list[tuple[bytes, str]]) -> None:
    await asyncio.gather(among_good_ones(door, requests), alone(door, requests))


async def among_good_ones(door: Door, requests: list[tuple[bytes, str]]) -> None:
    """Send the bodies all at once, with good ones between them, then read every one of them back."""
    numbers = range(door.sent, door.sent + _GOOD)
    door.sent += _GOOD
    door.strangers += len(requests)
    good = [door.shop.post(door.client, door.good.make(number)) for number in numbers]
    hostile = [
        door.client.request("POST", door.path, {"content-type": kind} if kind else {}, body) for body, kind in requests
    ]
    step = len(hostile) // _GOOD
    mixed = [part for at in range(_GOOD) for part in (*hostile[at * step : (at + 1) * step], good[at])]
    answers = await asyncio.gather(*mixed)
    bodies = [part for at in range(_GOOD) for part in (*requests[at * step : (at + 1) * step], None)]
    for answer, request in zip(answers, bodies, strict=True):
        if request is None:
            assert answer.status == 202, f"a good neighbour was answered {answer}"
        else:
            assert answer.status in (200, 202), f"{request} was answered {answer}"
    kept = [(request[0], answer) for request, answer in zip(bodies, answers, strict=True) if request is not None]
    await asyncio.gather(*(is_kept(door.shop, body, answer) for body, answer in kept if answer.status == 202))


async def alone(door: Door, requests: list[tuple[bytes, str]]) -> None:
    """Send the same bodies to another company, one after the other, so that each is a batch of its own."""
    answers = []
    for body, kind in requests:
        headers = {"content-type": kind} if kind else {}
        answers.append(await door.client.request("POST", door.lonely_path, headers, body))
        assert answers[-1].status in (200, 202), f"{(body, kind)} was answered {answers[-1]}"
    kept = [(body, answer) for (body, _), answer in zip(requests, answers, strict=True) if answer.status == 202]
    await asyncio.gather(*(is_kept(door.lonely, body, answer) for body, answer in kept))


async def is_kept(shop: Shop, body: bytes, answer: HttpAnswer) -> None:
    """Fail unless every new event of this delivery gives back exactly these bytes."""
    told = orjson.loads(answer.body)
    ids = told["ids"] if "ids" in told else [told["id"]]
    repeated = told["duplicates"] if "ids" in told else [told["duplicate"]]
    for event_id, duplicate in zip(ids, repeated, strict=True):
        if not duplicate:
            raw = await shop.api.answer("GET", f"/events/{event_id}/raw")
            assert (raw.status, raw.body) == (200, body)


async def the_good_have_had_their_effect(door: Door) -> None:
    """Every good webhook is one processed event with one message, whoever stood beside it."""
    events = await door.shop.api.all("/events", source="grapfy")
    assert len(events) == door.sent
    assert {event["state"] for event in events} == {"processed"}
    assert len(await door.shop.api.all("/messages", rule_id=door.shop.rule_id)) >= door.sent
