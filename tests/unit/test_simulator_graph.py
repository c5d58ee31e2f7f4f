"""What Graph answers, without HTTP around it; and the program itself, started and stopped."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from tests.unit.whatsapp_rig import NUMBER, TOKEN, WABA, call
from whatsapp.simulator import serve
from whatsapp.simulator.graph import Graph
from whatsapp.simulator.replies import Reply, Request
from whatsapp.simulator.server import Connection, KnownHeads
from whatsapp.simulator.world import World


@pytest.fixture
async def graph() -> AsyncIterator[Graph]:
    world = World()
    world.statuses = False
    number = {"phone_number_id": NUMBER, "waba_id": WABA, "phone": "+5511400000001", "token": TOKEN}
    second = {**number, "phone_number_id": "222", "phone": "+5511400000002", "throughput": 1000}
    foreign = {**number, "phone_number_id": "333", "waba_id": "other", "token": "foreign"}
    world.put_app(
        "app",
        {
            "app_secret": "s",
            "numbers": [number, second, foreign],
            "templates": [{"name": f"t{at}", "language": "pt_BR", "body": "Oi {{1}}"} for at in range(7)],
        },
    )
    yield Graph(world)
    await world.close()


def ask(graph: Graph, method: str, path: str, body: Any = None, query: str = "", token: str = TOKEN) -> tuple[int, Any]:
    authorization = f"Bearer {token}".encode() if token else b""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    answer = graph.handle(Request(method.encode(), path.encode(), query.encode(), authorization, raw))
    assert isinstance(answer, Reply)
    assert answer.body is not None
    return answer.status, orjson.loads(answer.body)


def send(graph: Graph, **changes: Any) -> tuple[int, Any]:
    body = {"messaging_product": "whatsapp", "to": "+5511987654321", "type": "text", "text": {"body": "oi"}}
    wanted = {name: value for name, value in {**body, **changes}.items() if value is not None}
    return ask(graph, "POST", f"/v23.0/{NUMBER}/messages", wanted)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"messaging_product": None}, 100),
        ({"to": None}, 131008),
        ({"to": "nobody"}, 131009),
        ({"to": 5511987654321}, 131009),
        ({"to": "+5511400000001"}, 131021),
        ({"text": None}, 131008),
        ({"text": {"body": ""}}, 131008),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"type": "hologram"}, 131051),
        ({"type": 7}, 131009),
        ({"type": "template"}, 131008),
        ({"type": "template", "template": {"name": "t1"}}, 131008),
        ({"type": "template", "template": {"name": "t1", "language": {"code": "en_US"}}}, 132001),
        ({"type": "template", "template": {"name": "t1", "language": {"code": "pt_BR"}}}, 132000),
        ({"biz_opaque_callback_data": "x" * 513}, 131009),
        ({"status": "read"}, 131008),
    ],
)
async def test_refusals(graph: Graph, changes: dict[str, Any], code: int) -> None:
    status, answer = send(graph, **changes)
    assert status in (400, 404)
    assert answer["error"]["code"] == code
    assert answer["error"]["type"] == "OAuthException"
    assert answer["error"]["fbtrace_id"]


async def test_no_json_and_no_token(graph: Graph) -> None:
    assert ask(graph, "POST", f"/v23.0/{NUMBER}/messages", b"{")[1]["error"]["code"] == 100
    assert ask(graph, "POST", f"/v23.0/{NUMBER}/messages", {}, token="")[0] == 401
    assert ask(graph, "POST", f"/v23.0/{NUMBER}/messages", {}, token="foreign")[1]["error"]["error_subcode"] == 33
    assert ask(graph, "GET", "/nothing")[1]["error"]["code"] == 100
    assert ask(graph, "DELETE", f"/v23.0/{NUMBER}")[1]["error"]["code"] == 100


async def test_marking_as_read_succeeds_and_sends_nothing(graph: Graph) -> None:
    answer = send(graph, status="read", message_id="wamid.x")
    assert answer == (200, {"success": True})
    assert send(graph)[1]["contacts"] == [{"input": "+5511987654321", "wa_id": "5511987654321"}]


async def test_numbers_are_shown_with_the_fields_that_are_asked_for(graph: Graph) -> None:
    status, number = ask(graph, "GET", "/v23.0/222", query="fields=display_phone_number,throughput")
    assert (status, number) == (
        200,
        {"id": "222", "display_phone_number": "+5511400000002", "throughput": {"level": "HIGH"}},
    )
    assert ask(graph, "GET", f"/v23.0/{NUMBER}")[1]["quality_rating"] == "GREEN"
    listed = ask(graph, "GET", f"/v23.0/{WABA}/phone_numbers")[1]["data"]
    assert [one["id"] for one in listed] == [NUMBER, "222"]
    assert ask(graph, "GET", "/v23.0/other/phone_numbers")[0] == 400


async def test_templates_are_listed_page_by_page(graph: Graph) -> None:
    names, after = [], ""
    for _ in range(3):
        query = "limit=3" + (f"&after={after}" if after else "")
        page = ask(graph, "GET", f"/v23.0/{WABA}/message_templates", query=query)[1]
        names += [one["name"] for one in page["data"]]
        after = page["paging"]["cursors"]["after"]
    assert names == [f"t{at}" for at in range(7)]
    assert "next" not in page["paging"]
    one = ask(graph, "GET", f"/v23.0/{WABA}/message_templates", query="name=t3&status=APPROVED")[1]["data"]
    assert [(found["name"], found["language"], found["status"]) for found in one] == [("t3", "pt_BR", "APPROVED")]
    wrong = ask(graph, "GET", f"/v23.0/{WABA}/message_templates", query="after=%C3%A7")
    assert wrong[0] == 400


async def test_a_request_that_never_ends_is_noticed() -> None:
    closed: list[str] = []

    class Line(asyncio.Transport):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            closed.append("answered")

        def close(self) -> None:
            closed.append("closed")

    connection = Connection(lambda _: Reply(200, b"{}"), set(), KnownHeads())
    connection.connection_made(Line())
    now = asyncio.get_running_loop().time()
    assert not connection.is_stuck(now + 100), "an idle connection may stay"
    connection.data_received(b"POST /v1.0/1/mess")
    assert not connection.is_stuck(now + 20)
    assert connection.is_stuck(now + 40)
    connection.data_received(b"ages HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
    assert closed == ["answered"]
    assert not connection.is_stuck(now + 100)


async def test_serve_stops_when_told() -> None:
    stop, addresses = asyncio.Event(), asyncio.Queue[str]()
    task = asyncio.create_task(serve(port=0, stop=stop, started=addresses.put_nowait))
    address = await addresses.get()
    assert (await call(address, "GET", "/_sim/stats")).json["accepted"] == 0
    stop.set()
    await task
    with pytest.raises(ConnectionError):
        await call(address, "GET", "/_sim/stats")


async def test_the_program_listens_ends_on_sigterm_and_says_when_its_port_is_taken() -> None:
    first = await start("--port", "0", "--seed", "3")
    assert first.stdout is not None
    address = (await asyncio.wait_for(first.stdout.readline(), 20)).decode().strip()
    try:
        assert (await call(address, "GET", "/_sim/stats")).json["seed"] == 3
        second = await start("--port", address.rpartition(":")[2])
        _, complaint = await second.communicate()
        assert second.returncode == 1
        assert b"cannot listen" in complaint
    finally:
        first.send_signal(signal.SIGTERM)
        await first.communicate()
    assert first.returncode == 0


async def start(*options: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "whatsapp.simulator", *options, stdout=pipe, stderr=pipe
    )
