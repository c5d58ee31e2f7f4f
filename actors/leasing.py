"""Keeps the leases of a host's sessions: renews what it has, takes what has come free, notices what it has lost."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from actors.sender import SessionSender
from storage.leases import acquire, release, renew
from storage.pool import Pool

log = logging.getLogger(__name__)
# A lease outlives an intent's window (2.5 s) by two renewals; a successor of a crashed host waits no longer than this.
TTL_S = 6.0
RENEW_S = 1.5


class LeaseKeeper:
    """One host's leases.

    Args:
        owner: unique to this incarnation of the host.
        gained: a session's lease was taken; its open intents and waiting messages are to be looked at.
    """

    def __init__(self, pool: Pool, owner: str, gained: Callable[[SessionSender], None]) -> None:
        self._pool = pool
        self._owner = owner
        self._gained = gained

    async def keep(self, senders: Iterable[SessionSender]) -> None:
        """Renew, and take what is free; called every ``RENEW_S`` and when a lease proved to be lost."""
        known = list(senders)
        held = {sender.id: sender.fence for sender in known if sender.fence is not None}
        mine = await renew(self._pool, held, self._owner, TTL_S)
        for sender in known:
            if sender.fence is not None and sender.id not in mine:
                log.warning("session %s has another owner", sender.id, extra={"action": "renew_lease"})
                sender.fence = None
        wanted = {sender.id: sender for sender in known if sender.fence is None}
        fences = await acquire(self._pool, list(wanted), self._owner, TTL_S)
        for session_id, fence in fences.items():
            wanted[session_id].fence = fence
            self._gained(wanted[session_id])

    async def release(self, senders: Iterable[SessionSender]) -> None:
        """Give everything back; nothing may be in flight."""
        held = [sender.id for sender in senders if sender.fence is not None]
        for sender in senders:
            sender.fence = None
        await release(self._pool, held, self._owner)
