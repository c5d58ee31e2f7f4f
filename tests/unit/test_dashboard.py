"""The dashboard's files as a browser gets them: a nonce at each answer, a strict policy, compressed and kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from engine.settings import Settings
from gateway.dashboard import Dashboard
from gateway.middleware import Edge
from tests.asgi import Client

_SETTINGS = Settings("test", "/nowhere", "", "", live_public_url="wss://live.example/feed")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script nonce="__CSP_NONCE__"></script><meta content="__CSP_NONCE__">')
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "assets/app-1a2b.js").write_bytes(b"plain")
    (tmp_path / "assets/app-1a2b.js.br").write_bytes(b"brotli")
    (tmp_path / "assets/app-1a2b.js.gz").write_bytes(b"gzip")
    (tmp_path / "assets/app-1a2b.js.map").write_bytes(b"source")
    return tmp_path


def _client(folder: Path) -> Client:
    return Client(Edge(Dashboard(PlainTextResponse("rest", 404), _SETTINGS, folder)))


@pytest.mark.parametrize("path", ["/", "/sign-in", "/c/0199/events", "/reset-password", "/invitation"])
async def test_pages_are_the_index_with_a_nonce_of_their_own(built: Path, path: str) -> None:
    answers = [await _client(built).get(path) for _ in range(2)]
    nonces = [set(re.findall(rb'"([^"]+)"', answer.body)) for answer in answers]
    assert [len(found) for found in nonces] == [1, 1]
    assert nonces[0] != nonces[1]
    for answer, found in zip(answers, nonces, strict=True):
        policy = answer.headers["content-security-policy"]
        assert policy.count(f"'nonce-{found.pop().decode()}'") == 2
        assert "connect-src 'self' wss://live.example;" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("accepted", "body", "encoding"),
    [
        ("gzip, deflate, br", b"brotli", "br"),
        ("gzip;q=1.0, br;q=0", b"gzip", "gzip"),
        ("identity", b"plain", None),
        ("", b"plain", None),
    ],
)
async def test_hashed_files_are_kept_for_ever_and_compressed(
    built: Path, accepted: str, body: bytes, encoding: str | None
) -> None:
    answer = await _client(built).call("GET", "/assets/app-1a2b.js", headers={"accept-encoding": accepted})
    assert (answer.status, answer.body, answer.headers.get("content-encoding")) == (200, body, encoding)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "accept-encoding"
    assert "javascript" in answer.headers["content-type"]


async def test_other_files_are_asked_for_again(built: Path) -> None:
    client = _client(built)
    first = await client.get("/icon.svg")
    again = await client.call("GET", "/icon.svg", headers={"if-none-match": first.headers["etag"]})
    assert (first.headers["cache-control"], again.status, again.body) == ("no-cache", 304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/webhooks/nothing",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/index.html",
        "/assets/app-1a2b.js.map",
        "/assets/other.js",
        "/nothing",
    ],
)
async def test_nothing_else_is_the_dashboards(built: Path, path: str) -> None:
    assert (await _client(built).get(path)).status == 404


async def test_only_reading_is(built: Path) -> None:
    assert (await _client(built).post("/")).status == 404


async def test_without_a_build_a_page_says_how_to_make_it(tmp_path: Path) -> None:
    answer = await _client(tmp_path).get("/")
    assert answer.status == 200
    assert "make dashboard" in answer.body.decode()
    assert "unsafe" not in answer.headers["content-security-policy"]
