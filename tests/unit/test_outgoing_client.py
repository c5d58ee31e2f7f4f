"""One attempt at an address: where the connection goes, what an answer costs, and what is never followed."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.addresses import Guard
from integrations.outgoing_webhooks import MOST_BODY_BYTES, OutgoingClient
from tests.unit.receivers import Received, http, receiving, says

LOCAL = Guard(["127.0.0.1"])
HEADERS = {"content-type": "application/json", "webhook-id": "id"}


def _names(*answers: list[str]) -> OutgoingClient:
    """Return a client whose look-ups give these answers one after the other."""
    waiting = list(answers)

    async def resolve(host: str, port: int) -> list[str]:
        return waiting.pop(0)

    return OutgoingClient(LOCAL, resolve=resolve)


async def test_a_body_arrives_as_it_was_signed() -> None:
    async with receiving() as receiver:
        outcome = await OutgoingClient(LOCAL).deliver(receiver.url("/a%20b?c=d"), HEADERS, b'{"a": 1}')
        assert (outcome.status, outcome.reason, outcome.body) == (200, None, "ok")
        (received,) = receiver.got
        assert received.path == "/a%20b?c=d"
        assert received.body == b'{"a": 1}'
        assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
        assert received.headers["webhook-id"] == "id"


async def test_without_the_setting_this_machine_is_never_connected_to() -> None:
    async with receiving() as receiver:
        for url in (receiver.url(), receiver.url(host="localhost"), receiver.url(host="2130706433")):
            outcome = await OutgoingClient(Guard()).deliver(url, HEADERS, b"{}")
            assert outcome.reason == "outgoing_address", url
        assert receiver.connections == 0


async def test_a_name_is_looked_up_once_and_its_checked_address_called() -> None:
    """DNS rebinding: a second look-up would answer something private; there is none."""
    async with receiving() as receiver:
        client = _names(["127.0.0.1"])
        outcome = await client.deliver(receiver.url(host="loja.example.com"), HEADERS, b"{}")
        assert outcome.taken
        assert receiver.got[0].headers["host"] == f"loja.example.com:{receiver.port}"


async def test_a_name_that_turns_private_is_refused_from_then_on() -> None:
    async with receiving() as receiver:
        client = _names(["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "169.254.169.254"])
        url = receiver.url(host="loja.example.com")
        assert (await client.deliver(url, HEADERS, b"{}")).taken
        assert (await client.deliver(url, HEADERS, b"{}")).reason == "outgoing_address"
        assert (await client.deliver(url, HEADERS, b"{}")).reason == "outgoing_address"
        assert receiver.connections == 1


async def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    async with receiving() as inside, receiving(says(302, b"", location=inside.url("/latest/meta-data"))) as receiver:
        outcome = await OutgoingClient(LOCAL).deliver(receiver.url(), HEADERS, b"{}")
        assert (outcome.status, outcome.reason) == (302, "outgoing_redirect")
        assert inside.connections == 0


async def test_only_the_beginning_of_an_answer_is_read() -> None:
    async def endless(_: Received) -> bytes:
        return b"HTTP/1.1 500 No\r\ncontent-length: 100000000\r\n\r\n" + b"x" * 1_000_000

    async with receiving(endless) as receiver:
        outcome = await OutgoingClient(LOCAL).deliver(receiver.url(), HEADERS, b"{}")
        assert outcome.status == 500
        assert outcome.body == "x" * MOST_BODY_BYTES


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "outgoing_answer"),
        (b"", "outgoing_answer"),
        (b"HTTP/1.1 200", "outgoing_answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"y" * 100_000, "outgoing_answer"),
        (b"HTTP/1.1 200 OK\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", None),
        (b"HTTP/1.1 204 No Content\r\n\r\n", None),
    ],
)
async def test_answers_of_every_kind(said: bytes, reason: str | None) -> None:
    async def answer(_: Received) -> bytes:
        return said

    async with receiving(answer) as receiver:
        assert (await OutgoingClient(LOCAL).deliver(receiver.url(), HEADERS, b"{}")).reason == reason


async def test_who_does_not_answer_in_time_is_left() -> None:
    release = asyncio.Event()

    async def never(_: Received) -> bytes:
        await release.wait()
        return http(200)

    async with receiving(never) as receiver:
        outcome = await OutgoingClient(LOCAL, timeout_s=0.2).deliver(receiver.url(), HEADERS, b"{}")
        assert (outcome.status, outcome.reason) == (None, "outgoing_timeout")
        release.set()


async def test_nobody_there_and_no_such_name() -> None:
    async with receiving() as receiver:
        url = receiver.url()
    assert (await OutgoingClient(LOCAL).deliver(url, HEADERS, b"{}")).reason == "outgoing_connection"
    nameless = await OutgoingClient(LOCAL).deliver("http://does-not-exist.invalid/", HEADERS, b"{}")
    assert nameless.reason == "outgoing_name"


async def test_the_next_address_is_tried_where_nobody_listens_at_the_first() -> None:
    async with receiving() as receiver:
        client = _names(["127.0.0.9", "127.0.0.1"])
        client._guard = Guard(["127.0.0.0/8"])
        assert (await client.deliver(receiver.url(host="loja.example.com"), HEADERS, b"{}")).taken


async def test_a_certificate_must_be_the_names_own(tmp_path: Path) -> None:
    server, trusting = _tls(tmp_path, "loja.example.com")

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with receiving(tls=server) as receiver:
        client = OutgoingClient(LOCAL, resolve=resolve, tls=trusting)
        assert (await client.deliver(receiver.url(host="loja.example.com", scheme="https"), HEADERS, b"{}")).taken
        for stranger in (client, OutgoingClient(LOCAL, resolve=resolve)):
            url = receiver.url(host="outra.example.com", scheme="https")
            assert (await stranger.deliver(url, HEADERS, b"{}")).reason == "outgoing_tls"
        assert len(receiver.got) == 1


def _tls(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context with a certificate of its own for a name, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))
