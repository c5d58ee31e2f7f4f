"""A CSV file over the API: received however it is sent, looked at, corrected, started, and its errors downloaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from storage.contact_imports import PIECE, RefusedRow, add_errors, drop_pieces, read_block
from storage.pool import Pool
from tests.asgi import Answer, Client
from tests.rest_rig import Rig, make_rig

API = "/api/v1/contacts/import"
CSV = "\ufeffNome;WhatsApp;E-mail;Plano\r\nAna;(11) 90000-0001;a@x.test;anual\r\nRui;12;;\r\n"


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def upload(client: Client, raw: bytes, content_type: str = "text/csv", **query: str) -> Answer:
    return await client.call("POST", API, query=query, body=raw, headers={"content-type": content_type})


async def test_a_file_is_understood_before_anything_is_taken_in(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    made = await upload(owner, CSV.encode(), filename="clientes.csv")
    assert made.status == 201, made.body
    shown = made.json
    assert (shown["encoding"], shown["delimiter"], shown["header"]) == ("utf-8", ";", True)
    assert [(column["name"], column["target"]) for column in shown["columns"]] == [
        ("Nome", "name"),
        ("WhatsApp", "phone"),
        ("E-mail", "email"),
        ("Plano", "field:plano"),
    ]
    ana, rui = shown["rows"]
    assert (ana["phone"], ana["problem"], ana["cells"][0]) == ("+5511900000001", None, "Ana")
    assert (rui["problem"], rui["problem_text"]["pt"]) == ("invalid_phone", "O telefone não é um número válido.")
    assert (shown["filename"], shown["lines"], shown["job"]) == ("clientes.csv", 3, None)
    assert (await owner.get(f"{API}/{shown['id']}")).json == shown
    assert [one["id"] for one in (await owner.get(API)).json["data"]] == [shown["id"]]
    assert await pool.fetchval("SELECT count(*) FROM contacts") == 0


async def test_forms_utf16_and_large_files_come_in_whole(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    form = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n'
        + CSV.encode()
        + b"\r\n--b--\r\n"
    )
    sent = await upload(owner, form, "multipart/form-data; boundary=b")
    assert (sent.status, sent.json["filename"], len(sent.json["rows"])) == (201, "x.csv", 2)
    wide = await upload(owner, CSV.replace("Ana", "José").encode("utf-16"))
    assert (wide.json["encoding"], wide.json["rows"][0]["cells"][0]) == ("utf-8", "José")
    raw = b"fone\n" + b"11900000001\n" * 50_000
    large = await upload(owner, raw)
    assert (large.json["bytes"], large.json["lines"]) == (len(raw), 50_001)
    assert await read_block(pool, company_id, UUID(large.json["id"]), 0, len(raw)) == raw
    middle = await read_block(pool, company_id, UUID(large.json["id"]), PIECE - 5, 10)
    assert middle[:10] == raw[PIECE - 5 : PIECE + 5]


@pytest.mark.parametrize(
    ("raw", "content_type", "field"),
    [
        (b"", "text/csv", "file"),
        (b"PK\x03\x04xlsx", "text/csv", "file"),
        (b"--b--\r\n", "multipart/form-data; boundary=b", "file"),
        (b"x", "multipart/form-data", "body"),
    ],
)
async def test_what_is_no_file_of_contacts_leaves_nothing(
    rig: Rig, pool: Pool, raw: bytes, content_type: str, field: str
) -> None:
    _, owner = await rig.company()
    refused = await upload(owner, raw, content_type)
    assert refused.status == 422, refused.body
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert await pool.fetchval("SELECT count(*) FROM contact_imports") == 0


async def test_people_correct_what_was_guessed(rig: Rig) -> None:
    _, owner = await rig.company()
    address = f"{API}/{(await upload(owner, CSV.encode())).json['id']}"
    seen = await owner.post(f"{address}/preview", {"mapping": [None, "phone", None, "field:categoria"]})
    assert [column["target"] for column in seen.json["columns"]] == [None, "phone", None, "field:categoria"]
    raw = (await owner.post(f"{address}/preview", {"header": False, "mapping": ["name", "phone", None, None]})).json
    assert [row["problem"] for row in raw["rows"]] == ["invalid_phone", None, "invalid_phone"]
    other = (await owner.post(f"{address}/preview", {"delimiter": ","})).json
    assert [problem["field"] for problem in other["mapping_problems"]] == ["mapping"]
    for mapping in ([None, None, None, None], ["phone"], ["phone", "phone", None, None]):
        assert (await owner.post(f"{address}/preview", {"mapping": mapping})).status == 422


async def test_a_file_is_started_once_and_only_with_a_source_of_consent(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    address = f"{API}/{(await upload(owner, CSV.encode())).json['id']}"

    def fields(answer: Answer) -> list[Any]:
        return [error["field"] for error in answer.json["errors"]]

    assert fields(await owner.post(f"{address}/start", {})) == ["consent"]
    wrong = {"consent": {"source": "loja", "at": "2999-01-01T00:00:00Z"}, "tags": ["?"], "mapping": ["name"] * 4}
    named = fields(await owner.post(f"{address}/start", wrong))
    assert named == ["mapping[1]", "mapping[2]", "mapping[3]", "mapping", "tags[0]", "consent.at"]
    unknown = {"consent": {"source": "loja"}, "list_ids": ["0199f000-0000-7000-8000-000000000001"]}
    assert fields(await owner.post(f"{address}/start", unknown)) == ["list_ids[0]"]
    list_id = (await owner.post("/api/v1/lists", {"name": "l"})).json["id"]
    started = await owner.post(f"{address}/start", {"consent": {"source": "loja"}, "list_ids": [list_id]})
    assert (started.status, started.json["kind"], started.json["total"]) == (202, "contacts_import", 2)
    assert (await owner.post(f"{address}/start", {"consent": {"source": "loja"}})).status == 409
    assert (await owner.call("DELETE", address)).status == 409
    assert (await owner.get(address)).json["job"]["id"] == started.json["id"]
    params = await pool.fetchval("SELECT params FROM jobs")
    assert '"begins_at":' in params.replace(" ", "")


async def test_errors_are_downloaded_as_they_stood_with_the_reason(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    import_id = (await upload(owner, CSV.encode())).json["id"]
    await owner.post(f"{API}/{import_id}/start", {"consent": {"source": "loja"}})
    async with pool.acquire() as connection:
        rows = [
            RefusedRow(2, "invalid_phone", ["Rui", "12", "", ""]),
            RefusedRow(3, "invalid_email", ["=1+1", "+5511900000001", 'a"b', "x;y", "surplus"]),
        ]
        await add_errors(connection, UUID(import_id), rows)
    answer = await owner.get(f"{API}/{import_id}/errors.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.body.decode("utf-8-sig").split("\r\n") == [
        "Nome;WhatsApp;E-mail;Plano;linha;importada;motivo",
        "Rui;12;;;2;não;O telefone não é um número válido.",
        '\'=1+1;+5511900000001;"a""b";"x;y";3;sim;"Importado sem o e-mail, que não é válido."',
        "",
    ]


async def test_each_cell_that_cannot_be_taken_is_named_and_viewers_see_no_number(rig: Rig) -> None:
    company_id, owner = await rig.company()
    raw = "Nome;WhatsApp;E-mail\nAna;(11) 90000-0001;a@x.test\nRui;12;sem arroba\nEva;11 90000-0002;;sobra\n;;\n"
    made = (await upload(owner, raw.encode())).json
    wrong = [[(cell["column"], cell["problem"]) for cell in row["wrong"]] for row in made["rows"]]
    assert wrong == [[], [(1, "invalid_phone"), (2, "invalid_email")], [(3, "too_many_columns")], []]
    assert made["rows"][1]["wrong"][0]["problem_text"]["en"] == "The phone is no valid number."
    viewer = await rig.client(company_id, "viewer")
    shown = (await viewer.get(f"{API}/{made['id']}")).json
    assert shown["rows"][0]["cells"][0] == "Ana"
    assert "90000" not in str(shown)
    assert (await viewer.get(f"{API}/{made['id']}/errors.csv")).status == 403


async def test_a_file_that_was_taken_in_is_shown_without_its_bytes(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    address = f"{API}/{(await upload(owner, CSV.encode())).json['id']}"
    mapping = ["name", "phone", None, "field:plano"]
    list_id = (await owner.post("/api/v1/lists", {"name": "l"})).json["id"]
    body = {"consent": {"source": "loja"}, "mapping": mapping, "list_ids": [list_id]}
    assert (await owner.post(f"{address}/start", body)).status == 202
    other = (await owner.post(f"{address}/preview", {"delimiter": ","})).json
    assert [column["target"] for column in other["columns"]] == [None]
    async with pool.acquire() as connection:
        await drop_pieces(connection, UUID(address[-36:]))
    for answer in (await owner.get(address), await owner.post(f"{address}/preview", {"mapping": mapping})):
        assert answer.status == 200, answer.body
        shown = answer.json
        columns = [(one["name"], one["target"]) for one in shown["columns"]]
        assert columns[1:3] == [("WhatsApp", "phone"), ("E-mail", None)]
        assert (shown["rows"], shown["mapping_problems"], shown["list_ids"]) == ([], [], [list_id])
