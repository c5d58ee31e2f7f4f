"""Questions to Graph through a sender host: pasted tokens, and templates as Graph lists them, into a real Postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from actors.graph_desk import GraphDesk
from engine.credentials import seal_session_token
from engine.errors import BadRequest, Unavailable
from engine.vault import Vault
from storage.pool import Pool
from tests.actors.sending_kit import World, new_id, now_ms
from tests.unit.test_whatsapp_admin import HEALTHY, NUMBER, WABA, error, graph

VAULT = Vault(b"v" * 32)


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


async def add_number(world: World) -> bytes:
    """A Cloud API number with a token; returns its id."""
    session = await world.add_session(waba=WABA)
    await world.pool.execute(
        "UPDATE sessions SET transport = 'cloud', phone_number_id = $2, token_sealed = $3 WHERE id = $1",
        session,
        NUMBER,
        seal_session_token(VAULT, session, "tok"),
    )
    return session.bytes


@asynccontextmanager
async def desk(world: World, *answers: Any) -> AsyncIterator[GraphDesk]:
    async with graph(*answers) as (meta, _):
        made = GraphDesk(replace(world.settings, graph_url=meta.url), VAULT, world.pool)
        try:
            yield made
        finally:
            await made.close()


async def test_a_working_number_comes_with_what_graph_knows_of_it(world: World) -> None:
    async with desk(world, HEALTHY, {"data": [{"id": NUMBER}]}) as asked:
        answer = await asked.check("cloud", "tok", NUMBER, WABA, None)
    assert (answer["asked"], answer["problems"]) == (True, [])
    assert (answer["number"]["tier"], answer["number"]["throughput"]) == ("TIER_10K", 1000)


async def test_a_wrong_token_has_its_field_and_words_in_both_languages(world: World) -> None:
    async with desk(world, error(190, "expired", 401, error_subcode=463)) as asked:
        [problem] = (await asked.check("cloud", "tok", NUMBER, WABA, None))["problems"]
        assert problem["field"] == "token"
        assert all(problem[name] for name in ("reason", "pt"))
        [problem] = (await asked.check("cloud", "to k", NUMBER, WABA, None))["problems"]
        assert problem["field"] == "token"


async def test_where_graph_gives_no_answer_nothing_is_known(world: World) -> None:
    nothing = {"asked": False, "problems": [], "number": None}
    async with desk(world, (502, b"", ""), error(2, "down", 503)) as asked:
        assert [await asked.check("cloud", "tok", NUMBER, None, None) for _ in range(2)] == [nothing] * 2
        assert await asked.check("simulator", "tok", NUMBER, None, None) == nothing  # none runs here


async def test_templates_are_synced_from_graphs_list(world: World) -> None:
    await world.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body) VALUES ($1, $2, 'pix', 'meta', 'Olá')",
        new_id(),
        world.company,
    )
    session = await add_number(world)
    listed = {"id": "7", "name": "pix", "language": "pt_BR", "status": "PAUSED", "category": "MARKETING"}
    page = {"data": [listed, {**listed, "name": "outro"}], "paging": {}}
    async with desk(world, page, error(190, "expired", 401), (502, b"", "")) as asked:
        answer = await asked.sync_templates(world.company.bytes, session, now_ms())
        assert answer == {"told": 2, "changed": True, "names": [["pix", "pt_BR"], ["outro", "pt_BR"]]}
        for refused in (BadRequest, Unavailable):
            with pytest.raises(refused):
                await asked.sync_templates(world.company.bytes, session, now_ms())
    row = await world.pool.fetchrow("SELECT status, category, meta_id FROM templates")
    assert row is not None
    assert tuple(row) == ("paused", "marketing", "7")


async def test_a_stored_number_is_checked_and_marks_messages_read(world: World) -> None:
    session = await add_number(world)
    async with desk(world, HEALTHY, {"data": [{"id": NUMBER}]}, {"success": True}) as asked:
        assert (await asked.check_session(world.company.bytes, session))["problems"] == []
        assert await asked.mark_read(world.company.bytes, session, "wamid.1", True)


async def test_another_companys_number_is_not_asked_about(world: World) -> None:
    session, other = await add_number(world), await world.add_company()
    async with desk(world) as asked:
        for ask in (
            asked.check_session(other.bytes, session),
            asked.mark_read(other.bytes, session, "wamid.1", False),
            asked.sync_templates(other.bytes, session, now_ms()),
        ):
            with pytest.raises(BadRequest):
                await ask
