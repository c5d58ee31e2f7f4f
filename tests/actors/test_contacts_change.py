"""Contacts are tagged and put into lists by a filter: what was shown, and no more, each once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

import actors.jobs.contacts_change as changing
from storage.contact_lists import add_to_list
from storage.contacts import tag_contacts
from storage.pool import Pool
from tests.actors.bulk_rig import BulkRig, bulk_rig
from tests.storage.people_kit import add_people, write

PATH = "/contacts/change"


@pytest.fixture
async def rig(pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BulkRig]:
    monkeypatch.setattr(changing, "_WINDOW", 3)  # so that a few people are several steps
    monkeypatch.setattr(changing, "_OF_IDS", 3)
    async with bulk_rig(pool, database_url) as made:
        made.rest.clock.now_ms = 1_795_500_000_000  # the people of these tests came before
        yield made


async def people(rig: BulkRig, *numbers: int, tags: tuple[str, ...] = ()) -> list[UUID]:
    ids = await add_people(rig.pool, rig.company, *(write(number) for number in numbers))
    async with rig.pool.acquire() as connection, connection.transaction():
        await tag_contacts(connection, rig.company, ids, tags)
    return ids


async def tagged(rig: BulkRig, tag: str) -> set[UUID]:
    return {row[0] for row in await rig.pool.fetch("SELECT contact_id FROM contact_tags WHERE tag = $1", tag)}


async def new_list(rig: BulkRig, name: str = "Lista") -> UUID:
    return UUID((await rig.owner.post("/api/v1/lists", {"name": name})).json["id"])


async def members(rig: BulkRig, list_id: UUID) -> set[UUID]:
    rows = await rig.pool.fetch("SELECT contact_id FROM contact_list_members WHERE list_id = $1", list_id)
    return {row[0] for row in rows}


async def test_tags_are_added_to_whom_the_filter_means_and_counted_first(rig: BulkRig) -> None:
    buyers = await people(rig, *range(1, 8), tags=("cliente",))
    already = await people(rig, 8, 9, tags=("cliente", "vip", "ouro"))
    await people(rig, 10, tags=("lead",))
    preview = await rig.preview(PATH, filter={"tags": {"any": ["cliente"]}}, add_tags=["vip", "ouro"])
    assert preview["counts"] == {"would": 7, "skip": {"changed_already": 2}}
    assert await tagged(rig, "vip") == {*already}
    job = await rig.run(PATH, preview)
    assert (job["state"], job["done"], job["result"]["acted"]) == ("done", 9, 7)
    assert await tagged(rig, "vip") == await tagged(rig, "ouro") == {*buyers, *already}
    again = await rig.preview(PATH, filter={"tags": {"any": ["cliente"]}}, add_tags=["vip", "ouro"])
    assert again["counts"] == {"would": 0, "skip": {"changed_already": 9}}
    assert (await rig.start(PATH, preview)).status == 409


async def test_a_list_is_left_by_those_in_it_although_the_filter_is_that_list(rig: BulkRig) -> None:
    inside, list_id = await people(rig, *range(1, 8)), await new_list(rig)
    outside = await people(rig, 8, 9)
    preview = await rig.preview(PATH, ids=[str(one) for one in inside], add_to_list=str(list_id))
    await rig.run(PATH, preview)
    assert await members(rig, list_id) == {*inside}
    preview = await rig.preview(PATH, filter={}, remove_from_list=str(list_id))
    assert preview["counts"] == {"would": 7, "skip": {"changed_already": 2}}
    preview = await rig.preview(PATH, filter={"lists": [str(list_id)]}, remove_from_list=str(list_id))
    assert preview["counts"] == {"would": 7, "skip": {}}
    job = await rig.run(PATH, preview)
    assert (job["result"]["acted"], await members(rig, list_id)) == (7, set())
    assert await rig.pool.fetchval("SELECT count(*) FROM contacts") == len([*inside, *outside])


async def test_the_run_acts_on_what_was_shown_and_on_nobody_more(rig: BulkRig) -> None:
    shown = await people(rig, 1, 2, tags=("cliente",))
    [late] = await people(rig, 3)
    preview = await rig.preview(PATH, filter={"tags": {"any": ["cliente"]}}, remove_tags=["cliente"])
    await people(rig, 3, tags=("cliente",))  # means one more since
    job = await rig.run(PATH, preview)
    assert (job["result"]["acted"], job["result"]["skip"]) == (2, {"not_in_preview": 1})
    assert len(await tagged(rig, "cliente")) == 1
    preview = await rig.preview(PATH, filter={}, add_tags=["novo"])
    await rig.pool.execute("UPDATE contacts SET created_at = now() + interval '9 years' WHERE id = $1", late)
    await rig.run(PATH, preview)
    assert await tagged(rig, "novo") == {*shown}


async def test_ids_that_are_no_contacts_of_the_company_are_left_alone(rig: BulkRig) -> None:
    [mine] = await people(rig, 1)
    other, _ = await rig.rest.company("Outra")
    [theirs] = await add_people(rig.pool, other, write(2))
    preview = await rig.preview(PATH, ids=[str(mine), str(theirs)], add_tags=["vip"])
    assert preview["counts"] == {"would": 1, "skip": {"not_found": 1}}
    await rig.run(PATH, preview)
    assert await tagged(rig, "vip") == {mine}


async def test_what_cannot_be_asked_is_named(rig: BulkRig) -> None:
    other, stranger = await rig.rest.company("Outra")
    list_id = (await stranger.post("/api/v1/lists", {"name": "Deles"})).json["id"]
    async with rig.pool.acquire() as connection, connection.transaction():
        assert await add_to_list(connection, rig.company, UUID(list_id), [other], "t") == 0
    for body, field in (
        ({"filter": {}}, "add_tags"),
        ({"filter": {}, "add_tags": ["a"], "remove_tags": ["b"]}, "add_tags"),
        ({"filter": {"colour": 1}, "add_tags": ["a"]}, "filter.colour"),
        ({"filter": {"lists": [list_id]}, "add_tags": ["a"]}, "filter.lists[0]"),
        ({"filter": {}, "add_to_list": list_id}, "add_to_list"),
        ({"filter": {}, "ids": [list_id], "add_tags": ["a"]}, "filter"),
    ):
        answer = await rig.owner.post(f"/api/v1{PATH}", {**body, "preview": True})
        assert answer.status == 422, body
        assert field in [error["field"] for error in answer.json["errors"]], answer.body
