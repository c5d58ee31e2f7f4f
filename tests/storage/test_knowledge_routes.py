"""Knowledge over the REST application: made, changed, asked, removed; what is wrong is named."""

from __future__ import annotations

import pytest

from storage.knowledge import MOST_SOURCES
from storage.pool import Pool
from tests.rest_rig import Rig, make_rig

PATH = "/api/v1/ai/knowledge"
QUESTION = {"kind": "question", "name": "Frete", "question": "Qual é o prazo?", "text": "De 5 a 8 dias úteis."}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_a_source_is_made_shown_changed_and_removed(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    made = await owner.post(PATH, QUESTION)
    assert made.status == 201
    assert (made.json["state"], made.json["text"], made.json["passages"]) == ("waiting", QUESTION["text"], 0)
    path = f"{PATH}/{made.json['id']}"
    assert made.headers["location"] == path
    assert (await owner.get(PATH)).json["data"][0]["question"] == QUESTION["question"]
    assert (await owner.call("PATCH", path, body={"active": False})).json["active"] is False
    assert (await owner.call("PATCH", path, body={"text": "Amanhã."})).json["text"] == "Amanhã."
    jobs = await pool.fetch("SELECT params->>'version' AS version FROM jobs WHERE company_id = $1 ORDER BY id", company)
    assert [job["version"] for job in jobs] == ["1", "2"]  # being inactive takes no new passages
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.get(path)).status == 404
    kept = await pool.fetch("SELECT operation, object_kind FROM audit_log WHERE company_id = $1", company)
    assert {row["object_kind"] for row in kept} == {"knowledge"}


async def test_a_file_comes_as_a_body_or_in_a_form(rig: Rig) -> None:
    _, owner = await rig.company()
    body = await owner.call("POST", PATH + "/files", query={"filename": "a.md", "name": "Ajuda"}, body=b"# Oi\ntexto")
    assert (body.status, body.json["name"], body.json["format"], body.json["text"]) == (201, "Ajuda", "md", None)
    form = b'--x\r\ncontent-disposition: form-data; name="file"; filename="p.csv"\r\n\r\na;b\r\n--x--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    sent = await owner.post(PATH + "/files", form, headers)
    assert (sent.status, sent.json["name"], sent.json["bytes"]) == (201, "p.csv", 3)
    refused = await owner.call("PATCH", f"{PATH}/{sent.json['id']}", body={"text": "outro"})
    assert refused.json["errors"][0]["field"] == "text"


@pytest.mark.parametrize(
    ("query", "data", "field"),
    [
        ({"filename": "a.docx"}, b"PK", "filename"),
        ({}, b"texto", "filename"),
        ({"filename": "a.txt"}, b"", "file"),
        ({"filename": "a.pdf"}, b"texto", "file"),
        ({"filename": "a.txt"}, b"a" * 8_388_609, "file"),
    ],
)
async def test_what_is_wrong_with_a_file_is_named(rig: Rig, query: dict[str, str], data: bytes, field: str) -> None:
    _, owner = await rig.company()
    answer = await owner.call("POST", PATH + "/files", query=query, body=data)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question": None}, "question"),
        ({"kind": "text"}, "question"),
        ({"text": "a" * 1_001}, "text"),
        ({"name": " "}, "name"),
    ],
)
async def test_what_is_wrong_with_a_source_is_named(rig: Rig, change: dict[str, str | None], field: str) -> None:
    _, owner = await rig.company()
    body = {name: value for name, value in {**QUESTION, **change}.items() if value is not None}
    answer = await owner.post(PATH, body)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


async def test_there_is_an_end_to_sources_and_viewers_make_none(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    await pool.execute(
        "INSERT INTO knowledge_sources (company_id, id, kind, name, bytes, created_by, created_at, updated_at) "
        "SELECT $1, gen_random_uuid(), 'text', 'n', 1, '', now(), now() FROM generate_series(1, $2)",
        company,
        MOST_SOURCES,
    )
    assert (await owner.post(PATH, QUESTION)).status == 409
    viewer = await rig.client(company, "viewer")
    assert (await viewer.post(PATH, QUESTION)).status == 403
    assert (await viewer.get(PATH)).json["count"] == MOST_SOURCES


async def test_asking_an_empty_knowledge_finds_nothing(rig: Rig) -> None:
    _, owner = await rig.company()
    assert (await owner.post(PATH + "/ask", {"question": "qual o prazo?"})).json == {"data": []}
