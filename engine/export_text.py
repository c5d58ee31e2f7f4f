"""Rows → the bytes of a file: CSV that a spreadsheet cannot be tricked by, JSON, JSON lines. Pure; nothing is kept.

Every part can be made by itself (a head, any number of pages of rows, a tail), so that a file is streamed, or written
piece by piece by a job that may be resumed.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal
from uuid import UUID

import orjson

from engine.export_columns import Column, ExportKind, Row
from engine.masking import mask_document, mask_phone
from engine.money import cents_to_text
from engine.times import rfc3339

Format = Literal["csv", "json", "jsonl"]
FORMATS: tuple[Format, ...] = ("csv", "json", "jsonl")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
}
BOM = b"\xef\xbb\xbf"
# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), their full-width forms included.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
_YES_NO = {"pt": ("Sim", "Não"), "en": ("Yes", "No")}
_GZIP = 16 + zlib.MAX_WBITS
_LEVEL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a file is written.

    Attributes:
        format: csv, json or jsonl.
        lang: of the names above CSV's columns: pt or en.
        delimiter: of CSV; with ``;`` money has a decimal comma, as a Brazilian Excel reads it.
        bom: begin with the mark by which Excel knows UTF-8.
        zone: of CSV's times; JSON's are UTC.
        masked: hide phones and documents.
    """

    format: Format
    lang: Literal["pt", "en"] = "pt"
    delimiter: str = ","
    bom: bool = False
    zone: tzinfo = UTC
    masked: bool = False


def guarded(text: str) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula: a dangerous one begins with an apostrophe.

    A phone (``+55…``) gets it as well: that keeps all its digits in Excel, which else shows ``5,5119E+12``.
    """
    return "'" + text if text[:1] in _FORMULA and text else text


class FileWriter:
    """Makes the parts of one file."""

    def __init__(self, kind: ExportKind, style: Style) -> None:
        self._style = style
        self._columns = kind.columns
        write = self._cell if style.format == "csv" else self._plain
        self._makers = [(column.name, _maker(column, style, write)) for column in kind.columns]

    def head(self) -> bytes:
        """Return what stands before the rows."""
        style = self._style
        if style.format == "csv":
            names = [column.pt if style.lang == "pt" else column.en for column in self._columns]
            return (BOM if style.bom else b"") + self._lines([names])
        return b"[" if style.format == "json" else b""

    def rows(self, rows: Sequence[Row], *, first: bool) -> bytes:
        """Return a page of rows.

        Args:
            rows: in their order.
            first: whether none was written before (JSON's commas depend on it).
        """
        if not rows:
            return b""
        if self._style.format == "csv":
            return self._lines([[make(row) for _, make in self._makers] for row in rows])
        lines = [orjson.dumps({name: make(row) for name, make in self._makers}) for row in rows]
        if self._style.format == "jsonl":
            return b"\n".join(lines) + b"\n"
        return (b"\n" if first else b",\n") + b",\n".join(lines)

    def tail(self) -> bytes:
        """Return what stands behind the rows."""
        return b"\n]\n" if self._style.format == "json" else b""

    def _lines(self, cells: Sequence[Sequence[str]]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self._style.delimiter, lineterminator="\r\n").writerows(cells)
        return text.getvalue().encode("utf-8", "replace")

    def _cell(self, column: Column, value: Any) -> str:
        """Return a value as CSV shows it. What we wrote ourselves (numbers, times, yes and no) is no formula."""
        form = column.form
        if form == "time":
            moment: datetime = value
            return moment.astimezone(self._style.zone).strftime("%Y-%m-%d %H:%M:%S")
        if form == "money":
            money = cents_to_text(value)
            return money.replace(".", ",") if self._style.delimiter == ";" else money
        if form == "flag":
            return _YES_NO[self._style.lang][0 if value else 1]
        if form == "list":
            return guarded(", ".join(map(str, value)))
        return str(value) if form == "number" else guarded(str(value))

    def _plain(self, column: Column, value: Any) -> object:
        if column.form == "time":
            return rfc3339(value)
        if column.form == "money":
            return cents_to_text(value)
        if column.form == "json":
            return orjson.Fragment(value)
        return str(value) if isinstance(value, UUID) else value


def _maker(column: Column, style: Style, write: Callable[[Column, Any], object]) -> Callable[[Row], Any]:
    nothing = "" if style.format == "csv" else None
    hide = {"phone": mask_phone, "document": mask_document}.get(column.form) if style.masked else None

    def make(row: Row) -> object:
        value = column.of(row)
        if value is None:
            return nothing
        return write(column, hide(value) if hide else value)

    return make


def file_name(kind: ExportKind, style: Style, made_at: datetime, *, compressed: bool) -> str:
    """Return a name such as ``eventos-2026-01-31-120000.csv.gz``."""
    base = kind.file_pt if style.lang == "pt" else kind.file_en
    moment = made_at.astimezone(style.zone).strftime("%Y-%m-%d-%H%M%S")
    return f"{base}-{moment}.{style.format}{'.gz' if compressed else ''}"


class Gzip:
    """Compresses a stream piece by piece."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)

    def add(self, data: bytes) -> bytes:
        return self._compressor.compress(data)

    def end(self) -> bytes:
        return self._compressor.flush()


def gzip_member(data: bytes) -> bytes:
    """Return a whole gzip file of a piece; several of them one behind the other are one gzip file (RFC 1952, 2.2)."""
    whole = Gzip()
    return whole.add(data) + whole.end()


def gunzip_member(data: bytes) -> bytes:
    """Return what :func:`gzip_member` was given."""
    return zlib.decompress(data, _GZIP)
