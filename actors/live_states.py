"""From counters to live topics: who watches what, and the states that the fanout is told, 20 times a second at most."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import orjson

from actors.aggregating import Aggregating, Told
from actors.live_alerts import LiveAlerts
from actors.live_campaigns import PREFIX as CAMPAIGN_PREFIX
from actors.live_campaigns import LiveCampaigns, Place
from actors.live_inbox import LiveInbox
from actors.live_jobs import LiveJobs
from actors.live_watching import Watched, unsettled, widen
from engine.company_counters import CompanyCounters
from engine.ids import ms_to_time
from engine.live_feed import LiveFeed
from engine.wire import pack, unpack
from storage import metrics
from storage.live_feed import newest_events
from storage.pool import Pool

log = logging.getLogger(__name__)
_ASKED_AHEAD_S = 0.006  # tellings are asked for so long before states leave: their way here, and some room
_GAP_S, _SHORTEST_GAP_S = 0.052, 0.04  # between updates: what the fanout is expected to say, and at least
_UNWATCHED_MS = 100
_RETRY_S = 0.2
_READ_S = 3.0
_INTEREST_MS = 15_000  # the fanout renews what it wants every two seconds
_SESSIONS_EVERY_MS = 5_000
_RESTING_MS = 500
_INBOX, _INBOX_S = "inbox", 0.25

State = tuple[bytes, str, int, int, bytes]


class LiveStates:
    """The watched topics.

    Args:
        publish: carries one ``publish`` call to the fanout, which says in how many milliseconds it can tell more.
        clock_ms: the present (milliseconds since 1970).
    """

    def __init__(self, publish: Callable[[bytes], Awaitable[int]], clock_ms: Callable[[], int]) -> None:
        self._publish = publish
        self._clock_ms = clock_ms
        self._counted: Aggregating | None = None
        self._watched: dict[bytes, Watched] = {}
        self._jobs = LiveJobs()
        self._campaigns = LiveCampaigns()
        self._alerts = LiveAlerts()
        self._inbox = LiveInbox()
        self._look_at_inbox = asyncio.Event()
        self._wake = asyncio.Event()
        self._next_tick = 0.0
        self._gap_s = _GAP_S
        self._sessions_read_ms = 0
        self.clients = 0

    def __len__(self) -> int:
        return len(self._watched)

    def bind(self, counted: Aggregating) -> None:
        """Say whose counters these are; before anything else."""
        self._counted = counted
        counted.heard = self._campaigns.count

    def changed(self, company: bytes, committed_ms: int) -> None:
        """Hear that a company's counters changed."""
        watched = self._watched.get(company)
        if watched is not None:
            watched.changed = widen(watched.changed, committed_ms)
            self._wake.set()
            if _INBOX in watched.topics:
                self._look_at_inbox.set()

    def told(self, told: Told, committed_ms: int) -> None:
        """Hear the feed's part of a telling, and when the oldest commit in it was."""
        now_ms = self._clock_ms()
        for company_hex, lists in told.items():
            watched = self._watched.get(bytes.fromhex(company_hex))
            if watched is None or watched.feed is None:
                continue
            watched.feed_changed_ms = now_ms
            if watched.feed.tell(lists.get("events", ()), lists.get("messages", ())):
                watched.feed_changed = widen(watched.feed_changed, committed_ms)
                self._wake.set()

    def wanted_in_ms(self) -> int:
        """Return when a writer's next telling is of use: shortly before what it tells can be told on."""
        if not self._watched:
            return _UNWATCHED_MS
        wait_s = self._next_tick - time.monotonic() - _ASKED_AHEAD_S
        if self._wake.is_set() and wait_s <= _ASKED_AHEAD_S:  # what was told just now goes with the coming update
            wait_s = max(wait_s, -_ASKED_AHEAD_S) + self._gap_s
        return max(0, round(wait_s * 1000))

    async def watch(self, pool: Pool, blob: bytes) -> bytes:
        """Take what the fanout wants, for the next 15 s, and answer the states it does not have.

        Args:
            pool: for the feeds and sessions of companies that nobody looked at before.
            blob: ``pack([clients, [[company, topic, wanted now]…]])``.

        Returns:
            ``pack([[company, topic, ts, oldest_ts, JSON]…])``.
        """
        self.clients, entries = unpack(blob)
        now_ms = self._clock_ms()
        fresh: set[bytes] = set()
        for company, topic, _ in entries:
            watched = self._watched.get(company)
            if watched is None:
                watched = self._watched[company] = Watched()
                fresh.add(company)
            watched.topics[topic] = now_ms + _INTEREST_MS
            if topic == "events" and watched.feed is None:
                watched.feed = LiveFeed()
                fresh.add(company)
        if fresh:
            await self._read(pool, fresh)
        if any(topic == "jobs" and company not in self._jobs for company, topic, _ in entries):
            await self.read_jobs(pool)
        if any(topic == "alerts" and company not in self._alerts for company, topic, _ in entries):
            await self.read_alerts(pool)
        if any(topic == _INBOX and company not in self._inbox for company, topic, _ in entries):
            await self._read_inbox(pool)
        if any(place not in self._campaigns for place in self._campaign_places()):
            await self.read_campaigns(pool)
        return pack(
            [
                [company, topic, self._clock_ms(), self._clock_ms(), orjson.dumps(self._state(company, topic))]
                for company, topic, wanted in entries
                if wanted
            ]
        )

    async def _read(self, pool: Pool, companies: set[bytes]) -> None:
        try:
            async with asyncio.timeout(_READ_S):
                await self._read_sessions(pool, companies)
                for company in companies:
                    await self._read_feed(pool, company)
        except Exception as error:  # what cannot be read now comes with the next refresh
            log.warning("cannot read what is watched: %s", error, extra={"action": "watch"})

    async def tick(self) -> None:
        """Wait for a change, and for the time to tell it; then tell it."""
        await self._wake.wait()
        await asyncio.sleep(max(0.0, self._next_tick - time.monotonic()))
        self._wake.clear()
        states = self._take_changed()
        if not states:
            return
        started = time.monotonic()
        self._next_tick = started + self._gap_s
        try:
            wait_s = await self._publish(pack(states)) / 1000
            # Counted from the call's start, so that the next one comes when it can be told: its way is as long.
            self._gap_s = max(_SHORTEST_GAP_S, wait_s)
            self._next_tick = started + self._gap_s
        except Exception as error:
            log.warning("cannot tell the fanout: %s", error, extra={"action": "publish"})
            for company, topic, ts, oldest_ts, _ in states:
                self._again(company, topic, ts, oldest_ts)
            await asyncio.sleep(_RETRY_S)

    def _again(self, company: bytes, topic: str, ts: int, oldest_ts: int) -> None:
        watched = self._watched.get(company)
        if watched is None:
            return
        if topic == "events":
            watched.feed_changed = widen(widen(watched.feed_changed, ts), oldest_ts)
        elif topic == "alerts":
            watched.alerts_changed = widen(widen(watched.alerts_changed, ts), oldest_ts)
        elif topic == _INBOX:
            watched.inbox_changed = widen(widen(watched.inbox_changed, ts), oldest_ts)
        elif topic == "jobs":
            watched.jobs_changed = widen(widen(watched.jobs_changed, ts), oldest_ts)
        else:
            watched.changed = widen(widen(watched.changed, ts), oldest_ts)
        self._wake.set()

    def _take_changed(self) -> list[State]:
        states: list[State] = []
        now_ms = self._clock_ms()
        for company, watched in self._watched.items():
            counted, watched.changed = watched.changed, None
            fed, watched.feed_changed = watched.feed_changed, None
            worked, watched.jobs_changed = watched.jobs_changed, None
            alerted, watched.alerts_changed = watched.alerts_changed, None
            heard, watched.inbox_changed = watched.inbox_changed, None
            watched.told_ms = now_ms if counted else watched.told_ms
            for topic in watched.topics:
                span = {"events": fed, "jobs": worked, "alerts": alerted, _INBOX: heard}.get(topic, counted)
                if span is not None:
                    states.append((company, topic, *span, orjson.dumps(self._state(company, topic))))
        return states

    def _state(self, company: bytes, topic: str) -> dict[str, Any]:
        watched = self._watched.get(company)
        if watched is None or self._counted is None:
            return {}
        if topic == "events":
            return {"items": watched.feed.items() if watched.feed else []}
        read = {"jobs": self._jobs.state, "alerts": self._alerts.state, _INBOX: self._inbox.state}.get(topic)
        if read is not None:
            return read(company)
        counters, now_ms = self._counted.company(company), self._clock_ms()
        if topic.startswith(CAMPAIGN_PREFIX):
            return self._campaigns.state(company, topic, now_ms)
        if topic in ("metrics", "queue"):
            return counters.metrics(now_ms) if topic == "metrics" else counters.queue(now_ms)
        return _session_topics(topic, counters, watched.sessions, now_ms)

    async def refresh(self) -> None:
        """Let time pass in what is shown: rates fall, queues age, interests end; called every second.

        What was told just now shows the present already; telling it again would take a slot from a change.
        """
        now_ms = self._clock_ms()
        self._expire(now_ms)
        for watched in self._watched.values():
            if now_ms - watched.told_ms >= _RESTING_MS and watched.changed is None:
                watched.changed = (now_ms, now_ms)
                self._wake.set()

    async def read(self, pool: Pool) -> None:
        """Read what deltas do not tell: how old queues are, sessions' states, feeds that have come to rest.

        Raises:
            StorageAway: Postgres is away; what is shown goes on.
            TimeoutError: Postgres does not answer.
        """
        if not self._watched:
            return
        now_ms = self._clock_ms()
        async with asyncio.timeout(_READ_S):
            await self._read_queues(pool)
            if now_ms - self._sessions_read_ms >= _SESSIONS_EVERY_MS:
                await self._read_sessions(pool, set(self._watched))
                self._sessions_read_ms = now_ms
            for company in [company for company, watched in self._watched.items() if unsettled(watched, now_ms)]:
                await self._read_feed(pool, company)

    async def read_jobs(self, pool: Pool) -> None:
        """Read the jobs of those who watch them; called a few times a second, and costs nothing while nobody does."""
        companies = {company for company, watched in self._watched.items() if "jobs" in watched.topics}
        self._jobs.keep(companies)
        if not companies:
            return
        now_ms = self._clock_ms()
        async with asyncio.timeout(_READ_S):
            for company in await self._jobs.read(pool, companies, ms_to_time(now_ms)):
                if (watched := self._watched.get(company)) is not None:
                    watched.jobs_changed = widen(watched.jobs_changed, now_ms)
                    self._wake.set()

    async def read_alerts(self, pool: Pool) -> None:
        """Read the alerts of those who watch them; called every second, and costs nothing while nobody does."""
        companies = {company for company, watched in self._watched.items() if "alerts" in watched.topics}
        now_ms = self._clock_ms()
        async with asyncio.timeout(_READ_S):
            for company in await self._alerts.read(pool, companies):
                if (watched := self._watched.get(company)) is not None:
                    watched.alerts_changed = widen(watched.alerts_changed, now_ms)
                    self._wake.set()

    async def read_inbox(self, pool: Pool) -> None:
        """Wait until a watched company's counters change, a quarter of a second at most; then read what is new.

        What people do to conversations changes no counters: that is what the quarter is for.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_INBOX_S):
                await self._look_at_inbox.wait()
        self._look_at_inbox.clear()
        await self._read_inbox(pool)

    async def _read_inbox(self, pool: Pool) -> None:
        companies = {company for company, watched in self._watched.items() if _INBOX in watched.topics}
        async with asyncio.timeout(_READ_S):
            for company, span in (await self._inbox.read(pool, companies, self._clock_ms())).items():
                if (watched := self._watched.get(company)) is not None:
                    watched.inbox_changed = widen(widen(watched.inbox_changed, span[0]), span[1])
                    self._wake.set()

    async def read_campaigns(self, pool: Pool) -> None:
        """Read the campaigns that somebody watches; called a few times a second, free while nobody does."""
        if self._counted is None:
            return
        now_ms = self._clock_ms()
        async with asyncio.timeout(_READ_S):
            for company in await self._campaigns.read(pool, self._counted, self._campaign_places()):
                self.changed(company, now_ms)

    def _campaign_places(self) -> list[Place]:
        return [
            (company, UUID(topic.removeprefix(CAMPAIGN_PREFIX)).bytes)
            for company, watched in self._watched.items()
            for topic in watched.topics
            if topic.startswith(CAMPAIGN_PREFIX)
        ]

    def _expire(self, now_ms: int) -> None:
        for company, watched in list(self._watched.items()):
            watched.topics = {topic: until for topic, until in watched.topics.items() if until > now_ms}
            if "events" not in watched.topics:
                watched.feed = None
            if not watched.topics:
                del self._watched[company]

    async def _read_queues(self, pool: Pool) -> None:
        if self._counted is None:
            return
        companies = [self._counted.company(company) for company in self._watched]
        sessions = [session for company in companies for session in company.queued_sessions()]
        found = await metrics.find_oldest_due(pool, sessions) if sessions else {}
        for company in companies:
            queued = company.queued_sessions()
            company.oldest_due_ms = {session: found[session] for session in queued if session in found}

    async def _read_sessions(self, pool: Pool, companies: set[bytes]) -> None:
        found = await metrics.list_sessions(pool, list(companies))
        for company, sessions in found.items():
            if company in self._watched:
                self._watched[company].sessions = sessions

    async def _read_feed(self, pool: Pool, company: bytes) -> None:
        """Make a feed what Postgres says: tellings are cut to the newest, and may be lost."""
        watched = self._watched.get(company)
        if watched is None or watched.feed is None:
            return
        feed, now_ms = watched.feed, self._clock_ms()
        watched.feed_read_ms = now_ms
        if feed.replace(await newest_events(pool, company, now_ms)):
            watched.feed_changed = widen(watched.feed_changed, now_ms)
            self._wake.set()


def _session_topics(
    topic: str, counters: CompanyCounters, known: dict[bytes, dict[str, str | None]], now_ms: int
) -> dict[str, Any]:
    """Return ``sessions`` or ``session:<id>``; another company's session, and what nobody fills yet, is empty."""
    if topic == "sessions":
        return {
            "sessions": {str(UUID(bytes=s)): counters.session(s, shown, now_ms) for s, shown in known.items()},
        }
    if topic.startswith("session:"):
        session = UUID(topic.removeprefix("session:"))
        if session.bytes in known:
            shown = counters.session(session.bytes, known[session.bytes], now_ms)
            return {"session_id": str(session), **shown}
    return {}
