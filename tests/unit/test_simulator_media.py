"""The media store of the simulator: forms, sizes, types, addresses that end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.whatsapp_rig import NUMBER, TOKEN, WABA, call, running
from whatsapp.simulator.graph import Graph
from whatsapp.simulator.multipart import read_form
from whatsapp.simulator.replies import Reply, Request
from whatsapp.simulator.world import World

FORM = "multipart/form-data; boundary=abc"


def form(content: bytes, mime_type: str = "image/png", product: str = "whatsapp") -> bytes:
    head = b'--abc\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\n%b\r\n' % product.encode()
    file = b'--abc\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: %b\r\n\r\n%b\r\n'
    return head + file % (mime_type.encode(), content) + b"--abc--\r\n"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    world.base_url = "http://sim"
    number = {"phone_number_id": NUMBER, "waba_id": WABA, "phone": "+5511400000001", "token": TOKEN}
    foreign = {**number, "phone_number_id": "333", "token": "foreign"}
    world.put_app("app", {"app_secret": "s", "numbers": [number, foreign]})
    yield world
    await world.close()


def ask(
    world: World, method: str, path: str, body: bytes = b"", content_type: str = FORM, token: str = TOKEN
) -> tuple[int, Any]:
    bare, _, query = path.partition("?")
    request = Request(
        method.encode(), bare.encode(), query.encode(), b"Bearer " + token.encode(), body, content_type.encode()
    )
    answer = Graph(world).handle(request)
    assert isinstance(answer, Reply)
    body = answer.body or b""
    return answer.status, orjson.loads(body) if answer.content_type == b"application/json" else body


async def test_uploaded_shown_downloaded_until_the_address_ends_and_deleted(world: World) -> None:
    identity = ask(world, "POST", f"/v23.0/{NUMBER}/media", form(b"\x89PNG\r\n--abd\r\n"))[1]["id"]
    status, shown = ask(world, "GET", f"/v23.0/{identity}?phone_number_id={NUMBER}")
    assert (status, shown["mime_type"], shown["file_size"]) == (200, "image/png", 13)
    address = shown["url"].removeprefix("http://sim")
    assert ask(world, "GET", address) == (200, b"\x89PNG\r\n--abd\r\n")
    assert ask(world, "GET", address, token="foreign")[0] == 401
    assert ask(world, "GET", f"/v23.0/{identity}", token="foreign")[1]["error"]["error_subcode"] == 33
    world.advance(300_001)
    assert ask(world, "GET", address)[0] == 404
    assert ask(world, "GET", f"/v23.0/{identity}")[0] == 200, "the media outlives its address"
    assert ask(world, "DELETE", f"/v23.0/{identity}") == (200, {"success": True})
    assert ask(world, "GET", f"/v23.0/{identity}")[1]["error"]["code"] == 100


async def test_media_ends_after_thirty_days(world: World) -> None:
    identity = ask(world, "POST", f"/v23.0/{NUMBER}/media", form(b"x"))[1]["id"]
    world.advance(30 * 86_400_000 + 1)
    assert ask(world, "GET", f"/v23.0/{identity}")[0] == 400
    assert world.media.size == 0


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (form(b"x"), "application/json", 100),
        (form(b"x")[:-8], FORM, 100),
        (form(b"x", product="other"), FORM, 100),
        (form(b""), FORM, 100),
        (form(b"x", "text/html"), FORM, 100),
        (form(b"x" * (5 * 1024 * 1024 + 1)), FORM, 131053),
    ],
    ids=["no-form", "cut", "product", "empty", "type", "size"],
)
async def test_uploads_that_are_refused(world: World, body: bytes, content_type: str, code: int) -> None:
    status, answer = ask(world, "POST", f"/v23.0/{NUMBER}/media", body, content_type)
    assert (status, answer["error"]["code"]) == (400, code)
    assert len(world.media) == 0


async def test_a_file_is_sent_only_as_what_it_is_and_by_its_number(world: World) -> None:
    identity = ask(world, "POST", f"/v23.0/{NUMBER}/media", form(b"x"))[1]["id"]

    def send(kind: str, token: str = TOKEN, number: str = NUMBER) -> tuple[int, Any]:
        content = {"type": kind, kind: {"id": identity}}
        body = orjson.dumps({"messaging_product": "whatsapp", "to": "+5511987654321", **content})
        return ask(world, "POST", f"/v23.0/{number}/messages", body, token=token)

    assert send("image")[0] == send("document")[0] == 200
    assert send("video")[1]["error"]["code"] == 131053
    assert send("image", "foreign", "333")[1]["error"]["code"] == 100


async def test_ten_megabytes_pass_through_the_door_and_other_bodies_stay_small() -> None:
    async with running() as rig:
        content = bytes(10 * 1024 * 1024)
        body = form(content, "application/pdf")
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": FORM}
        answer = await call(rig.base_url, "POST", f"/v23.0/{NUMBER}/media", body, headers)
        assert answer.status == 200
        assert (await rig.stats())["media"] == {"files": 1, "bytes": len(content)}
        assert (await rig.sim("POST", "reset")).status == 204
        assert (await rig.stats())["media"]["files"] == 0


async def test_a_resumable_upload_gives_a_handle(world: World) -> None:
    session = ask(world, "POST", "/v23.0/app/uploads?file_length=3&file_type=image/png&file_name=a.png")[1]["id"]
    assert session.startswith("upload:")
    assert ask(world, "POST", f"/v23.0/{session}", b"abc")[1]["h"].startswith("4::")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_bytes_break_the_form_reader(body: bytes, content_type: str) -> None:
    for kind in (content_type, FORM):
        try:
            parts = read_form(kind, b"--abc\r\n" + body + b"\r\n--abc--")
        except ValueError:
            continue
        assert all(isinstance(part.content, bytes) for part in parts.values())
