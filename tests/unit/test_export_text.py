"""The bytes of exported files: what spreadsheets must not run, what readers get back, what viewers must not see."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.export_columns import EVENTS, MESSAGES, ExportKind
from engine.export_text import BOM, FileWriter, Format, Gzip, Style, file_name, guarded, gunzip_member, gzip_member
from engine.masking import mask_document, mask_phone

AT = datetime(2026, 1, 31, 12, 0, 0, 123000, tzinfo=UTC)
ID = UUID("0199f000-0000-7000-8000-0000000000e1")
EVENT: dict[str, Any] = {
    "id": ID,
    "event_type": "pix_created",
    "customer_name": "Cliente Exemplo",
    "customer_phone": "+5511900000000",
    "customer_email": "cliente@exemplo.test",
    "customer_document": "01234567890",
    "product_name": "Curso; avançado, completo",
    "plan_name": None,
    "order_value_cents": -9700,
    "payment_method": "pix",
    "order_id": "o-1",
    "external_id": "x-1",
    "source": "grapfy",
    "state": "processed",
    "reason": None,
    "pix_code": "00020126",
    "pix_expires_at": None,
    "occurred_at": AT,
    "created_at": AT,
}
TIMELINE = [
    {"status": "queued", "at": "2026-01-31T12:00:00.000Z", "reason": None, "attempt": 0},
    {"status": "delivered", "at": "2026-01-31T12:00:05.000Z", "reason": None, "attempt": 1},
    {"status": "delivered", "at": "2026-01-31T12:09:05.000Z", "reason": None, "attempt": 1},
]
MESSAGE: dict[str, Any] = {
    **dict.fromkeys([column.name for column in MESSAGES.columns]),
    "id": ID,
    "to_phone": "+5511900000000",
    "template_name": None,
    "attempt": 1,
    "status": "delivered",
    "timeline": orjson.dumps(TIMELINE).decode(),
    "created_at": AT,
}


def _file(kind: ExportKind, style: Style, *pages: list[dict[str, Any]]) -> bytes:
    writer = FileWriter(kind, style)
    parts = [writer.rows(page, first=index == 0) for index, page in enumerate(pages)]
    return writer.head() + b"".join(parts) + writer.tail()


def _read(data: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_portuguese_columns_by_default_and_english_on_request() -> None:
    rows = _read(_file(EVENTS, Style(format="csv"), [EVENT]))
    shown = {name: rows[0][name] for name in ("ID", "Tipo", "Cliente", "Produto", "Total", "Origem", "Processado")}
    assert shown == {
        "ID": str(ID),
        "Tipo": "pix_created",
        "Cliente": "Cliente Exemplo",
        "Produto": "Curso; avançado, completo",
        "Total": "-97.00",
        "Origem": "grapfy",
        "Processado": "Sim",
    }
    english = _read(_file(EVENTS, Style(format="csv", lang="en"), [EVENT]))
    assert english[0]["Customer"] == "Cliente Exemplo"
    assert english[0]["Processed"] == "Yes"


def test_semicolons_bom_and_the_companys_time() -> None:
    style = Style(format="csv", delimiter=";", bom=True, zone=ZoneInfo("America/Sao_Paulo"))
    data = _file(EVENTS, style, [EVENT])
    assert data.startswith(BOM)
    row = _read(data, ";")[0]
    assert (row["Total"], row["Data"], row["Produto"]) == ("-97,00", "2026-01-31 09:00:00", "Curso; avançado, completo")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str) -> None:
    attack = f'{start}HYPERLINK("http://evil.test","click, me")\n=1+1'
    row = _read(_file(EVENTS, Style(format="csv"), [{**EVENT, "customer_name": attack, "order_id": attack}]))[0]
    assert row["Cliente"] == row["Pedido"] == "'" + attack


def test_a_phone_keeps_its_digits() -> None:
    assert _read(_file(EVENTS, Style(format="csv"), [EVENT]))[0]["Telefone"] == "'+5511900000000"


@given(st.text(max_size=30), st.sampled_from([",", ";"]))
def test_no_cell_is_a_formula_and_none_is_lost(text: str, delimiter: str) -> None:
    text = text.replace("\x00", "")
    row = {**EVENT, "customer_name": text, "product_name": text + "x"}
    data = _file(EVENTS, Style(format="csv", delimiter=delimiter), [row, row])
    read = list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))
    assert len(read) == 3
    for cells in read[1:]:
        assert cells[2] in (text, "'" + text)
        assert not any(cell and cell[0] in "=+@\t\r\n" for cell in cells)
    assert guarded(text) in read[1]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_in_pages_is_one_document(form: Format) -> None:
    data = _file(EVENTS, Style(format=form), [EVENT, EVENT], [EVENT])
    rows = orjson.loads(data) if form == "json" else [orjson.loads(line) for line in data.splitlines()]
    assert len(rows) == 3
    assert rows[2]["order_value"] == "-97.00"
    assert rows[2]["created_at"] == "2026-01-31T12:00:00.123Z"
    assert rows[2]["customer_phone"] == "+5511900000000"
    assert rows[2]["processed"] is True
    assert rows[2]["plan_name"] is None


def test_empty_files_are_sound() -> None:
    assert orjson.loads(_file(EVENTS, Style(format="json"))) == []
    assert _file(EVENTS, Style(format="jsonl")) == b""
    assert _read(_file(EVENTS, Style(format="csv"))) == []


def test_a_message_tells_when_it_had_each_status_first() -> None:
    row = _read(_file(MESSAGES, Style(format="csv"), [MESSAGE]))[0]
    assert row["Entregue em"] == "2026-01-31 12:00:05"
    assert row["Lida em"] == ""


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_viewers_see_neither_phone_nor_document(form: Format) -> None:
    data = _file(EVENTS, Style(format=form, masked=True), [EVENT])
    assert b"+5511900000000" not in data
    assert b"01234567890" not in data
    assert b"+5511*******00" in data


def test_masks_of_short_texts_show_nothing() -> None:
    assert mask_phone("+551190") == "*" * 7
    assert mask_document("12") == "**"
    assert mask_document("123") == "**3"
    assert mask_document("01234567890") == "*********90"


def test_gzip_members_one_behind_the_other_are_one_file() -> None:
    members = [gzip_member(b"ID\r\n"), gzip_member(b"1\r\n")]
    assert gzip.decompress(b"".join(members)) == b"ID\r\n1\r\n"
    assert gunzip_member(members[1]) == b"1\r\n"
    stream = Gzip()
    assert gzip.decompress(stream.add(b"a" * 10) + stream.add(b"b") + stream.end()) == b"aaaaaaaaaab"


def test_a_name_tells_what_is_in_the_file() -> None:
    style = Style(format="csv", zone=ZoneInfo("America/Sao_Paulo"))
    assert file_name(EVENTS, style, AT, compressed=True) == "eventos-2026-01-31-090000.csv.gz"
