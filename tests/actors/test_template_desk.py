"""Templates at the simulator's Graph: handed in, approved, changed, deleted, taken in; each against a real Postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from actors.graph_desk import GraphDesk
from actors.template_desk import TemplateDesk
from engine.errors import BadRequest, Unavailable
from storage.pool import Pool
from tests.actors.sending_kit import World, new_id, now_ms
from tests.actors.test_graph_desk import VAULT, add_number
from tests.unit.test_whatsapp_admin import WABA, Graph, error, graph

DEFINITION = {"name": "pix", "language": "pt_BR", "category": "UTILITY", "components": [{"type": "BODY", "text": "Oi"}]}


@dataclass(slots=True)
class Rig:
    """A company with a number and a template, and a Graph that says what it is told to."""

    world: World
    desk: TemplateDesk
    meta: Graph
    company: bytes
    session: bytes
    template: bytes

    def says(self, *answers: Any) -> None:
        self.meta.answers += [one if isinstance(one, tuple) else (200, one, "") for one in answers]

    async def row(self) -> tuple[Any, ...]:
        row = await self.world.pool.fetchrow(
            "SELECT status, meta_status, meta_id FROM templates WHERE id = $1", UUID(bytes=self.template)
        )
        assert row is not None
        return tuple(row)


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[Rig]:
    world = World(pool, database_url)
    world.company = await world.add_company()
    template = new_id()
    await pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body) VALUES ($1, $2, 'pix', 'meta', 'Oi')",
        template,
        world.company,
    )
    session = await add_number(world)
    async with graph() as (meta, _):
        desk = GraphDesk(replace(world.settings, graph_url=meta.url), VAULT, pool)
        yield Rig(world, TemplateDesk(desk.access), meta, world.company.bytes, session, template.bytes)
        await desk.close()


async def test_a_template_is_handed_in_and_then_changed(rig: Rig) -> None:
    rig.says({"id": "77", "status": "PENDING", "category": "UTILITY"}, {"success": True})
    answer = await rig.desk.submit(rig.company, rig.session, rig.template, DEFINITION, now_ms())
    assert answer == {"problems": [], "edited": False}
    assert await rig.row() == ("pending", "PENDING", "77")
    answer = await rig.desk.submit(rig.company, rig.session, rig.template, DEFINITION, now_ms())
    assert answer == {"problems": [], "edited": True}
    assert [rig.meta.asked(at) for at in range(2)] == [f"POST /v23.0/{WABA}/message_templates", "POST /v23.0/77"]


async def test_a_refusal_changes_nothing_and_is_told(rig: Rig) -> None:
    rig.says(error(100, "Invalid parameter", error_subcode=2388299, error_user_msg="…"), error(2, "down", 503))
    [problem] = (await rig.desk.submit(rig.company, rig.session, rig.template, DEFINITION, now_ms()))["problems"]
    assert (problem["field"], set(problem)) == ("components", {"field", "reason", "pt"})
    with pytest.raises(Unavailable):
        await rig.desk.submit(rig.company, rig.session, rig.template, DEFINITION, now_ms())
    assert await rig.row() == ("approved", None, None)


async def test_a_template_is_deleted_in_one_language_or_in_all(rig: Rig) -> None:
    with pytest.raises(BadRequest, match="sync"):
        await rig.desk.withdraw(rig.company, rig.session, rig.template, False, now_ms())
    await rig.world.pool.execute("UPDATE templates SET meta_id = '77'")
    await rig.world.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, language, body) VALUES ($1, $2, 'pix', 'meta', 'en', 'Hi')",
        new_id(),
        rig.world.company,
    )
    rig.says({"success": True}, error(100, "Invalid parameter", error_subcode=2593002))
    assert await rig.desk.withdraw(rig.company, rig.session, rig.template, False, now_ms()) == {"problems": []}
    assert (await rig.row())[0] == "deleted"
    assert await rig.world.pool.fetchval("SELECT status FROM templates WHERE language = 'en'") == "approved"
    assert await rig.desk.withdraw(rig.company, rig.session, rig.template, True, now_ms()) == {"problems": []}
    assert await rig.world.pool.fetchval("SELECT status FROM templates WHERE language = 'en'") == "deleted"
    assert rig.meta.asked(0) == f"DELETE /v23.0/{WABA}/message_templates?name=pix&hsm_id=77"
    rig.says({"id": "78", "status": "APPROVED", "category": "UTILITY"})  # a deleted one is made anew
    assert not (await rig.desk.submit(rig.company, rig.session, rig.template, DEFINITION, now_ms()))["edited"]
    assert await rig.row() == ("approved", "APPROVED", "78")


async def test_templates_are_taken_in_once_and_the_strange_ones_named(rig: Rig) -> None:
    known = {"id": "1", "name": "pix", "language": "pt_BR", "status": "PAUSED", "category": "UTILITY"}
    new = {**known, "id": "2", "name": "novo", "status": "APPROVED", "category": "MARKETING"}
    body = [{"type": "BODY", "text": "Oi {{1}}, tudo bem?"}]
    strange = {**new, "id": "3", "name": "estranho", "components": [{"type": "CAROUSEL"}]}
    gone = {**new, "id": "4", "name": "foi", "status": "DELETED", "components": body}
    page = {"data": [{**known, "components": body}, {**new, "components": body}, strange, gone], "paging": {}}
    rig.says(page, page)
    answer = await rig.desk.take_in(rig.company, rig.session, now_ms())
    assert (answer["told"], answer["changed"], answer["imported"]) == (4, True, [["novo", "pt_BR"]])
    assert [one[0] for one in answer["left_out"]] == ["estranho"]
    assert (await rig.row())[0] == "paused"
    row = await rig.world.pool.fetchrow("SELECT body, category, status, meta_id FROM templates WHERE name = 'novo'")
    assert row is not None
    assert tuple(row) == ("Oi {{$.p1}}, tudo bem?", "marketing", "approved", "2")
    assert (await rig.desk.take_in(rig.company, rig.session, now_ms()))["imported"] == []


async def test_an_app_is_subscribed_and_another_companys_number_is_not_asked_about(rig: Rig) -> None:
    rig.says({"success": True})
    assert await rig.desk.subscribe(rig.company, rig.session) == {"problems": []}
    assert rig.meta.asked(0) == f"POST /v23.0/{WABA}/subscribed_apps"
    other = (await rig.world.add_company()).bytes
    for ask in (
        rig.desk.subscribe(other, rig.session),
        rig.desk.take_in(other, rig.session, now_ms()),
        rig.desk.submit(other, rig.session, rig.template, DEFINITION, now_ms()),
        rig.desk.withdraw(other, rig.session, rig.template, True, now_ms()),
    ):
        with pytest.raises(BadRequest):
            await ask
