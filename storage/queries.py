"""SQL texts by name: one file per query under storage/sql, read once per process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent / "sql"


@cache
def query(name: str) -> str:
    """Return the text of ``storage/sql/<name>.sql``, for instance ``query("events/list_events")``.

    Raises:
        FileNotFoundError: there is no such query.
    """
    return (_ROOT / f"{name}.sql").read_text(encoding="utf-8")
