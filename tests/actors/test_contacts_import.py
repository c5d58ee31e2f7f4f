"""A dirty file taken in by a job: exact whatever dies, one contact per phone, every refused row with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
import pytest

import actors.jobs.contacts_import as importing
from actors.jobs.contacts_import import ContactsImport
from actors.jobs.tools import Job, JobTools, Step
from engine.csv_format import guess_format, suggest_targets
from engine.csv_records import read_records
from engine.metrics import Delta
from engine.times import rfc3339
from storage.contact_imports import PIECE, add_piece, finish_upload, insert_import, list_errors
from storage.contact_lists import insert_contact_list
from storage.jobs import request_cancel
from storage.pool import Connection, Pool
from tests.actors.jobs_rig import JobWorld, new_id
from tests.rest_rig import make_rig
from tests.storage.people_kit import NOW, add_people, write

MAPPING = ["name", "phone", "email", "field:plano", "tags"]


@pytest.fixture
async def world(pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[JobWorld]:
    monkeypatch.setattr(importing, "_ROWS", 50)
    yield await JobWorld(pool, database_url).open()


async def upload(world: JobWorld, raw: bytes, **params: Any) -> UUID:
    """Store a file and its job; return the job."""
    import_id = new_id()
    await insert_import(world.pool, world.company, import_id, "clientes.csv", "test", NOW, NOW)
    for number in range(0, len(raw), PIECE):
        await add_piece(world.pool, import_id, number // PIECE, raw[number : number + PIECE])
    await finish_upload(world.pool, world.company, import_id, len(raw), {"lines": 0}, None, NOW)
    told = {
        "import_id": str(import_id),
        "bytes": len(raw),
        "begins_at": 0,
        "encoding": "utf-8",
        "delimiter": ";",
        "mapping": MAPPING,
        "mode": "update",
        "list_ids": [],
        "tags": [],
        "consent": {"purpose": "marketing", "source": "loja", "at": rfc3339(NOW)},
        "created_by": "test",
        **params,
    }
    return await world.add_job("contacts_import", **told)


def line(number: int) -> str:
    return f"Pessoa {number};119{number:08d};p{number}@x.test;anual;vip\n"


async def book(world: JobWorld) -> dict[str, dict[str, Any]]:
    rows = await world.pool.fetch("SELECT * FROM contacts WHERE company_id = $1", world.company)
    return {row["phone"]: dict(row) for row in rows}


async def test_a_dirty_file_is_taken_in_with_a_right_report(world: JobWorld) -> None:
    list_id = new_id()
    await insert_contact_list(world.pool, world.company, list_id, "l", "", NOW)
    [known] = await add_people(world.pool, world.company, write(7, name="Conhecida", document="1"))
    lines = [line(number) for number in range(300)]
    lines[10] = "Sem telefone;;x@x.test;;\n"
    lines[20] = "Errado;123;;;\n"
    lines[30] = '"aspas;11900000030;;;\n' + '"x";"' + "y" * 70_000 + '";;;\n'  # a field beyond any bound
    lines[40] = "E-mail;11900000040;nada;;\n"
    lines[50] = '"Nome\ncom quebra";11900000050;;"a ""b"" c";\n'
    lines[60] = "\n"
    lines[70] = line(5).replace("Pessoa 5", "Outro Nome")
    lines[290] = line(5).replace("Pessoa 5", "Último Nome")
    job_id = await upload(world, "".join(lines).encode(), list_ids=[str(list_id)], tags=["importado"])
    async with world.worker(ContactsImport):
        row = await world.until(job_id, "done", "failed")
    assert row["state"] == "done", row["error"]
    people = await book(world)
    assert people["+5511900000005"]["name"] == "Último Nome"
    assert (people["+5511900000007"]["name"], people["+5511900000007"]["document"]) == ("Pessoa 7", "1")
    assert people["+5511900000007"]["id"] == known
    assert people["+5511900000050"]["name"] == "Nome com quebra"
    assert orjson.loads(people["+5511900000050"]["fields"]) == {"plano": 'a "b" c'}
    assert people["+5511900000040"]["email"] is None
    result = row["result"]
    problems = await list_errors(world.pool, world.company, UUID(result["import_id"]), 0, 100)
    assert [(one["row"], one["problem"]) for one in problems] == [
        (11, "no_phone"),
        (21, "invalid_phone"),
        (31, "open_quote"),
        (32, "open_quote"),
        (42, "invalid_email"),
    ]
    counts = {name: result[name] for name in ("rows", "new", "updated", "merged", "refused", "warned", "empty")}
    assert counts == {
        "rows": 301,
        "new": 293,
        "updated": 1,
        "merged": 2,
        "refused": 4,
        "warned": 1,
        "empty": 1,
    }
    assert result["unchanged"] == 0
    assert (row["done"], row["total"], row["errors"]) == (301, 301, 4)
    assert len(people) == 294
    for table in ("contact_list_members", "contact_tags"):
        rows = "WHERE tag = 'importado'" if table == "contact_tags" else ""
        assert await world.pool.fetchval(f"SELECT count(*) FROM {table} {rows}") == 294
    assert await world.pool.fetchval("SELECT count(*) FROM contact_tags WHERE tag = 'vip'") == 292
    consents = await world.pool.fetch("SELECT purpose, source, at FROM consents")
    assert {tuple(one) for one in consents} == {("marketing", "loja", NOW)}
    assert len(consents) >= 294
    assert await world.pool.fetchval("SELECT count(*) FROM contact_import_pieces") == 0


class Hanging(ContactsImport):
    """Stops within the step (its transaction open) or before it, at a row."""

    def __init__(self, tools: JobTools, row: int, *, within: bool) -> None:
        super().__init__(tools)
        self.row, self.within, self.reached = row, within, asyncio.Event()

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        here = job.cursor.get("row", 0) >= self.row
        if here and not self.within:
            await self._hang()
        step = await super().step(connection, job, prepared, delta)
        if here:
            await self._hang()
        return step

    async def _hang(self) -> None:
        self.reached.set()
        await asyncio.Event().wait()


async def test_workers_killed_at_any_place_leave_each_row_taken_in_once(world: JobWorld) -> None:
    raw = "".join("x;1;;;\n" if number % 10 == 0 else line(number) for number in range(420)).encode()
    job_id = await upload(world, raw)
    for row, within in ((50, True), (100, False), (200, True)):
        made: list[Hanging] = []

        def make(tools: JobTools, row: int = row, within: bool = within, made: list[Hanging] = made) -> Hanging:
            made.append(Hanging(tools, row, within=within))
            return made[-1]

        async with world.worker(make):
            await asyncio.wait_for(made[0].reached.wait(), 20)
    async with world.worker(ContactsImport):
        row_ = await world.until(job_id, "done", "failed")
    result = row_["result"]
    assert (result["rows"], result["new"], result["refused"], result["merged"]) == (420, 378, 42, 0)
    assert len(await book(world)) == 378
    assert await world.pool.fetchval("SELECT count(*) FROM consents") == 378
    errors = await world.pool.fetch("SELECT row FROM contact_import_errors ORDER BY row")
    assert [one["row"] for one in errors] == [number + 1 for number in range(0, 420, 10)]


async def test_skipping_leaves_known_contacts_as_they_are_but_in_the_lists(world: JobWorld) -> None:
    list_id = new_id()
    await insert_contact_list(world.pool, world.company, list_id, "l", "", NOW)
    await add_people(world.pool, world.company, write(1, name="Conhecida"))
    job_id = await upload(world, (line(1) + line(2)).encode(), mode="skip", list_ids=[str(list_id)])
    async with world.worker(ContactsImport):
        row = await world.until(job_id, "done", "failed")
    people = await book(world)
    assert (people["+5511900000001"]["name"], people["+5511900000002"]["name"]) == ("Conhecida", "Pessoa 2")
    assert (row["result"]["new"], row["result"]["updated"], row["result"]["unchanged"]) == (1, 0, 1)
    assert await world.pool.fetchval("SELECT count(*) FROM contact_list_members") == 2


async def test_a_cancelled_import_stops_and_keeps_what_is_in(world: JobWorld) -> None:
    job_id = await upload(world, "".join(map(line, range(300))).encode())
    made: list[Hanging] = []

    def make(tools: JobTools) -> Hanging:
        made.append(Hanging(tools, 100, within=False))
        return made[-1]

    async with world.worker(make):
        await asyncio.wait_for(made[0].reached.wait(), 20)
    await request_cancel(world.pool, world.company, job_id)
    async with world.worker(ContactsImport):
        row = await world.until(job_id, "cancelled")
    assert 100 <= len(await book(world)) == row["done"] < 300


async def test_latin_letters_and_a_file_of_several_pieces(world: JobWorld) -> None:
    raw = "".join(line(number).replace("Pessoa", "João " + "ç" * 200) for number in range(2_500)).encode("cp1252")
    assert len(raw) > 2 * PIECE
    job_id = await upload(world, raw, encoding="cp1252")
    async with world.worker(ContactsImport):
        row = await world.until(job_id, "done", "failed")
    assert row["result"]["new"] == 2_500
    assert {one["name"][:5] for one in (await book(world)).values()} == {"João "}


async def test_a_record_longer_than_any_block_fails_in_words(world: JobWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_LONGEST", 1_000_000)
    job_id = await upload(world, line(1).encode() + b"x" * 2_000_000 + b"\n" + line(2).encode())
    async with world.worker(ContactsImport):
        row = await world.until(job_id, "failed")
    assert "row 2" in row["error"]
    assert len(await book(world)) == 1


async def test_what_was_exported_is_taken_back_as_it_was(world: JobWorld, pool: Pool) -> None:
    rig = await make_rig(pool)
    _, owner = await rig.company()
    people: list[dict[str, Any]] = [
        {"phone": "+5511900000001", "name": "=HYPERLINK(1)", "document": "-5", "tags": ["vip", "sp"]},
        {"phone": "+5511900000002", "name": "@ana 'souza'", "email": "+a@x.test"},
        {"phone": "+5511900000003", "name": "'Rui'"},
    ]
    for person in people:
        assert (await owner.post("/api/v1/contacts", person)).status == 201
    rig.clock.now_ms += 1_000
    raw = (await owner.get("/api/v1/exports/contacts.csv")).body
    assert b"'+5511900000001" in raw
    written = guess_format(raw, whole=True)
    assert (written.encoding, written.delimiter, written.header) == ("utf-8", ",", True)
    first, *rows = read_records(raw, encoding="utf-8", delimiter=",", final=True, most=9)[0]
    assert isinstance(first, list)
    wanted = ("name", "phone", "email", "document", "tags")
    targets = suggest_targets(first, [row for row in rows if isinstance(row, list)])
    mapping = [target if target in wanted else None for target in targets]
    job_id = await upload(world, raw, delimiter=",", mapping=mapping, begins_at=raw.index(b"\n") + 1)
    async with world.worker(ContactsImport):
        row = await world.until(job_id, "done", "failed")
    assert (row["state"], row["errors"]) == ("done", 0), row["error"]
    taken = await book(world)
    for person in people:
        for name in ("name", "email", "document"):
            assert taken[person["phone"]][name] == person.get(name), person
    tags = await pool.fetch("SELECT tag FROM contact_tags WHERE company_id = $1 ORDER BY tag", world.company)
    assert [tag for (tag,) in tags] == ["sp", "vip"]
