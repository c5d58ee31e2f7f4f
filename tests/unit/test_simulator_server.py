"""The simulator's HTTP server: order, bounds, and bytes that nobody should send."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from urllib.parse import urlsplit

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.whatsapp_rig import NUMBER, TOKEN, Rig, call, read_answer, running
from whatsapp.simulator.graph import Graph
from whatsapp.simulator.replies import Reply, Request
from whatsapp.simulator.world import World


def send_request(opaque: str, *, to: str = "+5511987654321", extra: str = "") -> bytes:
    body = orjson.dumps(
        {
            "messaging_product": "whatsapp",
            "to": to,
            "type": "text",
            "text": {"body": "oi"},
            "biz_opaque_callback_data": opaque,
        }
    )
    head = (
        f"POST /v23.0/{NUMBER}/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n"
        f"{extra}content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def talk(rig: Rig, *pieces: bytes) -> bytes:
    """Send pieces one by one, end the sending side, and return all that came back."""
    address = urlsplit(rig.base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if writer.can_write_eof():
            writer.write_eof()
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_pipelined_requests_are_answered_in_order_even_when_one_is_late() -> None:
    async with running() as rig:
        await rig.sim("POST", "faults", {"match": {"to": "+5511900000001"}, "then": {"delay_ms": 80}})
        address = urlsplit(rig.base_url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        phones = ["+5511900000001", "+5511900000002", "+5511900000001", "+5511900000003"]
        writer.write(b"".join(send_request(f"o{at}", to=to) for at, to in enumerate(phones)))
        answers = [(await asyncio.wait_for(read_answer(reader), 5)).json for _ in phones]
        assert [answer["contacts"][0]["input"] for answer in answers] == phones
        writer.close()
        await writer.wait_closed()


async def test_a_request_in_single_bytes_is_the_same_request() -> None:
    async with running() as rig:
        raw = send_request("slow")
        answer = await talk(rig, *(raw[at : at + 1] for at in range(len(raw))))
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert (await rig.messages("opaque=slow"))["total"] == 1


async def test_known_heads_never_mix_up_requests() -> None:
    async with running() as rig:
        address = urlsplit(rig.base_url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for at in range(20):
            raw = send_request(f"k{at:02d}")
            if at % 3 == 2:  # a body that comes later, after a head that is known
                cut = raw.index(b"\r\n\r\n") + 4
                writer.write(raw[:cut])
                await writer.drain()
                await asyncio.sleep(0)
                raw = raw[cut:]
            writer.write(raw)
            assert (await asyncio.wait_for(read_answer(reader), 5)).status == 200
        rows = (await rig.messages())["data"]
        assert [row["opaque"] for row in rows] == [f"k{at:02d}" for at in range(20)]
        other = await call(rig.base_url, "POST", f"/v23.0/{NUMBER}/messages", {}, {"authorization": "Bearer wrong"})
        assert other.status == 401
        writer.close()
        await writer.wait_closed()


async def test_chunked_bodies_and_expect_are_understood() -> None:
    async with running() as rig:
        body = send_request("chunked").partition(b"\r\n\r\n")[2]
        head = f"POST /v23.0/{NUMBER}/messages HTTP/1.1\r\nauthorization: Bearer {TOKEN}\r\n".encode()
        chunked = head + b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        assert (await talk(rig, chunked)).startswith(b"HTTP/1.1 200")
        expecting = await talk(rig, send_request("expecting", extra="expect: 100-continue\r\n"))
        assert expecting.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


@pytest.mark.parametrize(
    ("hostile", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n", b"400"),
        (b"POST /v1.0/1/messages HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b"400"),
        (b"POST /v1.0/1/messages HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", b"400"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 70_000 + b"\r\n\r\n", b"431"),
        (b"POST /v1.0/1/messages HTTP/1.1\r\ncontent-length: 9000000\r\n\r\n" + b"a" * 5_000_000, b"413"),
    ],
    ids=["tls", "upgrade", "negative", "two-lengths", "long-address", "long-header", "large-body"],
)
async def test_hostile_requests_are_refused_and_cut_off(hostile: bytes, status: bytes) -> None:
    async with running() as rig:
        answer = await talk(rig, hostile)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 " + status)
        assert (await rig.sim("GET", "stats")).status == 200


async def test_a_header_without_end_is_cut_off() -> None:
    async with running() as rig:
        address = urlsplit(rig.base_url)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"GET / HTTP/1.1\r\nx: ")
        async with asyncio.timeout(10):
            with pytest.raises(ConnectionError):
                while True:  # nothing but the server ends this
                    writer.write(b"a" * 65_536)
                    await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        assert (await rig.sim("GET", "stats")).status == 200


async def test_random_bytes_and_broken_requests_leave_the_server_well(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as rig:
        draw = random.Random(1)
        good = send_request("good")
        for _ in range(300):
            broken = bytearray(good)
            for _ in range(draw.randint(1, 6)):
                broken[draw.randrange(len(broken))] = draw.randrange(256)
            await talk(rig, bytes(broken) if draw.random() < 0.7 else draw.randbytes(draw.randint(1, 400)))
        answer = await talk(rig, send_request("after", to="+5511911112222"))
        assert answer.startswith(b"HTTP/1.1 200")
        assert not [record for record in caplog.records if record.levelname == "ERROR"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_TEMPLATE = st.fixed_dictionaries(
    {"name": st.just("pix") | _JSON, "language": st.just({"code": "pt_BR"}) | _JSON},
    optional={
        "components": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["body", "header", "button"]) | _JSON},
                optional={"parameters": _JSON | st.lists(st.dictionaries(st.sampled_from(["type", "text"]), _JSON))},
            )
        )
        | _JSON
    },
)


_KINDS = ("image", "audio", "document", "interactive", "location", "contacts", "reaction")
_FIELDS = [
    "type",
    "id",
    "link",
    "caption",
    "action",
    "body",
    "header",
    "footer",
    "latitude",
    "longitude",
    "name",
    "emoji",
]
_CONTENT = st.dictionaries(
    st.sampled_from([*_FIELDS, "message_id", "text", "buttons", "sections"]),
    st.sampled_from(["button", "list", "cta_url", "wamid.x", "https://example.org"]) | _JSON,
    max_size=6,
)


@settings(max_examples=400, deadline=None)
@given(
    st.fixed_dictionaries(
        {"messaging_product": st.just("whatsapp"), "to": st.just("+5511987654321") | _JSON},
        optional={
            "type": st.sampled_from(["text", "template", *_KINDS]) | _JSON,
            "text": st.just({"body": "oi"}) | _JSON,
            **dict.fromkeys(_KINDS, _CONTENT | st.lists(_CONTENT, max_size=2) | _JSON),
            "context": _JSON,
            "recipient": _JSON,
            "template": _TEMPLATE | _JSON,
            "biz_opaque_callback_data": _JSON,
            "status": _JSON,
        },
    )
    | _JSON
)
def test_no_body_breaks_graph(body: object) -> None:
    graph = Graph(_WORLD)
    request = Request(
        b"POST", f"/v23.0/{NUMBER}/messages".encode(), b"", b"Bearer " + TOKEN.encode(), orjson.dumps(body)
    )
    answer = graph.handle(request)
    assert isinstance(answer, Reply)
    assert answer.status in (200, 400, 404)
    assert answer.body is not None
    assert ("error" in orjson.loads(answer.body)) is (answer.status != 200)


_WORLD = World()
_WORLD.statuses = False
_WORLD.put_app(
    "app",
    {
        "app_secret": "s",
        "numbers": [{"phone_number_id": NUMBER, "phone": "+5511400000001", "token": TOKEN, "throughput": 100_000}],
        "templates": [{"name": "pix", "language": "pt_BR", "body": "Olá {{1}}"}],
    },
)
