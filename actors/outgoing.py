"""The worker's loops for companies' own systems, without Ray: changes become deliveries, deliveries are attempted.

Nothing here is in anybody's way: it reads what was committed, and what it fails to do waits in Postgres.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from engine.credentials import open_webhook_secrets, secrets_in_force
from engine.ids import IdMaker, ms_to_time
from engine.outgoing_webhooks import Outcome, attempt_entry, disables, headers_of, next_wait_s
from engine.vault import SealBroken, Vault
from integrations.outgoing_webhooks import OutgoingClient
from storage.notifications import notify
from storage.outgoing import (
    Claimed,
    claim_deliveries,
    disable,
    expand,
    forget_deliveries,
    list_overfull,
    note_failure,
    note_success,
    record_attempt,
)
from storage.pool import AWAY, Connection, Pool

log = logging.getLogger(__name__)
IN_FLIGHT = 500
MOST_WAITING = 100_000
KEPT = timedelta(days=14)
_LEASE = timedelta(seconds=60)  # longer than an attempt and its recording
_AT_ONCE = 500
_FORGOTTEN_AT_ONCE = 5_000
_RECORDINGS = 2
_RECORD_AGAIN_S = 0.5
_RECORD_TRIES = 20


class OutgoingExpander:
    """Makes deliveries of changes; several workers share the work."""

    def __init__(self, pool: Pool, ids: IdMaker, now_ms: Callable[[], int]) -> None:
        self._pool = pool
        self._ids = ids
        self._now_ms = now_ms

    async def run_once(self) -> None:
        while await self._some() == _AT_ONCE:
            pass

    async def _some(self) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            return await expand(connection, _AT_ONCE, lambda: self._ids.make_uuid(self._now_ms()))


class OutgoingSender:
    """Attempts what is due. An attempt is a task of its own: a slow receiver takes its own places and no others.

    Args:
        pool: where deliveries are claimed and recorded.
        vault: opens the signing secrets.
        client: makes the attempts.
        now_ms: the clock.
        jitter: uniform in [0, 1).
    """

    def __init__(
        self,
        pool: Pool,
        vault: Vault,
        client: OutgoingClient,
        now_ms: Callable[[], int],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._pool = pool
        self._vault = vault
        self._client = client
        self._now_ms = now_ms
        self._jitter = jitter
        self._recording = asyncio.Semaphore(_RECORDINGS)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run_once(self) -> None:
        """Claim what is due and begin its attempts; they go on after this returns."""
        room = IN_FLIGHT - len(self._tasks)
        if room <= 0:
            return
        now = self._now()
        for claimed in await claim_deliveries(self._pool, now, now + _LEASE, room):
            task = asyncio.get_running_loop().create_task(self._attempt(claimed), context=contextvars.Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait for the attempts that were begun."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _attempt(self, claimed: Claimed) -> None:
        at = self._now()
        body = claimed.payload.encode()
        headers: dict[str, str] = {}
        try:
            headers = headers_of(str(claimed.id), self._secrets(claimed), self._now_ms() // 1000, body)
        except (SealBroken, IndexError):
            outcome = Outcome(None, "outgoing_secret", "", 0)
        else:
            outcome = await self._client.deliver(claimed.url, headers, body)
        entry = attempt_entry(claimed.attempt + 1, at, claimed.url, headers, outcome)
        for _ in range(_RECORD_TRIES):
            try:
                async with self._recording, self._pool.acquire() as connection, connection.transaction():
                    await self._record(connection, claimed, outcome, entry)
                return
            except AWAY as error:
                log.warning("an attempt waits to be recorded: %s", error, extra={"action": "outgoing_record"})
                await asyncio.sleep(_RECORD_AGAIN_S)
            except Exception:
                log.exception("an attempt cannot be recorded", extra={"action": "outgoing_record"})
                return
        # Its lease ends, and it is attempted once more under the same id.

    async def _record(
        self, connection: Connection, claimed: Claimed, outcome: Outcome, entry: dict[str, object]
    ) -> None:
        now = self._now()
        wait_s = None if outcome.taken else next_wait_s(claimed.event_type, claimed.attempt + 1, self._jitter)
        again = None if wait_s is None or outcome.gone else now + timedelta(seconds=wait_s)
        if not await record_attempt(connection, claimed, outcome, entry, now, again):
            return
        if outcome.taken:
            await note_success(connection, claimed, now)
            return
        failing_since = await note_failure(connection, claimed, now)
        if failing_since is not None and (reason := disables(outcome, failing_since, now)):
            await take_out_of_use(connection, claimed.company_id, claimed.webhook_id, reason, now)

    def _secrets(self, claimed: Claimed) -> list[str]:
        chain = open_webhook_secrets(self._vault, claimed.webhook_id, claimed.secrets_sealed)
        return secrets_in_force(chain, "signing", self._now_ms())

    def _now(self) -> datetime:
        return ms_to_time(self._now_ms())


class OutgoingUpkeep:
    """Forgets old deliveries, and takes webhooks out of use for which too many are waiting."""

    def __init__(self, pool: Pool, now_ms: Callable[[], int], most_waiting: int = MOST_WAITING) -> None:
        self._pool = pool
        self._now_ms = now_ms
        self._most_waiting = most_waiting

    async def run_once(self) -> None:
        now = ms_to_time(self._now_ms())
        for row in await list_overfull(self._pool, self._most_waiting):
            async with self._pool.acquire() as connection, connection.transaction():
                await take_out_of_use(connection, row["company_id"], row["id"], "outgoing_backlog", now)
        while await forget_deliveries(self._pool, now - KEPT, _FORGOTTEN_AT_ONCE) == _FORGOTTEN_AT_ONCE:
            pass


async def take_out_of_use(
    connection: Connection, company_id: UUID, webhook_id: UUID, reason: str, now: datetime
) -> None:
    """Take a webhook out of use, and notify the company's people of it and why."""
    found = await disable(connection, company_id, webhook_id, reason, now)
    if found is not None:
        data = {"outgoing_webhook_id": str(webhook_id), "name": found["name"], "reason": reason}
        await notify(connection, company_id, "outgoing_webhook_disabled", "warning", data)
        log.warning(
            "an outgoing webhook is out of use: %s",
            reason,
            extra={"action": "outgoing_disabled", "webhook_id": str(webhook_id)},
        )
