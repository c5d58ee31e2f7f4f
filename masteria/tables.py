"""What commands print: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

_PIPED_WIDTH = 240  # where no terminal tells its own, rows stay on one line


def show_rows(rows: Sequence[dict[str, Any]], columns: Sequence[str], as_json: bool) -> None:
    """Print rows: the columns as a table, or everything as JSON."""
    if as_json:
        print(json.dumps(list(rows), indent=2, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.upper(), overflow="fold", no_wrap=column in ("id", "pid"))
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    console.print(table)


def show_one(item: dict[str, Any], as_json: bool) -> None:
    """Print one thing: a line per field, or JSON."""
    if as_json:
        print(json.dumps(item, indent=2, ensure_ascii=False))
        return
    width = max(map(len, item), default=0)
    for name, value in item.items():
        print(f"{name:{width}}  {_cell(value)}")


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
