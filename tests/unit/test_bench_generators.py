"""The generators are honest: real signatures, unique people, no coordinated omission, whole frames."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve

from bench import http_load
from bench.acks import AckLog
from bench.grapfy import GrapfyBody, WebhookRequests, phone_of
from bench.histogram import LatencyHistogram
from bench.live_clients import Audience
from bench.plan import GetTraffic, LivePlan, Plan, make_traffic
from bench.websocket import WebSocketClient, text_frame
from engine.phones import normalise_typed
from engine.signatures import SignatureScheme

_SECRET = "s3cr3t-of-the-shop"
_DOOR = {"path": "/webhooks/incoming/x", "source": "loja", "secret": _SECRET}
_ID = "01990000-0000-7000-8000-000000000001"


def traffic(**more: Any) -> dict[str, Any]:
    told = {"kind": "webhooks", "doors": [_DOOR], "run": "0badcafe", "first": 0, "fire_every": 5}
    return {**told, "fires": "pix_created", "silent": "order_approved", **more}


@given(st.integers(0, 10**10))
def test_every_webhook_is_signed_and_has_ids_and_a_buyer_of_its_own(number: int) -> None:
    request = WebhookRequests("/x", "h:1", "loja", _SECRET, GrapfyBody("0badcafe")).make(number)
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    scheme = SignatureScheme.from_auth({"scheme": "timestamped"}, [_SECRET])
    assert scheme.verify(body, headers, int(time.time())) == "valid"
    assert int(headers["content-length"]) == len(body)
    told = orjson.loads(body)
    assert told["eventId"] == told["orderId"] == f"0badcafe-0000-4000-8000-{number:012x}"
    assert normalise_typed(told["customer"]["phoneNumber"]) == phone_of(number)


def test_a_long_secret_is_hashed_first_as_rfc_2104_says() -> None:
    secret = "k" * 100
    request = WebhookRequests("/x", "h:1", "loja", secret, GrapfyBody("0badcafe")).make(1)
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert SignatureScheme.from_auth({"scheme": "timestamped"}, [secret]).verify(body, headers, int(time.time()))


def test_doors_take_turns_and_every_nth_webhook_fires() -> None:
    doors = [_DOOR, {**_DOOR, "source": "outra"}]
    made = make_traffic(Plan(host="h", port=1, connections=1, traffic=traffic(doors=doors)))
    requests = [made.next() for _ in range(20)]
    assert [number for _, kind, number in requests if kind == 0] == [0, 5, 10, 15]
    fired = [request for request, kind, _ in requests if kind == 0]
    assert [b"x-webhook-source: outra" in request for request in fired] == [False, True, False, True]
    assert all((b"pix_created" in request) == (kind == 0) for request, kind, _ in requests)


def test_questions_go_round_their_kinds_and_paths() -> None:
    told = {"kind": "gets", "headers": {"authorization": "Bearer k"}, "targets": {"a": ["/1", "/2"], "b": ["/3"]}}
    made = make_traffic(Plan(host="h", port=1, connections=1, traffic=told))
    assert isinstance(made, GetTraffic)
    lines = [made.next()[0].split(b" HTTP")[0] for _ in range(4)]
    assert lines == [b"GET /1", b"GET /3", b"GET /2", b"GET /3"]


class Server(asyncio.Protocol):
    """Answers every request with a 202; stalls once, or drops a connection, when it is told to."""

    stall_s = 0.0
    stall_at = -1
    drop_at = -1
    seen = 0

    def __init__(self) -> None:
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, separator, body = self._data.partition(b"\r\n\r\n")
        if not separator or len(body) < int(head.lower().split(b"content-length: ")[1].split(b"\r")[0]):
            return
        self._data = b""
        Server.seen += 1
        assert self._transport is not None
        if Server.seen == Server.drop_at:
            self._transport.abort()
            return
        answer = b'{"id":"%b","duplicate":false}' % _ID.encode()
        reply = b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer)
        # Two pieces: the reader has to put them together.
        delay_s = Server.stall_s if Server.seen == Server.stall_at else 0.0
        transport = self._transport
        asyncio.get_running_loop().call_later(delay_s, lambda: transport.write(reply[:40]))
        asyncio.get_running_loop().call_later(delay_s + 0.001, lambda: transport.write(reply[40:]))


@pytest.fixture
async def port() -> AsyncIterator[int]:
    Server.stall_s, Server.stall_at, Server.drop_at, Server.seen = 0.0, -1, -1, 0
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


def merged(result: dict[str, Any]) -> LatencyHistogram:
    total = LatencyHistogram()
    for encoded in result["histograms"].values():
        total.merge(LatencyHistogram.decode(encoded))
    return total


async def test_a_closed_loop_keeps_every_connection_busy_and_every_acknowledgement(port: int, tmp_path: Path) -> None:
    file = str(tmp_path / "acks")
    plan = Plan(host="127.0.0.1", port=port, connections=4, traffic=traffic(), seconds=0.3, acks_file=file)
    result = await http_load.run(plan)
    acks = AckLog.load(Path(file))
    assert result["statuses"] == {"202": result["measured"]}
    assert len(acks) == result["sent"] == Server.seen
    assert sorted(ack.number for ack in acks) == list(range(result["sent"]))
    assert {ack.event_id for ack in acks} == {_ID}
    assert (result["broken"], result["unanswered"]) == (0, 0)


async def test_a_stalled_server_is_charged_for_every_request_that_was_due_meanwhile(port: int) -> None:
    Server.stall_s, Server.stall_at = 0.4, 5
    plan = Plan(host="127.0.0.1", port=port, connections=1, traffic=traffic(), shape=[(0.5, 100.0)])
    result = await http_load.run(plan)
    assert result["measured"] == 50
    # One connection, stalled for 0.4 s at the fifth request: those behind it were due 10 ms apart.
    latency = merged(result)
    assert (latency.quantile_ms(0.5) or 0) > 100
    assert latency.max_us >= 390_000


async def test_a_connection_that_breaks_is_counted_and_replaced(port: int) -> None:
    Server.drop_at = 3
    plan = Plan(host="127.0.0.1", port=port, connections=1, traffic=traffic(), shape=[(0.3, 100.0)])
    result = await http_load.run(plan)
    assert result["broken"] == 1
    assert result["statuses"] == {"202": 29}
    assert merged(result).count == 30


@given(st.binary(max_size=70_000))
def test_a_frame_is_masked_as_rfc_6455_says(payload: bytes) -> None:
    frame = text_frame(payload)
    length, start = frame[1] & 0x7F, 2
    if length >= 126:
        size = 2 if length == 126 else 8
        length, start = int.from_bytes(frame[2 : 2 + size], "big"), 2 + size
    mask, masked = frame[start : start + 4], frame[start + 4 :]
    assert frame[0] == 0x81
    assert frame[1] & 0x80
    assert length == len(payload)
    assert bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked)) == payload


async def test_an_audience_hears_every_update_and_how_old_it_is() -> None:
    told = asyncio.Event()

    async def handle(connection: ServerConnection) -> None:
        assert orjson.loads(await connection.recv())["type"] == "auth"
        assert orjson.loads(await connection.recv())["topics"] == ["metrics"]
        now_ms = time.time_ns() // 1_000_000
        await connection.send(_update("snapshot", 0, now_ms, 10))
        await told.wait()
        for seq in (1, 2, 4):  # three is missing
            await connection.send(_update("delta", seq, now_ms - 500, 70_000))
        await connection.wait_closed()

    async with serve(handle, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        plan = LivePlan(url=f"ws://127.0.0.1:{port}", base_url="", key="", clients=3, seconds=0, topics=["metrics"])
        audience = Audience(plan)
        await audience.connect(3)
        audience.measuring = True
        told.set()
        async with asyncio.timeout(5):
            while audience.result(1.0, 0.1)["frames"].get("metrics", 0) < 9:
                await asyncio.sleep(0.005)
        result = audience.result(1.0, 0.1)
        assert (result["clients"], result["gaps"], result["ends"]) == (3, 3, {})
        assert result["frame_bytes"]["metrics"] > 70_000
        assert (audience.latency["metrics"].quantile_ms(0.0) or 0) >= 490
        audience.leave()
        await asyncio.sleep(0)


class _Counting(Audience):
    """Knows how often frames were taken apart."""

    taken_apart = 0

    def told(self, client: WebSocketClient, payload: bytes) -> None:
        self.taken_apart += 1
        super().told(client, payload)


async def test_the_same_bytes_are_taken_apart_once_and_counted_for_every_client() -> None:
    now_ms = time.time_ns() // 1_000_000
    frames = [_update("delta", seq, now_ms, size).encode() for seq, size in ((1, 10), (2, 300))]
    chunk = b"".join(b"\x81\x7e" + len(frame).to_bytes(2, "big") + frame for frame in frames)
    audience = _Counting(LivePlan(url="ws://h:1", base_url="", key="", clients=3, seconds=0, topics=["metrics"]))
    audience.measuring = True
    for number in range(3):
        client = WebSocketClient(audience, "h:1", number)
        client.positions["metrics"] = ("9", 0)
        vars(WebSocketClient)["_open"].__set__(client, True)
        client.data_received(chunk[:100] if number == 2 else chunk)
        if number == 2:  # what comes in pieces is put together first
            client.data_received(chunk[100:])
    result = audience.result(1.0, 0.1)
    assert (result["frames"], result["gaps"]) == ({"metrics": 6}, 0)
    assert result["frame_bytes"]["metrics"] == round(sum(map(len, frames)) / 2)
    assert audience.taken_apart == 2


def _update(kind: str, seq: int, oldest_ms: int, size: int) -> str:
    told = {"type": kind, "topic": "metrics", "seq": f"9-{seq}", "ts": oldest_ms, "oldest_ts": oldest_ms}
    return orjson.dumps({**told, "data": {"x": "y" * size}}).decode()


def test_the_same_request_is_the_same_bytes_but_for_its_time() -> None:
    made = [GrapfyBody("0badcafe").make(7) for _ in range(2)]
    assert hashlib.sha256(made[0]).digest() == hashlib.sha256(made[1]).digest()
    assert 1_550 < len(made[0]) < 1_700  # as seen in production
