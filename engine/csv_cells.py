"""Values → CSV text that no spreadsheet takes for a formula, and that reads back as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s().\-]*$)")

_GUARD = re.compile(r"\s*'(?=[=+\-@\t\r\n＝＋－＠])")


def unguarded(cell: str) -> str:
    """Return a cell without the apostrophe by which an export (ours or a spreadsheet's) marks it as text."""
    return _GUARD.sub("", cell, count=1) if "'" in cell and _GUARD.match(cell) else cell


def csv_line(cells: Iterable[str], delimiter: str = ";") -> str:
    """Return a line with its end; a cell that a spreadsheet would compute is marked as text with an apostrophe.

    A phone (``+55 11 …``) or a negative number stays as it is.
    """
    return delimiter.join(map(_quoted, cells)) + "\r\n"


def _quoted(cell: str) -> str:
    text = f"'{cell}" if cell and _FORMULA.match(cell) else cell
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in '";,\t\r\n') else text
