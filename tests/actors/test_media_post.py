"""Uploads for stored numbers: the file goes to Graph, and what Graph says against it is told by its field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from actors.media_post import MediaPost
from engine.errors import BadRequest, FieldProblem, Unavailable
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
