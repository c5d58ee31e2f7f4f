"""The Cloud API transport against a server that misbehaves in every way, and its bodies and answers by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
import pytest

from tests.unit.whatsapp_rig import template, text
from whatsapp.cloud import CloudClient, encode
from whatsapp.transport import Accepted, NotConnected, Outbound, Refused, Transport, Uncertain

Misbehave = Callable[[asyncio.StreamWriter], Awaitable[None]]
NAME = "123"


def answer(body: bytes, status: int = 200, extra: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\n{extra}content-length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def server(misbehave: Misbehave) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Read one request after the other and let ``misbehave`` answer; yields the address and the requests."""
    requests: list[bytes] = []
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                requests.append(head + await reader.readexactly(size))
                await misbehave(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", requests
    finally:
        listening.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
        await listening.wait_closed()


def saying(raw: bytes) -> Misbehave:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return say


def saying_then_closing(raw: bytes) -> Misbehave:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        writer.close()

    return say


async def silence(writer: asyncio.StreamWriter) -> None:
    """Never answer."""


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@asynccontextmanager
async def client(timeout_s: float = 5.0) -> AsyncIterator[CloudClient]:
    made = CloudClient(timeout_s=timeout_s, connect_timeout_s=1.0, queue_timeout_s=0.2, max_in_flight=2)
    try:
        yield made
    finally:
        await made.close()


def test_bodies_are_metas() -> None:
    assert orjson.loads(encode(text("m-1", body="Olá"))) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511987654321",
        "type": "text",
        "text": {"preview_url": False, "body": "Olá"},
        "biz_opaque_callback_data": "m-1",
    }
    assert orjson.loads(encode(template("m-2", "Maria"))) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511987654321",
        "type": "template",
        "template": {
            "name": "pix",
            "language": {"code": "pt_BR"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "Maria"}]}],
        },
        "biz_opaque_callback_data": "m-2",
    }
    assert "components" not in orjson.loads(encode(template("m-3")))["template"]
    extra = {"image": {"id": "1"}, "context": {"message_id": "wamid.9"}}
    assert orjson.loads(encode(Outbound("m-4", "+5511987654321", "image", "", extra=extra))) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511987654321",
        "type": "image",
        "image": {"id": "1"},
        "context": {"message_id": "wamid.9"},
        "biz_opaque_callback_data": "m-4",
    }


async def test_the_request_carries_token_path_and_type_once() -> None:
    body = b'{"messages":[{"id":"wamid.1"}]}'
    async with server(saying(answer(body))) as (url, requests), client() as cloud:
        session: Transport = cloud.session(NAME, "secret-token", url + "/", "v23.0")
        assert await session.send(text("m-1")) == Accepted("wamid.1")
        head = requests[0].partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")
        assert head[0] == "post /v23.0/123/messages http/1.1"
        assert head.count("authorization: bearer secret-token") == 1
        assert head.count("content-type: application/json") == 1
        await session.close()


