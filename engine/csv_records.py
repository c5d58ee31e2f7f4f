"""CSV bytes → records, a block at a time: quotes, newlines within them, and where exactly the block's last record ends.

A quote that nobody closes costs its own line, not the rest of the file. Used by imports of contacts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_LINES = 50  # of one record: what goes on longer is a quote that nobody closes
_MAX_FIELD = 65_536
csv.field_size_limit(_MAX_FIELD)
_LONE = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Broken:
    """A line whose quote nobody closes."""

    text: str


Record = list[str] | Broken


def read_records(block: bytes, *, encoding: str, delimiter: str, final: bool, most: int) -> tuple[list[Record], int]:
    """Return the whole records at the beginning of a block, at most ``most``, and how many bytes they take.

    Args:
        block: begins where a record begins.
        encoding: ``utf-8`` or ``cp1252``; bytes that are no UTF-8 come as lone surrogates (:func:`mended`).
        delimiter: one character.
        final: the file ends with this block; else what stands last may be cut, and is left for the next one.
        most: how many records are wanted.

    Returns:
        Empty lines are empty records. No record and no bytes: the block is too small for its first record.
    """
    lines = block.splitlines(keepends=True)
    if not final and lines and not lines[-1].endswith(b"\n"):
        lines.pop()
    records: list[Record] = []
    line = 0
    while line < len(lines) and len(records) < most:
        found, line, broken = _read(lines, line, encoding, delimiter, final, most - len(records))
        records += found
        if not broken:
            break
        if len(records) < most:
            records.append(Broken(lines[line].decode(encoding, "surrogateescape").rstrip("\r\n")))
            line += 1
    return records, sum(map(len, lines[:line]))


def _read(
    lines: Sequence[bytes], first: int, encoding: str, delimiter: str, final: bool, most: int
) -> tuple[list[Record], int, bool]:
    """Read records from a line on; return them, the line behind them, and whether that line's quote is never closed."""
    found: list[Record] = []
    line = first
    reader = csv.reader(_decoded(lines, first, encoding), delimiter=delimiter)
    while len(found) < most:
        try:
            cells = next(reader)
        except StopIteration:
            return found, line, False
        except csv.Error:  # a field beyond the limit
            return found, line, True
        behind = first + reader.line_num
        at_end = behind == len(lines)
        if behind - line > MAX_LINES:
            return found, line, True
        if at_end and _is_open(_decoded(lines, line, encoding), delimiter):
            return found, line, final  # perhaps the next block closes it
        found.append(cells)
        line = behind
    return found, line, False


def _decoded(lines: Sequence[bytes], first: int, encoding: str) -> Iterator[str]:
    for index in range(first, len(lines)):
        yield lines[index].decode(encoding, "surrogateescape")


def _is_open(lines: Iterator[str], delimiter: str) -> bool:
    """Tell whether a file ends within quotes: only the strict reader says so."""
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def mended(text: str) -> str:
    """Return a cell whose bytes were no UTF-8 as Windows-1252 has them: files of two encodings exist."""
    if text.isascii() or _LONE.search(text) is None:
        return text
    return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
