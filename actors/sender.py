"""One WhatsApp session's sender: its mailbox, its pace, its sends in flight; drivable without Ray and Postgres."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from actors.flights import Flight, Landed
from actors.verdicts import Judge
from engine.lanes import Mailbox, Parcel
from engine.permits import Permits, Refusal, Wait
from engine.stops import TEMPLATE, Stop
from storage.answers import Answer
from storage.sender_sessions import SenderSession
from whatsapp.transport import Outbound, Refused, SendAnswer, Transport, Uncertain

# Intents are recorded so far ahead of the sending: long enough for a commit, short enough to stop at once.
_AHEAD_S = 0.25
# In flight at most what half a second's sending amounts to: Meta answers within 100 to 300 ms.
_ANSWER_S = 0.5
# WhatsApp wants no more marketing to this person for now; it is counted per person, whichever number sends it.
_MARKETING_LIMIT = "131049"


class Office(Protocol):
    """Where a sender delivers what it has: its host."""

    def wake(self, sender: SessionSender) -> None:
        """There may be something to dispatch."""

    def landed(self, landed: Landed) -> None:
        """An answer is to be recorded."""

    def paused(self, sender: SessionSender, stop: Stop) -> None:
        """WhatsApp's answer stops this session."""

    def template_stopped(self, sender: SessionSender, name: str, language: str | None, stop: Stop) -> None:
        """WhatsApp's answer stops a template."""

    def no_marketing(self, sender: SessionSender, recipient: str, until: datetime) -> None:
        """WhatsApp's answer stops marketing to a person."""

    def unsent_marketing(self, sender: SessionSender, recipient: str) -> None:
        """Marketing that was counted for a person did not go out."""


