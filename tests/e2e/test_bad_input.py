"""What the door must bear: every vector, wrong signatures and sizes, strangers, broken HTTP. Never a 5xx."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from engine.texts import MAX_ID_LENGTH
from tests.e2e.http_client import HttpAnswer, HttpClient, NoAnswer, read_answer
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

_VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "webhooks.json").read_text(encoding="utf-8"))
_LIMIT = 1_048_576
_CUSTOMER = ("name", "phone", "email", "document")


@pytest.mark.parametrize("case", _VECTORS, ids=[case["name"] for case in _VECTORS])
async def test_every_vector_is_kept_byte_for_byte_and_read_as_it_should(
    shop: Shop, client: HttpClient, case: dict[str, Any]
) -> None:
    body = base64.b64decode(case["body_base64"]) if "body_base64" in case else case["body"].encode()
    answer = await shop.post(client, body, **{"content-type": case["content_type"]})
    assert answer.status == 202, answer
    told = answer.json()
    wanted = case["canonical"] if isinstance(case["canonical"], list) else [case["canonical"]]
    ids = told["ids"] if "ids" in told else [told["id"]]
    assert len(ids) == len(wanted)
    for event_id, fields in zip(ids, wanted, strict=True):
        raw = await shop.api.answer("GET", f"/events/{event_id}/raw")
        assert (raw.status, raw.body) == (200, body)
        assert raw.headers["content-type"] == "application/octet-stream"
        assert raw.headers["x-content-type-options"] == "nosniff"
        shown = await shop.api.get(f"/events/{event_id}")
        if fields is None:
            assert (shown["state"], bool(shown["reason_text"])) == ("unparsed", True)
        else:
            assert shown["state"] == "processed"
            assert {name: canonical(shown, name) for name in fields} == {
                name: as_shown(name, value) for name, value in fields.items()
            }


def canonical(shown: dict[str, Any], name: str) -> Any:
    """Return a canonical field of an event as the API shows it."""
    part = name.removeprefix("customer_")
    return shown["customer"][part] if name.startswith("customer_") and part in _CUSTOMER else shown[name]


def as_shown(name: str, value: Any) -> Any:
    """Return a vector's value as the API writes it: times with milliseconds, ids as they are stored."""
    if name.endswith("_at") and value is not None and "." not in value:
        return value.replace("Z", ".000Z")
    if name in ("external_id", "order_id") and value is not None:
        assert len(value) <= MAX_ID_LENGTH
    return value


async def test_an_empty_body_is_refused(shop: Shop, client: HttpClient) -> None:
    answer = await shop.post(client, b"")
    assert answer.status == 400
    problem(answer)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_up_to_the_limit_is_taken_and_one_byte_more_is_not(
    instance: Instance, shop: Shop, chunked: bool
) -> None:
    for extra, wanted in ((0, 202), (1, 413)):
        body = b'{"eventType":"x","pad":"' + b"a" * (_LIMIT + extra - 26) + b'"}'
        assert len(body) == _LIMIT + extra
        client = HttpClient(instance.base_url, connections=1)
        answer = await (post_chunks(client, shop, body) if chunked else shop.post(client, body))
        await client.close()
        assert answer.status == wanted, answer
        if wanted == 202:
            assert (await shop.api.answer("GET", f"/events/{answer.json()['id']}/raw")).body == body
        else:
            problem(answer)


async def post_chunks(client: HttpClient, shop: Shop, body: bytes) -> HttpAnswer:
    """Send a body without saying beforehand how long it is."""
    headers = {**shop.signed(body), "transfer-encoding": "chunked", "host": "x"}
    head = f"POST {shop.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    parts = [body[at : at + 60_000] for at in range(0, len(body), 60_000)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    async with client.connection() as connection:
        return await connection.exchange(head.encode() + b"\r\n" + chunks + b"0\r\n\r\n")


async def test_only_the_right_signature_in_its_time_opens(shop: Shop, client: HttpClient) -> None:
    body, now = shop.body.make(1), int(time.time())
    good = shop.signed(body)
    refused = {
        "no signature": without(good, "x-webhook-signature"),
        "no time": without(good, "x-webhook-timestamp"),
        "another secret": {**good, "x-webhook-signature": "0" * 64},
        "empty": {**good, "x-webhook-signature": ""},
        "not hex": {**good, "x-webhook-signature": "ñ" * 64},
        "of another body": {**shop.signed(body + b" ")},
        "of another time": {**good, "x-webhook-timestamp": str(now - 10)},
        "old": shop.signed(body, at=now - 310),
        "of the future": shop.signed(body, at=now + 310),
        "no number": {**good, "x-webhook-timestamp": "soon"},
        "a huge number": {**good, "x-webhook-timestamp": "9" * 400},
    }
    for why, headers in refused.items():
        answer = await client.request("POST", shop.path, headers, body)
        assert answer.status == 401, f"{why}: {answer}"
        assert "detail" in problem(answer)
    for at in (now - 290, now + 290):
        assert (await client.request("POST", shop.path, shop.signed(body, at=at), body)).status in (200, 202)
    assert len(await shop.api.all("/events")) == 1
    await wait_until(lambda: _refused(shop, len(refused)), 10.0, "the refusals to be counted")


async def _refused(shop: Shop, count: int) -> bool:
    page = await shop.api.get(f"/webhooks/{shop.webhook_id}/deliveries")
    return bool(sum(line["count"] for line in page["refused"]) == count)


def without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