@pytest.mark.parametrize(
    "misbehave",
    [
        reset,
        saying_then_closing(b""),
        saying_then_closing(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"),
        saying_then_closing(b"not http\r\n\r\n"),
        saying(answer(b"<html>", 502)),
        saying(answer(b"", 200)),
        saying(answer(b"{}", 200)),
        saying(answer(b'{"messages":[]}', 200)),
        saying(answer(b'{"messages":[{"id":7}]}', 200)),
        saying(answer(b'{"messages":[{"id":"wamid.1"}]}', 500)),
        saying(answer(b'{"error":"busy"}', 503)),
        saying(answer(b"[]", 403)),
        saying(answer(b"", 307, "location: /elsewhere\r\n")),
        silence,
    ],
    ids=[
        "reset", "closed", "half", "no-http", "html", "empty", "no-messages", "no-message", "odd-id", "accepted-500",
        "foreign-error", "list", "redirect", "silence",
    ],
)  # fmt: skip
async def test_after_the_request_has_left_everything_unclear_is_uncertain(misbehave: Misbehave) -> None:
    async with server(misbehave) as (url, requests), client(timeout_s=0.4) as cloud:
        got = await cloud.session(NAME, "t", url, "v23.0").send(text("m-1"))
        assert isinstance(got, Uncertain), got
        assert len(requests) == 1, "it may have been sent: it must not be sent again"


async def test_what_never_left_is_not_connected() -> None:
    async with client() as cloud:
        for url in ("http://127.0.0.1:1", "http://no-such-host.invalid"):
            assert isinstance(await cloud.session(NAME, "t", url, "v23.0").send(text("m-1")), NotConnected)
    async with server(silence) as (url, requests), client() as cloud:  # a server that does not speak TLS
        tls = await cloud.session(NAME, "t", url.replace("http:", "https:"), "v23.0").send(text("m-1"))
        assert isinstance(tls, NotConnected)
        assert requests == []


async def test_without_a_free_connection_nothing_is_sent() -> None:
    async with server(silence) as (url, requests), client(timeout_s=1.0) as cloud:
        session = cloud.session(NAME, "t", url, "v23.0")
        got = await asyncio.gather(*(session.send(text(f"m-{at}")) for at in range(4)))
        assert sorted(type(one).__name__ for one in got) == ["NotConnected"] * 2 + ["Uncertain"] * 2
        assert len(requests) == 2


async def test_a_closed_client_sends_nothing() -> None:
    async with server(saying(answer(b"{}"))) as (url, requests):
        async with client() as cloud:
            session = cloud.session(NAME, "t", url, "v23.0")
        assert isinstance(await session.send(text("m-1")), NotConnected)
        assert requests == []


async def test_an_idle_connection_that_the_server_closed_never_costs_a_second_send() -> None:
    body = b'{"messages":[{"id":"wamid.1"}]}'
    async with server(saying_then_closing(answer(body))) as (url, requests), client() as cloud:
        session = cloud.session(NAME, "t", url, "v23.0")
        for at in range(40):
            got = await session.send(text(f"m-{at}"))
            seen = [raw for raw in requests if f'"m-{at}"'.encode() in raw]
            assert len(seen) <= 1
            # Where the request was lost in the closing connection, nobody can know that it was not read.
            assert isinstance(got, Accepted) if seen else isinstance(got, (Uncertain, NotConnected))


async def test_a_local_simulator_is_reached_past_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    body = b'{"messages":[{"id":"wamid.1"}]}'
    async with server(saying(answer(body))) as (url, _), client() as cloud:
        assert await cloud.session(NAME, "t", url, "v23.0").send(text("m-1")) == Accepted("wamid.1")


async def test_errors_are_told_whole() -> None:
    error = {
        "error": {
            "message": "(#130429) Rate limit hit",
            "type": "OAuthException",
            "code": 130429,
            "error_data": {"messaging_product": "whatsapp", "details": "throughput"},
            "error_subcode": 2494055,
        }
    }
    raw = orjson.dumps(error)
    async with server(saying(answer(raw, 400, "Retry-After: 7\r\n"))) as (url, _), client() as cloud:
        got = await cloud.session(NAME, "t", url, "v23.0").send(text("m-1"))
    assert got == Refused(130429, 2494055, "(#130429) Rate limit hit", "throughput", 400, 7.0, raw.decode())


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("retry-after: 2.5", 2.5),
        ("retry-after: nan", None),
        ("retry-after: Wed, 21 Oct 2026 07:28:00 GMT", None),
        ('x-business-use-case-usage: {"9":[{"type":"whatsapp","estimated_time_to_regain_access":15}]}', 900.0),
        ('x-business-use-case-usage: {"9":[{"type":"whatsapp","estimated_time_to_regain_access":0}]}', None),
        ("x-business-use-case-usage: what", None),
        ('x-business-use-case-usage: {"9":[7]}', None),
    ],
)
async def test_when_to_come_back(header: str, expected: float | None) -> None:
    raw = b'{"error":{"code":4,"message":"limit"}}'
    async with server(saying(answer(raw, 400, header + "\r\n"))) as (url, _), client() as cloud:
        got = await cloud.session(NAME, "t", url, "v23.0").send(text("m-1"))
    assert isinstance(got, Refused)
    assert got.retry_after_s == expected


@pytest.mark.parametrize(
    "message",
    [
        Outbound("m", "+5511987654321", text="\ud800"),
        Outbound("m", "+5511987654321"),
        Outbound("m", "+5511987654321", "template"),
        Outbound("m", "+5511987654321", "image", "", extra={"context": {"message_id": "wamid.9"}}),
        Outbound("m", "+5511987654321", "template", template_name="a", template_language="b", components=[{1: {2}}]),  # type: ignore[dict-item]
    ],
)
async def test_what_cannot_be_encoded_is_refused_without_a_request(message: Outbound) -> None:
    async with server(silence) as (url, requests), client() as cloud:
        got = await cloud.session(NAME, "t", url, "v23.0").send(message)
        assert isinstance(got, Refused)
        assert (got.code, got.http_status) == (100, 0)
        assert requests == []


@pytest.mark.parametrize(
    ("number", "token", "url"),
    [
        ("12/34", "t", "http://x"),
        ("", "t", "http://x"),
        ("1", "a\nb", "http://x"),
        ("1", "", "http://x"),
        ("1", "t", "x"),
    ],
)
async def test_sessions_that_cannot_work_are_refused_without_telling_the_token(
    number: str, token: str, url: str
) -> None:
    async with client() as cloud:
        with pytest.raises(ValueError, match=r".") as caught:
            cloud.session(number, token, url, "v23.0")
        assert not token or len(token) < 2 or token not in str(caught.value)


async def test_cancelling_a_send_cancels_it() -> None:
    arrived = asyncio.Event()

    async def notice(writer: asyncio.StreamWriter) -> None:
        arrived.set()

    async with server(notice) as (url, _), client() as cloud:
        task = asyncio.create_task(cloud.session(NAME, "t", url, "v23.0").send(text("m-1")))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
