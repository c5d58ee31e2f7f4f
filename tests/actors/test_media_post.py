"""Uploads for stored numbers: the file goes to Graph, and what Graph says against it is told by its field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from actors.media_post import MediaPost
from engine.errors import BadRequest, FieldProblem, NotFound, Unavailable
from storage.pool import Pool
from tests.actors.sending_kit import World
from tests.actors.test_graph_desk import VAULT, add_number
from tests.unit.test_whatsapp_admin import NUMBER, error, graph


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


async def test_a_file_goes_to_graph_and_refusals_name_their_field(world: World, tmp_path: Path) -> None:
    file = tmp_path / "upload"
    file.write_bytes(b"\x89PNG")
    session_id = UUID(bytes=await add_number(world))
    wrong: dict[str, Any] = {"error_data": {"details": "The file is damaged."}}
    answers = (
        {"id": "4711"},
        error(131053, **wrong),
        error(190, "expired", 401),
        error(2, "down", 503),
        (502, b"", ""),
    )
    async with graph(*answers) as (meta, _):
        post = MediaPost(replace(world.settings, graph_url=meta.url), VAULT, world.pool)

        async def upload(company: Any = world.company) -> str:
            return await post.upload(company, session_id, file, kind="image", mime_type="image/png", filename="a")

        assert await upload() == "4711"
        assert meta.asked(0) == f"POST /v23.0/{NUMBER}/media"
        assert b"\x89PNG" in meta.bodies[0]
        for field in ("file", "token"):
            with pytest.raises(FieldProblem) as caught:
                await upload()
            [problem] = caught.value.errors
            assert (problem["field"], set(problem["reason_text"])) == (field, {"pt", "en"})
        for _ in range(2):
            with pytest.raises(Unavailable):
                await upload()
        with pytest.raises(BadRequest):
            await upload(await world.add_company())
        await post.close()


async def test_a_persons_file_comes_from_graph_and_the_token_goes_nowhere_else(world: World) -> None:
    session_id = UUID(bytes=await add_number(world))
    picture = b"\xff\xd8" + b"x" * 300_000
    async with graph() as (meta, _):
        post = MediaPost(replace(world.settings, graph_url=meta.url), VAULT, world.pool)
        here = {"url": f"{meta.url}/attachments/?mid=77", "mime_type": "image/jpeg"}

        async def fetch(*answers: Any, company: Any = world.company) -> bytes:
            meta.answers += [one if isinstance(one, tuple) else (200, one, "") for one in answers]
            async with post.download(company, session_id, "77") as file:
                return b"".join([piece async for piece in file.pieces()])

        assert await fetch(here, picture) == picture
        assert [meta.asked(0), meta.asked(1)] == ["GET /v23.0/77", "GET /attachments/?mid=77"]
        assert all("authorization: bearer" in head.lower() for head in meta.heads)
        with pytest.raises(NotFound):
            await fetch(error(100, "does not exist"))
        elsewhere, nowhere, gone = {"url": "http://elsewhere.test/a"}, {"id": "77"}, (404, b"gone", "")
        for answers in ((elsewhere,), (nowhere,), (here, gone), (error(2, "down", 503),)):
            with pytest.raises(Unavailable):
                await fetch(*answers)
        with pytest.raises(BadRequest):
            await fetch(company=await world.add_company())
        assert not any("elsewhere" in head for head in meta.heads)
        await post.close()
