"""The ways in which lists answer: a page, its cursor and its length."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from starlette.responses import Response

from engine.pagination import COUNT_CAP, Columns, Position
from gateway.calls import Call, page_response
from gateway.counts import Count
from storage.pool import Pool
from storage.searching import Filter, Page, Range, Row

Wanted = TypeVar("Wanted", bound=Filter)
Wanted_contra = TypeVar("Wanted_contra", bound=Filter, contravariant=True)


class Counting(Protocol[Wanted_contra]):
    """Counts the rows of a list, reading at most ``most``; tells the number and whether there may be more."""

    async def __call__(
        self, pool: Pool, company_id: UUID, wanted: Wanted_contra, *, since: datetime, until: datetime, most: int
    ) -> tuple[int, bool]: ...


async def large_page(
    call: Call,
    wanted: Wanted,
    listing: Callable[[Pool, UUID, Wanted, Range], Awaitable[Page]],
    counting: Counting[Wanted],
    view: Callable[[Columns], dict[str, Any]],
) -> Response:
    """Answer with a page of a large table.

    Args:
        call: the request, with ``from``, ``to``, ``cursor`` and ``limit``.
        wanted: the filter.
        listing: gives a page, and its list's length if it came to know it.
        counting: gives the length where the page did not; asked again after a while only.
        view: makes a row what clients see.
    """
    page = await listing(call.services.pool, call.company_id, wanted, call.range)
    return await shown_page(call, page, wanted, counting, view)


async def shown_page(
    call: Call, page: Page, wanted: Wanted, counting: Counting[Wanted], view: Callable[[Columns], dict[str, Any]]
) -> Response:
    """Answer with a page of a large table that was read already; see :func:`large_page`."""
    if page.total is not None:
        count = Count(page.total, False)
    elif page.next is None and "cursor" not in call.query:
        count = Count(len(page.rows), False)  # the page is the whole list
    else:
        pool, company, since, until = call.services.pool, call.company_id, call.range.since, call.range.until
        count = await call.services.counts.of(
            (type(wanted), company, wanted, since, until),
            lambda most: counting(pool, company, wanted, since=since, until=until, most=most),
        )
    return page_response([view(row) for row in page.rows], page.next, count)


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
