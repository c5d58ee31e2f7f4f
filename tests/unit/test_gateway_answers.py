"""How the gateway finds routes and keeps summaries for a moment, without a database."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from engine.errors import Unavailable
from gateway.routes.metrics import with_reasons
from gateway.routing import RouteTable
from gateway.summaries import REPORT_KEPT_S, RecentSummaries
from tests.asgi import Client


async def _rest(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("rest")(scope, receive, send)


def _route(path: str, method: str = "GET") -> Route:
    async def told(request: Request) -> Response:
        return PlainTextResponse(f"{method} {path} {sorted(request.path_params.items())}")

    return Route(path, told, methods=[method])


ROUTES = [
    _route("/events"),
    _route("/events/{event_id}"),
    _route("/events/{event_id}/messages"),
    _route("/events/newest"),
    _route("/events/{event_id}", "DELETE"),
    _route("/a/{b}/c/{d}"),
]


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/events", "GET /events []"),
        ("GET", "/events/7", "GET /events/{event_id} [('event_id', '7')]"),
        ("DELETE", "/events/7", "DELETE /events/{event_id} [('event_id', '7')]"),
        ("GET", "/events/newest", "GET /events/newest []"),
        ("GET", "/events/7/messages", "GET /events/{event_id}/messages [('event_id', '7')]"),
        ("GET", "/a/1/c/2", "GET /a/{b}/c/{d} [('b', '1'), ('d', '2')]"),
        ("POST", "/events", "rest"),
        ("GET", "/events/", "rest"),
        ("GET", "/events//messages", "rest"),
        ("GET", "/events/7/", "rest"),
        ("GET", "/events/7/other", "rest"),
        ("GET", "/a/1", "rest"),
        ("GET", "/", "rest"),
    ],
)
async def test_a_request_finds_its_route_or_the_rest(method: str, path: str, answer: str) -> None:
    client = Client(RouteTable(ROUTES, _rest))
    assert (await client.call(method, path)).body.decode() == answer


async def test_head_is_answered_where_get_is() -> None:
    assert (await Client(RouteTable(ROUTES, _rest)).call("HEAD", "/events")).headers["content-length"] == "14"


def test_one_address_has_one_name_for_its_parameter() -> None:
    with pytest.raises(ValueError, match="other names"):
        RouteTable([_route("/events/{event_id}"), _route("/events/{id}", "DELETE")], _rest)


class _Aggregator:
    """Answers with the number of the question, when it is let."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, bytes]] = []
        self.may_answer = asyncio.Event()
        self.away = False

    async def __call__(self, company: bytes, query: bytes) -> bytes:
        self.asked.append((company, query))
        number = len(self.asked)
        await self.may_answer.wait()
        if self.away:
            raise Unavailable("away")
        return b"%d" % number


class _Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def _summaries() -> tuple[RecentSummaries, _Aggregator, _Clock]:
    aggregator, clock = _Aggregator(), _Clock()
    aggregator.may_answer.set()
    return RecentSummaries(aggregator, clock), aggregator, clock


async def test_a_summary_is_given_again_for_a_fifth_of_a_second_and_no_longer() -> None:
    summaries, _, clock = _summaries()
    assert await summaries.of(b"c", b"{}") == b"1"
    clock.now_s += 0.19
    assert await summaries.of(b"c", b"{}") == b"1"
    clock.now_s += 0.02
    assert await summaries.of(b"c", b"{}") == b"2"


async def test_a_report_is_given_again_for_a_second() -> None:
    summaries, _, clock = _summaries()
    question = b'{"report":"series"}'
    assert await summaries.of(b"c", question, REPORT_KEPT_S) == b"1"
    clock.now_s += 0.99
    assert await summaries.of(b"c", question, REPORT_KEPT_S) == b"1"
    clock.now_s += 0.02
    assert await summaries.of(b"c", question, REPORT_KEPT_S) == b"2"


async def test_companies_and_questions_are_told_apart() -> None:
    summaries, aggregator, _ = _summaries()
    asked: list[tuple[bytes, bytes]] = [(b"a", b"{}"), (b"b", b"{}"), (b"a", b'{"from":"x"}')]
    assert [await summaries.of(*question) for question in asked] == [b"1", b"2", b"3"]
    assert aggregator.asked == asked


async def test_who_asks_meanwhile_waits_for_the_same_answer_even_if_the_first_gives_up() -> None:
    summaries, aggregator, _ = _summaries()
    aggregator.may_answer.clear()
    first, second = (asyncio.create_task(summaries.of(b"c", b"{}")) for _ in range(2))
    while not aggregator.asked:
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    aggregator.may_answer.set()
    assert await second == b"1"


async def test_a_failure_is_told_and_not_remembered() -> None:
    summaries, aggregator, _ = _summaries()
    aggregator.away = True
    with pytest.raises(Unavailable):
        await summaries.of(b"c", b"{}")
    aggregator.away = False
    assert await summaries.of(b"c", b"{}") == b"2"


async def test_what_is_remembered_is_bounded() -> None:
    summaries, _, _ = _summaries()
    for number in range(1_500):
        await summaries.of(b"%d" % number, b"{}")
    kept: dict[Any, Any] = summaries._asked
    assert len(kept) == 1_000


def test_a_breakdown_tells_the_reason_by_which_its_messages_are_listed() -> None:
    groups = [
        {"stage": "refused", "class": "address", "code": "131026", "count": 3},
        {"stage": "late", "class": "other", "code": "opted_out", "count": 2},
        {"stage": "refused", "class": "other", "code": "other", "count": 1},
        {"stage": "refused", "class": "other", "code": "x" * 40, "count": 1},
    ]
    told = orjson.loads(with_reasons(orjson.dumps({"by": "error", "data": groups, "other": None})))
    assert [group["reason"] for group in told["data"]] == ["whatsapp_131026", "opted_out", None, None]
    assert told["data"][1]["reason_text"]["pt"].startswith("A pessoa pediu")
    assert told["data"][2]["reason_text"] is None
    skipped = orjson.loads(with_reasons(b'{"by":"skip","data":[{"reason":"opted_out","count":2}],"other":null}'))
    assert set(skipped["data"][0]["reason_text"]) == {"pt", "en"}