async def test_strangers_learn_nothing(shop: Shop, client: HttpClient, make: Callable[[], Awaitable[Shop]]) -> None:
    """A wrong company, token or source, another company's ids: the same 404 as for what does not exist."""
    other = await make()
    token = (await shop.api.post("/webhooks", {"name": "t", "source": "t", "auth": {"scheme": "token"}}))["url"]
    path, body = urlsplit(token).path, shop.body.make(1)
    wrong = [
        path[:-1] + ("a" if path[-1] != "a" else "b"),
        path.replace(shop.company_id, other.company_id),
        path.replace(shop.company_id, "00000000-0000-7000-8000-000000000000"),
        path.replace(shop.company_id, "not-an-id"),
        path + "/more",
        f"/api/v1/webhooks/incoming/{shop.company_id}/",
        f"/api/v1/webhooks/incoming/{shop.company_id}/%00%ff",
        "/api/v1/webhooks/incoming/",
        "/api/v1/webhooks/meta/1",
    ]
    told = set()
    for target in wrong:
        answer = await client.request("POST", target, {"content-type": "application/json"}, body)
        assert answer.status == 404, f"{target}: {answer}"
        told.add(json.dumps({name: value for name, value in problem(answer).items() if name != "request_id"}))
    answer = await client.request("POST", shop.path, {**shop.signed(body), "x-webhook-source": "other"}, body)
    assert answer.status == 404
    event_id = (await shop.post(client, body)).json()["id"]
    for target in ("", "/raw", "/runs", "/messages"):
        answer = await other.api.answer("GET", f"/events/{event_id}{target}")
        assert answer.status == 404
        told.add(json.dumps({name: value for name, value in problem(answer).items() if name != "request_id"}))
    assert len(told) == 1, f"not all the same: {told}"
    assert (await client.request("POST", path, {}, body)).status == 202


_NONSENSE = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),  # a TLS hello
    b"GET / HTTP/9.9\r\n\r\n",
    b"\r\n" * 500,
    b"POST " + b"/" * 200_000,
    b"POST /x HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    b"POST /x HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
    b"POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    b"GET /\x00\xff HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"x: " + b"y" * 300_000 + b"\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)


@pytest.mark.parametrize("nonsense", _NONSENSE, ids=range(len(_NONSENSE)))
async def test_nonsense_on_the_port_disturbs_nobody(
    instance: Instance, shop: Shop, client: HttpClient, nonsense: bytes
) -> None:
    port = urlsplit(instance.base_url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(nonsense)
    neighbour = await shop.post(client, shop.body.make(1))
    writer.write_eof()
    try:
        async with asyncio.timeout(10):
            answer = await read_answer(reader)
        assert 400 <= answer.status < 500, answer
    except (EOFError, ConnectionError):
        pass  # closed without a word is an answer too
    finally:
        writer.transport.abort()
    assert neighbour.status == 202


async def test_a_head_without_end_is_refused_while_it_comes(instance: Instance, shop: Shop, client: HttpClient) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(instance.base_url).port)
    writer.write(b"GET /healthz HTTP/1.1\r\nx: " + b"y" * 60_000)
    await writer.drain()
    assert (await shop.post(client, shop.body.make(1))).status == 202
    writer.write(b"y" * 10_000)
    async with asyncio.timeout(10):
        assert (await read_answer(reader)).status == 431
        assert await reader.read() == b""
    writer.transport.abort()


async def test_a_slow_body_is_waited_for_while_others_are_served(
    instance: Instance, shop: Shop, client: HttpClient
) -> None:
    body = shop.body.make(1)
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(instance.base_url).port)
    writer.write(head_of(shop, body))
    for at in range(0, len(body), 200):
        writer.write(body[at : at + 200])
        await writer.drain()
        assert (await shop.post(client, shop.body.make(100 + at))).status == 202
    assert (await read_answer(reader)).status == 202
    writer.close()
    await writer.wait_closed()


async def test_who_leaves_in_the_middle_has_sent_nothing(instance: Instance, shop: Shop, client: HttpClient) -> None:
    """Half of a body is no event: the source will send it again, and then it is new."""
    for number in range(20):
        body = shop.body.make(number)
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(instance.base_url).port)
        writer.write(head_of(shop, body) + body[: len(body) // 2])
        await writer.drain()
        writer.transport.abort()
    answers = [await shop.post(client, shop.body.make(number)) for number in range(20)]
    assert [answer.status for answer in answers] == [202] * 20
    assert len(await shop.api.all("/events")) == 20


async def test_other_methods_are_told_so(shop: Shop, client: HttpClient) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await client.request(method, shop.path, shop.signed(b"{}"), b"{}")).status == 405
    answer = await client.request("GET", shop.path, {"x-webhook-source": "grapfy"})
    assert (answer.status, answer.json()["status"]) == (200, "ok")


def head_of(shop: Shop, body: bytes) -> bytes:
    """Return the head of a signed delivery."""
    headers = {"host": "x", **shop.signed(body), "content-length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {shop.path} HTTP/1.1\r\n{lines}\r\n".encode()


def problem(answer: HttpAnswer) -> dict[str, Any]:
    """Return an error's body, which must be a problem (RFC 9457) that tells nothing of the inside."""
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "request_id"} <= set(told)
    assert told["status"] == answer.status
    return told


async def test_a_broken_connection_is_no_answer(instance: Instance) -> None:
    """The client of these tests must not take silence for success."""
    client = HttpClient(instance.base_url, connections=1)
    async with client.connection() as connection:
        with pytest.raises(NoAnswer):
            await connection.exchange(b"GET /healthz HTTP/1.1\r\nhost: x\r\n", timeout_s=0.2)
    await client.close()
