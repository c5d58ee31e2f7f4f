"""One owner per WhatsApp session: leases with a fencing number, judged by Postgres' clock. Called by sender hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from storage.pool import Connection, Pool
from storage.queries import query


async def acquire(
    executor: Pool | Connection, session_ids: Sequence[UUID], owner: str, ttl_s: float
) -> dict[UUID, int]:
    """Take the leases that can be had and return session → fence; one that another owner holds is missing.

    Args:
        executor: any.
        session_ids: the sessions wanted.
        owner: unique to this incarnation of the caller: a restarted host is another owner and waits.
        ttl_s: seconds until the lease ends unless it is renewed.
    """
    if not session_ids:
        return {}
    rows = await executor.fetch(query("sending/acquire_leases"), list(session_ids), owner, timedelta(seconds=ttl_s))
    return {row[0]: row[1] for row in rows}


async def renew(executor: Pool | Connection, fences: Mapping[UUID, int], owner: str, ttl_s: float) -> set[UUID]:
    """Prolong leases and return those that are still the caller's; the others must not be used any more."""
    if not fences:
        return set()
    rows = await executor.fetch(
        query("sending/renew_leases"), list(fences), list(fences.values()), owner, timedelta(seconds=ttl_s)
    )
    return {row[0] for row in rows}


async def release(executor: Pool | Connection, session_ids: Sequence[UUID], owner: str) -> None:
    """Give leases back; nothing of the caller's may be in flight."""
    await executor.execute(query("sending/release_leases"), list(session_ids), owner)
