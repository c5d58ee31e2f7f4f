"""A sender host without Ray: its sessions' senders and the loops that they share. See docs/INTERNALS.md."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

from actors.base import Life
from actors.delta_feed import DeltaFeed
from actors.dispatcher import Dispatcher
from actors.flights import Landed
from actors.lanes import WriterLane
from actors.leasing import RENEW_S, LeaseKeeper
from actors.recorder import Changes, Recorder, summaries
from actors.recovery import Recovery
from actors.roster import Roster, TransportMaker
from actors.sender import SessionSender
from actors.session_work import SessionWork
from actors.verdicts import Judge
from engine.errors import MasteriaError
from engine.hold_reasons import TEMPLATE_REASONS
from engine.ids import IdMaker
from engine.lanes import Parcel
from engine.metrics import Delta
from engine.settings import Settings
from engine.stops import Stop
from engine.wire import unpack
from storage.answers import Answer
from storage.budgets import load_spending
from storage.ingest import Lane
from storage.message_changes import Transition
from storage.outgoing_watch import refresh_watch
from storage.pool import AWAY, ONE_PLAN, Pool, session_settings

log = logging.getLogger(__name__)


class SendingHost:
    """The senders of sessions whose number modulo ``settings.sender_hosts`` is this host's.

    Args:
        pool: two connections, for leases, recovery and reading sessions.
        apply: carries deltas to the aggregator.
        announce: tells other hosts that a company's sessions have changed.
    """

    def __init__(
        self,
        settings: Settings,
        number: int,
        life: Life,
        pool: Pool,
        transports: TransportMaker,
        apply: Callable[[bytes], Awaitable[object]],
        announce: Callable[[bytes], Awaitable[object]] | None = None,
    ) -> None:
        owner = f"{life.name}:{os.getpid()}:{uuid4().hex[:8]}"
        ids = IdMaker()
        judge = Judge(ids, settings.uncertain_grace_s, random.random)
        self._settings = settings
        self._life = life
        self._pool = pool
        self._transports = transports
        self._draining = False
        self._feed = DeltaFeed(apply)
        self._answers_lane = WriterLane(settings.database_url, f"{life.name}/0")
        self._changes = Changes(WriterLane(settings.database_url, f"{life.name}/1"), self._told)
        self._work = SessionWork(self._changes, pool)
        self._leases = LeaseKeeper(pool, owner, self._gained)
        self.dispatcher = Dispatcher(self._connect, owner, ids, self._work.wait, self._lost_lease)
        self.recorder = Recorder(self._answers_lane, self._told, self._recorded, self.dispatcher.closed)
        self.roster = Roster(settings, number, pool, transports, self, judge, self._work, announce)
        self._recovery = Recovery(pool, self.dispatcher, self.recorder, judge)

    async def start(self) -> None:
        """Load the sessions, take their leases and start sending.

        Raises:
            One of storage.pool.AWAY: Postgres cannot be reached; call again.
        """
        await self.roster.load(None)
        await self._keep_leases()
        life = self._life
        life.run(self.dispatcher.run, pause_s=0.1, action="dispatch")
        life.run(self.recorder.run, pause_s=0.1, action="record")
        life.run(self._keep_leases, pause_s=RENEW_S, action="keep_leases")
        life.run(self._recover, pause_s=1.0, action="recover")
        life.run(self._work_sessions, pause_s=0.1, action="work_sessions")

    async def enqueue(self, blob: bytes) -> int:
        """Take messages (docs/INTERNALS.md); return how many are taken care of, the rest is for the sweep."""
        if self._draining:
            return 0
        parcels = [Parcel.from_wire(wire) for wire in unpack(blob)]
        for company_id in self.roster.strangers(parcels):
            with contextlib.suppress(MasteriaError, *AWAY):
                await self.reload(company_id)
        return self._take(parcels)

    def _take(self, parcels: list[Parcel]) -> int:
        taken = 0
        touched: dict[UUID, SessionSender] = {}
        for parcel in parcels:
            sender = self.roster.senders.get(UUID(bytes=parcel.session))
            if sender is None:
                continue
            if sender.paused_for is not None:
                self._work.hold(sender)
            elif sender.offer(parcel):
                touched[sender.id] = sender
            else:
                self._work.full(parcel.uuid)
                continue
            taken += 1
        for sender in touched.values():
            self.wake(sender)
        return taken

    def heard(self, counts: Mapping[bytes, int]) -> None:
        """Count inbound messages, by session: WhatsApp's throughput holds for both directions together."""
        for session_id, count in counts.items():
            sender = self.roster.senders.get(UUID(bytes=session_id))
            if sender is not None:
                sender.heard(count)

    def cancelled(self, message_ids: set[bytes]) -> None:
        """Forget cancelled messages; the queue has forgotten them already."""
        for sender in self.roster.senders.values():
            sender.mailbox.remove(message_ids)

    async def reload(self, company_id: UUID | None) -> None:
        """Read a company's sessions (or all) again; what they say is in force when this returns."""
        await refresh_watch(self._pool)
        await self.roster.load(company_id)
        await self._keep_leases()

    async def drain(self, timeout_s: float = 25.0) -> None:
        """Make no new intents, wait for the answers of what is in flight, record them, give the leases back."""
        self._draining = self.dispatcher.paused = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not all(sender.idle for sender in self.roster.senders.values()):
                    await asyncio.sleep(0.02)
        for sender in self.roster.senders.values():
            await sender.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self.recorder.flush()
        with contextlib.suppress(*AWAY):
            await self._leases.release(list(self.roster.senders.values()))
        await self.close()

    async def close(self) -> None:
        """Stop at once, recording nothing more: the successor finds what was in flight and calls it uncertain."""
        await self._life.stop()
        for sender in self.roster.senders.values():
            await sender.close()
        await self._feed.close()
        await self.dispatcher.close()
        await self._answers_lane.close()
        await self._changes.close()
        await self._transports.close()

    def counters(self) -> dict[str, float]:
        """Return what ``ping`` tells beside the pulse."""
        senders = self.roster.senders.values()
        return {
            **self.recorder.counters,
            "intents": self.dispatcher.transactions,
            "waiting_answers": len(self.recorder),
            "in_flight": sum(sender.active for sender in senders),
            "in_memory": sum(len(sender.mailbox) for sender in senders),
            "sessions": len(senders),
            "leased": sum(sender.fence is not None for sender in senders),
        }

    # What senders report (actors/sender.py, Office).

    def wake(self, sender: SessionSender) -> None:
        self.dispatcher.wake(sender)

    def landed(self, landed: Landed) -> None:
        self.recorder.landed(landed)
        if self.recorder.full:
            self.dispatcher.paused = True

    def paused(self, sender: SessionSender, stop: Stop) -> None:
        self._work.hold(sender)
        self._life.spawn(self.roster.pause(sender, stop))

    def template_stopped(self, sender: SessionSender, name: str, language: str | None, stop: Stop) -> None:
        self._life.spawn(self.roster.stop_template(sender, name, language, stop))

    def no_marketing(self, sender: SessionSender, recipient: str, until: datetime) -> None:
        self._work.no_marketing(sender.session.company_id, recipient, until)

    def unsent_marketing(self, sender: SessionSender, recipient: str) -> None:
        self._work.unsent_marketing(sender.session.company_id, recipient)

    # What the loops report.

    def _recorded(self, answers: list[Answer]) -> None:
        for answer in answers:
            sender = self.roster.senders.get(answer.session_id)
            if sender is not None:
                sender.mailbox.forget(answer.message_id.bytes)
        self._life.progress()
        if self.dispatcher.paused and not self._draining and not self.recorder.full:
            self.dispatcher.paused = False
            for sender in self.roster.senders.values():
                self.wake(sender)

    def _told(self, lane: Lane, now_ms: int, delta: Delta, transitions: list[Transition]) -> None:
        self._feed.push(lane, now_ms, delta, summaries(transitions, now_ms))

    def _gained(self, sender: SessionSender) -> None:
        """A lease is ours: what waited for it is in Postgres."""
        sender.behind = True
        if (caps := sender.permits.budgets.caps) is not None:
            caps.loaded = False
        self._work.watch_windows(sender)
        self._work.rethink(sender, TEMPLATE_REASONS)  # a template may have been approved while nobody served it
        self.wake(sender)

    def _lost_lease(self, sender: SessionSender) -> None:
        self._life.count("leases_lost")
        self._life.spawn(self._look_at_leases())

    async def _look_at_leases(self) -> None:
        """A stalled process may find its lease over and nobody's: then it is taken again, and sending goes on."""
        with contextlib.suppress(*AWAY):
            await self._keep_leases()
        for sender in self.roster.senders.values():
            self.wake(sender)

    async def _keep_leases(self) -> None:
        await self._leases.keep(list(self.roster.senders.values()))
        await self._load_spending()

    async def _load_spending(self) -> None:
        """Read what capped sessions have sent, under whichever owner; until then they send nothing."""
        waiting = {
            sender.id: sender
            for sender in self.roster.senders.values()
            if sender.fence is not None and not sender.permits.budgets.ready
        }
        if not waiting:
            return
        spent = await load_spending(self._pool, waiting)
        for sender in waiting.values():
            caps = sender.permits.budgets.caps
            if caps is not None and not caps.loaded:  # nobody else has read it meanwhile, and sent since
                caps.load(spent.get(sender.id))
            self.wake(sender)

    async def _recover(self) -> None:
        self._life.count("recovered", await self._recovery.look(self.roster.senders))

    async def _work_sessions(self) -> None:
        await self._work.step(list(self.roster.senders.values()))

    async def _connect(self) -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(
            self._settings.database_url,
            timeout=2.0,
            command_timeout=10.0,
            server_settings=session_settings(f"{self._life.name}/dispatch", ONE_PLAN),
        )
