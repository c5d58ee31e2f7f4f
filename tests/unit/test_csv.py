"""CSV as it is found: any block size gives the same records, and what is wrong costs its own row."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.csv_format import CsvFormat, check_targets, column_names, guess_format, suggest_targets
from engine.csv_records import MAX_LINES, Broken, Record, mended, read_records
from engine.import_rows import ImportedPerson, RowReader, phone_tail, phone_tails

CELL = st.text(alphabet=st.sampled_from('aé"\n;,\r 1'), max_size=6)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=12)


def read_all(raw: bytes, size: int, most: int = 3, encoding: str = "utf-8") -> list[Record]:
    """Read a file in blocks, as the job does."""
    found: list[Record] = []
    offset, least = 0, size
    while True:
        block = raw[offset : offset + least]
        final = offset + len(block) >= len(raw)
        records, length = read_records(block, encoding=encoding, delimiter=";", final=final, most=most)
        if not records and not final:
            least *= 2
            continue
        found += records
        offset, least = offset + length, size
        if final and length == len(block):
            return found


@given(ROWS, st.integers(1, 60), st.integers(1, 5))
def test_any_block_size_gives_what_was_written(rows: list[list[str]], size: int, most: int) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(rows)
    raw = out.getvalue().encode()
    expected = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=";"))
    assert read_all(raw, size, most) == expected


@given(st.binary(max_size=300), st.integers(1, 80))
def test_no_bytes_raise_and_all_are_read_once(raw: bytes, size: int) -> None:
    whole = read_all(raw, 10_000, 1_000)
    assert read_all(raw, size) == whole
    assert read_all(raw, 10_000, 1_000, "cp1252" if b"\x81" not in raw else "utf-8") is not None


def test_a_quote_that_nobody_closes_costs_its_line() -> None:
    rows = [f"ok {number};1" for number in range(200)]
    for at in (3, 198, 199):
        lines = [*rows]
        lines[at] = '"open;1'
        records = read_all("\n".join(lines).encode(), 400)
        assert len(records) == 200
        assert records[at] == Broken('"open;1')
        assert [index for index, record in enumerate(records) if isinstance(record, Broken)] == [at]


def test_a_quoted_cell_may_have_many_lines_but_not_any_number() -> None:
    fine = '"' + "x\n" * (MAX_LINES - 1) + '";1\nb;2\n'
    assert read_all(fine.encode(), 20) == [["x\n" * (MAX_LINES - 1), "1"], ["b", "2"]]
    beyond = '"' + "x\n" * (MAX_LINES + 5) + '";1\nb;2\n'
    assert read_all(beyond.encode(), 20)[0] == Broken('"x')


def test_bytes_of_another_encoding_are_mended() -> None:
    [[cell]] = read_all("São João".encode("cp1252"), 100)  # type: ignore[misc]
    assert mended(cell) == "São João"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"nome;telefone\nAna;11900000000\n", CsvFormat("utf-8", ";", True)),
        (b"\xef\xbb\xbfnome,telefone\nAna,11900000000\n", CsvFormat("utf-8", ",", True)),
        ("nome\ttelefone\nJosé\t11900000000\n".encode("cp1252"), CsvFormat("cp1252", "\t", True)),
        ("nome;telefone\nJosé;11900000000\n".encode(), CsvFormat("utf-8", ";", True)),
        (b"Ana;11900000000\nRui;11900000001\n", CsvFormat("utf-8", ";", False)),
        (b'nome;valor\n"a, b, c";"1,5"\n"d, e";"2,5"\n', CsvFormat("utf-8", ";", True)),
        (b"telefone\n11900000000\n", CsvFormat("utf-8", ";", True)),
        (b"\xef\xbb\xbfsep=;\r\n\r\nnome;fone\r\nAna;11900000000\r\n", CsvFormat("utf-8", ";", True)),
        (b"", CsvFormat("utf-8", ";", False)),
    ],
)
def test_a_files_form_is_guessed(raw: bytes, expected: CsvFormat) -> None:
    assert guess_format(raw, whole=True) == expected


def test_a_letter_cut_in_two_is_still_utf8() -> None:
    raw = ("nome;fone\n" + "é;11900000000\n" * 50).encode()
    for end in range(200, 240):
        assert guess_format(raw[:end], whole=False).encoding == "utf-8"


@given(st.binary(max_size=400), st.booleans())
def test_no_sample_raises(raw: bytes, whole: bool) -> None:
    guess_format(raw, whole=whole)


def test_headers_in_portuguese_find_their_columns() -> None:
    names = ["Nome Completo", "WhatsApp", "E-mail", "CPF", "Data de Nascimento", "Plano", "Plano", "", "Etiquetas"]
    rows = [["Ana", "1", "a@x", "1", "2000", "a", "b", "", "vip"]]
    assert suggest_targets(names, rows) == [
        "name",
        "phone",
        "email",
        "document",
        "field:data_de_nascimento",
        "field:plano",
        "field:plano_2",
        None,
        "tags",
    ]


def test_without_a_header_the_phones_are_found() -> None:
    rows = [["Ana", "11900000001", "5"], ["Rui", "(11) 90000-0002", "6"]]
    names = column_names(rows[0], header=False, width=3)
    assert names == ["Coluna 1", "Coluna 2", "Coluna 3"]
    assert suggest_targets(names, rows)[1] == "phone"


@pytest.mark.parametrize(
    ("targets", "fields"),
    [
        (["phone", None, "field:plano"], []),
        (["name"], ["mapping"]),
        (["phone", "phone"], ["mapping[1]"]),
        (["phone", "telefone"], ["mapping[1]"]),
        (["phone", "field:Plano X"], ["mapping[1]"]),
        (["phone", "field:email"], ["mapping[1]"]),
    ],
)
def test_a_mapping_is_checked(targets: list[str | None], fields: list[str]) -> None:
    assert [error["field"] for error in check_targets(targets)] == fields


READER = RowReader(["name", "phone", "email", "field:plano", "tags", "ddd"])


@pytest.mark.parametrize(
    ("cells", "person", "problem"),
    [
        (
            [" Ana  Lima ", "(11) 90000-0001", "A@X.test", "anual", "VIP, novo", ""],
            ImportedPerson("+5511900000001", "Ana Lima", "a@x.test", None, {"plano": "anual"}, ("vip", "novo")),
            None,
        ),
        (["", "90000-0001", "", "", "", "11"], ImportedPerson("+5511900000001", None, None, None, {}, ()), None),
        (["", "'5511900000001", ""], ImportedPerson("+5511900000001", None, None, None, {}, ()), None),
        (
            ["'=1+1", "'+5511900000001", "", "'-5 '", "'@vip", ""],
            ImportedPerson("+5511900000001", "=1+1", None, None, {"plano": "-5 '"}, ("@vip",)),
            None,
        ),
        (["'Ana'", "'(11) 90000-0001"], ImportedPerson("+5511900000001", "'Ana'", None, None, {}, ()), None),
        (["", "5511900000001.0"], ImportedPerson("+5511900000001", None, None, None, {}, ()), None),
        (["", "5,511900000001E+12"], ImportedPerson("+5511900000001", None, None, None, {}, ()), None),
        (["", "5,5119E+12"], None, "invalid_phone"),
        (["x", ""], None, "no_phone"),
        (["x", "123"], None, "invalid_phone"),
        (["", " ", ""], None, None),
        ([], None, None),
        (["", "11900000001", "a@"], ImportedPerson("+5511900000001", None, None, None, {}, ()), "invalid_email"),
        (
            ["", "11900000001", "", "x" * 1001],
            ImportedPerson("+5511900000001", None, None, None, {}, ()),
            "value_too_long",
        ),
        (["", "11900000001", "", "", "<b>"], ImportedPerson("+5511900000001", None, None, None, {}, ()), "invalid_tag"),
        (["", "11900000001", "", "", "", "", "surplus"], None, "too_many_columns"),
        (["", "11900000001", "", "", "", "", ""], ImportedPerson("+5511900000001", None, None, None, {}, ()), None),
    ],
)
def test_a_row_is_a_person_or_says_why_not(
    cells: list[str], person: ImportedPerson | None, problem: str | None
) -> None:
    assert READER.read(cells) == (person, problem)


@given(st.lists(st.text(max_size=30), max_size=8))
def test_no_row_raises(cells: list[str]) -> None:
    person, problem = READER.read(cells)
    assert person is None or person.phone.startswith("+")
    assert problem is None or person is not None or problem in ("no_phone", "invalid_phone", "too_many_columns")
    wrong = READER.wrong_cells(cells)
    assert bool(wrong) == (problem is not None)
    assert problem is None or problem in wrong.values()


def test_a_broken_line_is_refused() -> None:
    assert READER.read(Broken('"x')) == (None, "open_quote")
    assert READER.wrong_cells(Broken('"x')) == {}


def test_every_cell_that_is_wrong_is_named() -> None:
    cells = ["x", "123", "a@", "x" * 1001, "<b>", "", "surplus"]
    named = ["invalid_phone", "invalid_email", "value_too_long", "invalid_tag", "too_many_columns"]
    assert [problem for _, problem in sorted(READER.wrong_cells(cells).items())] == named
    assert READER.wrong_cells(["x"]) == {1: "no_phone"}


@pytest.mark.parametrize(
    "cell",
    [
        "+55 (11) 91234-5678",
        "1234-5678",
        "Ana;x@x.test;5511912345678",
        "'5511912345678",
        "5511912345678.0",
        "5,511912345678E+12",
        "11 91234-5678 / 11 98888-7777",
        "11 98888-7777 / 11 91234-5678",
    ],
)
def test_a_row_is_found_by_the_end_of_a_number_however_it_is_written(cell: str) -> None:
    assert phone_tail("+5511912345678") in phone_tails(["", "Rua 7", cell])


@given(st.lists(st.text(), max_size=5))
def test_the_ends_of_a_rows_numbers_are_few_and_eight_digits(cells: list[str]) -> None:
    assert all(len(tail) == 8 and tail.isdigit() and tail.isascii() for tail in phone_tails(cells))
    assert len(phone_tails([*cells, "1" * 30, *(str(10**8 + number) for number in range(300))])) == 200
    assert phone_tail("+1234567") is None