class SessionSender:
    """Sends one session's messages, at most as fast and as many at a time as the session may.

    Its host asks it for a :meth:`plan`, records the intent, and gives back what may be sent with :meth:`clear`.
    """

    def __init__(
        self,
        session: SenderSession,
        transport: Transport,
        office: Office,
        judge: Judge,
        monotonic: Callable[[], float] = time.monotonic,
        wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.session = session
        self.transport = transport
        self.fence: int | None = None
        self.paused_for: str | None = None
        self.behind = False
        self.permits = Permits(session.throughput, monotonic(), session.policy, session.blocked_templates)
        self.mailbox = Mailbox(max(200, min(5_000, session.throughput * 30)))
        self.active = 0
        self._planned = 0
        self._cleared: deque[Flight] = deque()
        self._office = office
        self._judge = judge
        self._monotonic = monotonic
        self._wall_ms = wall_ms
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def id(self) -> UUID:
        return self.session.id

    @property
    def idle(self) -> bool:
        """Whether nothing is planned, cleared or in flight."""
        return not (self.active or self._planned or self._cleared)

    @property
    def wants_more(self) -> bool:
        """Whether it sends and its mailbox has room for more from Postgres."""
        room = len(self.mailbox) * 2 < self.mailbox.capacity
        return room and self.fence is not None and self.paused_for is None

    def poke(self) -> None:
        """Have the host look at it."""
        self._office.wake(self)

    def offer(self, parcel: Parcel) -> bool:
        """Take a message into the mailbox; False when it is full (the host fetches it again later)."""
        if not self.mailbox.put(parcel):
            self.behind = True
            return False
        return True

    def heard(self, count: int) -> None:
        """People have written to this number: WhatsApp counts that as if it had been sent."""
        self.permits.bucket.spend(count, self._monotonic())

    def plan(self) -> tuple[list[Parcel], list[tuple[Parcel, Refusal]]]:
        """Return what should be dispatched now, and what has to wait longer than a mailbox should keep it.

        Planned messages come back by :meth:`clear`, :meth:`put_back` or :meth:`refuse`.
        """
        now = self._monotonic()
        if self.fence is None or self.paused_for is not None or not len(self.mailbox):
            return [], []
        if not self.permits.budgets.ready:  # what it has spent is being read
            return [], []
        if (blocked := self.permits.blocked_s(now)) > 0:
            self._wake_in(blocked)
            return [], []
        room = self._room(now)
        planned: list[Parcel] = []
        waits: list[tuple[Parcel, Refusal]] = []
        later: dict[str, int] = {}
        now_ms = self._wall_ms()
        while len(planned) < room and (parcel := self.mailbox.take()) is not None:
            wait = self.permits.ask(parcel, now, now_ms)
            if wait is None:
                planned.append(parcel)
                continue
            turns = later[parcel.to] = later.get(parcel.to, -1) + 1
            if wait.seconds is not None and wait.reason == "pair_limit":
                wait = Wait(wait.reason, wait.seconds + 6.0 * turns)
            waits.append((parcel, wait))
        self._planned += len(planned)
        return planned, waits

    def _room(self, now: float) -> int:
        """Return how many more intents make sense: none until half of what was cleared has gone."""
        waiting = len(self._cleared) + self._planned
        if self.permits.probing:
            return 0 if waiting or self.active else 1
        ahead = max(1, self.permits.bucket.ahead(now, _AHEAD_S))
        if waiting and waiting * 2 > ahead:
            return 0
        return ahead - waiting

    def put_back(self, parcels: list[Parcel]) -> None:
        """Planned messages could not be dispatched: they wait again, in their order."""
        self._planned -= len(parcels)
        for parcel in reversed(parcels):
            self.permits.give_back(parcel)
            self.mailbox.put_back(parcel)

    def refuse(self, parcels: list[Parcel]) -> None:
        """Planned messages may not go now: the host holds or fails them."""
        self._planned -= len(parcels)
        for parcel in parcels:
            self.permits.give_back(parcel)

    def drop(self, parcels: list[Parcel]) -> None:
        """Planned messages were no longer in the queue: cancelled, held, or sent by somebody else."""
        self._planned -= len(parcels)
        for parcel in parcels:
            self.permits.give_back(parcel)
            self.mailbox.forget(parcel.id)

    def clear(self, flights: list[Flight]) -> None:
        """Send these: their intent stands in Postgres."""
        self._planned -= len(flights)
        self._cleared.extend(flights)
        self._pump()

    def stop(self, reason: str) -> None:
        """Send nothing more until :meth:`resume`; what was cleared but not sent is held, the mailbox is emptied."""
        self.paused_for = reason
        self._return_cleared(reason)
        for _ in self.mailbox.empty():
            pass
        self.behind = True

    def resume(self) -> None:
        """Go on sending."""
        self.paused_for = None
        self.permits.resume()
        self._office.wake(self)

    def change(self, session: SenderSession, transport: Transport) -> None:
        """Take on the session as it was read again."""
        self.session, self.transport = session, transport
        self.permits.change(session.throughput, self._monotonic(), session.policy, session.blocked_templates)

    async def close(self) -> None:
        """Cancel what is in flight: each of those sends is recorded as uncertain."""
        if self._timer is not None:
            self._timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _pump(self) -> None:
        """Start sends while there is something cleared, a place and a token."""
        if self._cleared and self.permits.blocked_s(self._monotonic()) > 0:
            self._return_cleared(None)
        most = 1 if self.permits.probing else max(8, min(512, math.ceil(self.session.throughput * _ANSWER_S)))
        while self._cleared and self.active < most:
            now = self._monotonic()
            flight = self._cleared[0]
            if now >= flight.deadline:
                self._return(self._cleared.popleft(), None)
                continue
            wait = self.permits.bucket.take(now)
            if wait > 0:
                self._wake_in(wait)
                break
            self._cleared.popleft()
            self.active += 1
            task = asyncio.create_task(self._send(flight))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if len(self.mailbox):
            self._office.wake(self)

    def _return_cleared(self, reason: str | None) -> None:
        while self._cleared:
            self._return(self._cleared.popleft(), reason)

    def _return(self, flight: Flight, reason: str | None) -> None:
        """Give a message back that was certainly not sent: into the queue, or held for a reason."""
        self.permits.give_back(flight.parcel)
        self._land(flight, self._judge.unsent(flight, self.id, self.session.company_id, self._wall_ms(), reason))

    async def _send(self, flight: Flight) -> None:
        if self._monotonic() >= flight.deadline:  # the loop was busy since this send was started
            self.active -= 1
            self._return(flight, None)
            self._pump()
            return
        heard: SendAnswer = Uncertain("the sender stopped while it was sending")
        try:
            heard = await self.transport.send(_outbound(flight.parcel))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # a transport never raises; one that does may have sent
            heard = Uncertain(f"{type(error).__name__}: {error}")
        finally:
            self.active -= 1
            self._judge_and_land(flight, heard)
            self._pump()

    def _judge_and_land(self, flight: Flight, heard: SendAnswer) -> None:
        verdict = self._judge.judge(
            flight, heard, self.id, self.session.company_id, self.permits, self._monotonic(), self._wall_ms()
        )
        self._land(flight, verdict.answer)
        if isinstance(heard, Refused) and verdict.answer.code == _MARKETING_LIMIT and verdict.answer.due_at is not None:
            self._office.no_marketing(self, flight.parcel.to, verdict.answer.due_at)
        stop = verdict.stop
        if stop is not None and stop.scope == TEMPLATE:
            parcel = flight.parcel
            self._office.template_stopped(self, parcel.template_name or "", parcel.template_language, stop)
        elif stop is not None and self.paused_for is None:
            self.stop("session_paused")
            self._office.paused(self, stop)

    def _land(self, flight: Flight, answer: Answer) -> None:
        if flight.parcel.counted and answer.outcome not in ("accepted", "uncertain"):
            self._office.unsent_marketing(self, flight.parcel.to)
        self._office.landed(Landed(answer, flight.intent))

    def _wake_in(self, seconds: float) -> None:
        if math.isinf(seconds):
            return
        when = self._monotonic() + seconds
        if self._timer is not None:
            if self._timer_at <= when:
                return
            self._timer.cancel()
        self._timer_at = when
        self._timer = asyncio.get_running_loop().call_later(seconds, self._timed)

    def _timed(self) -> None:
        self._timer = None
        self._pump()


def _outbound(parcel: Parcel) -> Outbound:
    if parcel.type == "template":
        return Outbound(
            str(parcel.uuid),
            parcel.to,
            "template",
            None,
            parcel.template_name,
            parcel.template_language,
            parcel.components,
            parcel.content,
        )
    return Outbound(str(parcel.uuid), parcel.to, parcel.type, parcel.text, extra=parcel.content)
