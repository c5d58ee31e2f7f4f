"""The one way in which every list answers: a page, its cursor and its length."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from engine.pagination import COUNT_CAP, Position
from gateway.calls import Call, page_response
from gateway.counts import Count
from storage.searching import Row


async def small_page(
    call: Call,
    fetch: Callable[[Position, int], Awaitable[list[Row]]],
    count: Callable[[], Awaitable[int]],
    view: Callable[[Row], dict[str, Any]],
) -> Response:
    """Answer with a page of a small table.

    Args:
        call: the request, with ``cursor`` and ``limit``.
        fetch: gives the rows behind a position, at most so many.
        count: gives the length, up to 10,001.
        view: makes a row what clients see.
    """
    within = call.range
    rows = await fetch(within.before, within.limit + 1)
    shown = rows[: within.limit]
    following = Position(shown[-1]["created_at"], shown[-1]["id"]) if len(rows) > within.limit else None
    number = await count()
    return page_response([view(row) for row in shown], following, Count(min(number, COUNT_CAP), number > COUNT_CAP))
