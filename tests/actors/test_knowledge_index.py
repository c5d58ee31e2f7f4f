"""Sources are read, split and embedded by their job; a crash between two steps leaves nothing out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from actors.jobs.knowledge_index import KnowledgeIndex
from engine.ids import id_time
from storage.knowledge import NewSource, change_source, get_source, insert_file, insert_source, list_passages
from storage.pool import Pool
from storage.searching import Row
from tests.actors.jobs_rig import JobWorld, new_id


@pytest.fixture
async def world(pool: Pool, database_url: str) -> JobWorld:
    return await JobWorld(pool, database_url).open()


async def add(world: JobWorld, kind: str, *, content: str | None = None, data: bytes = b"", **more: Any) -> UUID:
    source = NewSource(id=new_id(), kind=kind, name="Loja", content=content, bytes=len(data), **more)
    async with world.pool.acquire() as connection, connection.transaction():
        await insert_source(connection, world.company, source, id_time(source.id))
        await insert_file(connection, world.company, source.id, data)
    return source.id


async def indexed(world: JobWorld, source_id: UUID, version: int = 1) -> Row:
    job_id = await world.add_job("knowledge_index", source_id=str(source_id), version=version)
    async with world.worker(KnowledgeIndex):
        assert (await world.until(job_id, "done", "failed"))["state"] == "done"
    row = await get_source(world.pool, world.company, source_id)
    assert row is not None
    return row


async def texts(world: JobWorld, source_id: UUID) -> list[str]:
    return [row["text"] for row in await list_passages(world.pool, world.company, source_id, -1, 500)]


def a_pdf(text: str) -> bytes:
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % table)


async def test_each_kind_is_read(world: JobWorld) -> None:
    text = await add(world, "text", content="Chega em dois dias.")
    question = await add(world, "question", question="Quanto custa?", content="Custa dez reais.")
    latin = await add(world, "file", data="Promoção de verão".encode("cp1252"), format="txt")
    rows = await add(world, "file", data=b"pergunta;resposta\nTem frete?;Temos.\nE troca?;Sim.", format="csv")
    pdf = await add(world, "file", data=a_pdf("O frete custa vinte reais"), format="pdf")
    for source_id, told in (
        (text, ["Chega em dois dias."]),
        (question, ["Custa dez reais."]),
        (latin, ["Promoção de verão"]),
        (rows, ["Temos.", "Sim."]),
        (pdf, ["O frete custa vinte reais"]),
    ):
        row = await indexed(world, source_id)
        assert (row["state"], row["passages"], row["ready_version"]) == ("ready", len(told), 1)
        assert await texts(world, source_id) == told
    assert await world.pool.fetchval("SELECT count(*) FROM knowledge_pieces") == 0


@pytest.mark.parametrize(
    ("data", "kind", "error"),
    [
        (b"%PDF-1.4 this is none", "pdf", "pdf_unreadable"),
        (b" \n\x00 ", "txt", "no_text"),
        (b"a " * 800_000, "txt", "text_too_long"),
        (b"linha,valor\n" + b"um,dois\n" * 5_001, "csv", "too_many_passages"),
    ],
)
async def test_what_cannot_be_read_says_why(world: JobWorld, data: bytes, kind: str, error: str) -> None:
    row = await indexed(world, await add(world, "file", data=data, format=kind))
    assert (row["state"], row["error"], row["passages"]) == ("failed", error, 0)


async def test_a_crash_between_steps_leaves_nothing_out_and_nothing_twice(world: JobWorld) -> None:
    many = "\n".join(["coluna"] + [f"linha numero {number}" for number in range(60)])
    source_id = await add(world, "file", data=many.encode(), format="csv")
    job_id = await world.add_job("knowledge_index", source_id=str(source_id), version=1)
    async with world.worker(KnowledgeIndex):
        while await world.pool.fetchval("SELECT count(*) FROM knowledge_passages") == 0:
            await world.until(job_id, "queued", "running", "done")
    await world.pool.execute("UPDATE jobs SET lease_until = now() - interval '1 minute'")
    async with world.worker(KnowledgeIndex):
        await world.until(job_id, "done")
    assert await texts(world, source_id) == [f"coluna: linha numero {number}" for number in range(60)]


async def test_the_old_passages_answer_until_the_new_ones_are_there(world: JobWorld) -> None:
    source_id = await add(world, "text", content="Antes.")
    await indexed(world, source_id)
    changed = NewSource(id=source_id, kind="text", name="Loja", content="Depois.")
    async with world.pool.acquire() as connection, connection.transaction():
        assert await change_source(connection, world.company, changed, anew=True, now=id_time(new_id())) == 2
    assert await texts(world, source_id) == ["Antes."]
    assert (await indexed(world, source_id, version=1))["state"] == "waiting"  # the old job has nothing to do any more
    assert (await indexed(world, source_id, version=2))["state"] == "ready"
    assert await texts(world, source_id) == ["Depois."]
    assert await world.pool.fetchval("SELECT count(*) FROM knowledge_passages") == 1
