"""Files for messages by the API: a body or a form, each within its size; nothing of them stays behind."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from starlette.types import Message

from engine.ids import ms_to_time
from gateway.uploads import Uploads
from storage.pool import Pool
from tests.asgi import Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_session

BOUNDARY = {"content-type": "multipart/form-data; boundary=b1"}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def number(rig: Rig, pool: Pool, **more: Any) -> tuple[Client, UUID, UUID]:
    company_id, owner = await rig.company()
    return owner, company_id, await add_session(pool, company_id, ms_to_time(NOW_MS), **more)


def form(**parts: bytes | tuple[str, str, bytes]) -> bytes:
    body = b""
    for name, part in parts.items():
        filename, mime, content = part if isinstance(part, tuple) else ("", "", part)
        head = f'--b1\r\nContent-Disposition: form-data; name="{name}"'
        head += f'; filename="{filename}"\r\nContent-Type: {mime}' if filename else ""
        body += head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return body + b"--b1--\r\n"


async def test_a_body_becomes_a_media_id(rig: Rig, pool: Pool) -> None:
    owner, company_id, session_id = await number(rig, pool)
    answer = await owner.call(
        "POST",
        f"/api/v1/sessions/{session_id}/media",
        query={"filename": "foto.png"},
        body=b"\x89PNG",
        headers={"content-type": "image/png"},
    )
    assert answer.status == 201
    assert answer.json | {"expires_at": None} == {
        "id": "4711",
        "type": "image",
        "mime_type": "image/png",
        "size": 4,
        "expires_at": None,
    }
    assert rig.actors.uploaded == [(company_id, session_id, "image", "image/png", "foto.png", b"\x89PNG")]
    assert not any(map(Path.exists, rig.actors.files))


@pytest.mark.parametrize("late", [False, True])
async def test_a_form_becomes_a_media_id(rig: Rig, pool: Pool, late: bool) -> None:
    owner, _, session_id = await number(rig, pool)
    file, told = {"file": ("f.bin", "image/png", b"x" * 3_000_000)}, {"type": b"document", "filename": b"a.png"}
    body = form(**({**file, **told} if late else {**told, **file}))  # type: ignore[arg-type]
    answer = await owner.call("POST", f"/api/v1/sessions/{session_id}/media", body=body, headers=BOUNDARY)
    assert (answer.status, answer.json["type"], answer.json["size"]) == (201, "document", 3_000_000)
    assert rig.actors.uploaded[0][2:] == ("document", "image/png", "a.png", b"x" * 3_000_000)


@pytest.mark.parametrize(
    ("query", "headers", "body", "field"),
    [
        ({"type": "image"}, {"content-type": "image/gif"}, b"GIF", "mime_type"),
        ({"type": "foto"}, {"content-type": "image/png"}, b"x", "type"),
        ({}, {"content-type": "image"}, b"x", "mime_type"),
        ({}, {"content-type": "image/png"}, b"", "file"),
        ({}, {"content-type": "image/png"}, b"x" * (5 * 1024 * 1024 + 1), "file"),
        ({}, {"content-type": "image/webp"}, b"x" * 512_001, "file"),
        ({}, BOUNDARY, form(file=("a.webp", "image/webp", b"x" * 600_000)), "file"),
        ({}, BOUNDARY, form(file=("a.png", "image/png", b"x"), type=b"audio"), "mime_type"),
        ({}, BOUNDARY, form(type=b"image"), "file"),
        ({}, BOUNDARY, form(file=("a.png", "image/png", b"x"))[:-9], "body"),
        ({}, BOUNDARY, form(filename=b"n" * 2_000), "filename"),
        ({}, {"content-type": "multipart/form-data"}, form(), "body"),
    ],
)
async def test_what_whatsapp_does_not_take_is_told_by_its_field(
    rig: Rig, pool: Pool, query: dict[str, str], headers: dict[str, str], body: bytes, field: str
) -> None:
    owner, _, session_id = await number(rig, pool)
    path = f"/api/v1/sessions/{session_id}/media"
    answer = await owner.call("POST", path, query=query, body=body, headers=headers)
    assert (answer.status, [one["field"] for one in answer.json["errors"]]) == (422, [field])
    assert rig.actors.uploaded == []


async def test_a_body_that_is_too_large_is_not_read_to_its_end(rig: Rig, pool: Pool) -> None:
    """The client would send for ever."""
    owner, _, session_id = await number(rig, pool)
    replies: list[Message] = []
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        taken += 65_536
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def send(message: Message) -> None:
        replies.append(message)

    headers = [(name.encode(), value.encode()) for name, value in {**owner._headers, "content-type": "x/y"}.items()]
    path = f"/api/v1/sessions/{session_id}/media"
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b"type=image"}
    await owner.app({**scope, "root_path": "", "client": None, "server": None, "scheme": "http"}, receive, send)
    assert (replies[0]["status"], taken) == (422, 0)  # the type alone is refused
    headers[-1] = (b"content-type", b"image/png")
    replies.clear()
    await owner.app({**scope, "root_path": "", "client": None, "server": None, "scheme": "http"}, receive, send)
    assert replies[0]["status"] == 422
    assert taken <= 5 * 1024 * 1024 + 65_536


async def test_only_so_many_files_are_received_at_a_time(rig: Rig, pool: Pool) -> None:
    owner, _, session_id = await number(rig, pool)
    rig.services.uploads = Uploads(most=1)
    gate, held = asyncio.Event(), asyncio.Event()
    real = rig.actors.upload

    async def slow(*arguments: Any, **named: Any) -> str:
        held.set()
        await gate.wait()
        return await real(*arguments, **named)

    rig.services.media = type("Slow", (), {"upload": staticmethod(slow)})()
    path, headers = f"/api/v1/sessions/{session_id}/media", {"content-type": "image/png"}
    first = asyncio.create_task(owner.call("POST", path, body=b"x", headers=headers))
    await held.wait()
    second = await owner.call("POST", path, body=b"x", headers=headers)
    assert (second.status, "retry-after" in second.headers) == (429, True)
    gate.set()
    assert (await first).status == 201
    assert (await owner.call("POST", path, body=b"x", headers=headers)).status == 201


async def test_a_web_session_takes_no_uploads_and_a_viewer_may_not(rig: Rig, pool: Pool) -> None:
    owner, company_id, session_id = await number(rig, pool, transport="web")
    assert (await owner.post(f"/api/v1/sessions/{session_id}/media", b"x")).status == 409
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.post(f"/api/v1/sessions/{session_id}/media", b"x")).status == 403


async def test_other_bodies_keep_their_limit(rig: Rig, pool: Pool) -> None:
    owner, _, _ = await number(rig, pool)
    answer = await owner.post("/api/v1/templates", b'{"name":"' + b"a" * 1_100_000 + b'"}')
    assert answer.status == 413
