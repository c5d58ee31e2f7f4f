"""The live topics' server side without Ray: numbered states handed to their clients, and nobody waits for anybody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from actors.live_channels import Channel, CompanyChannels, Peer, Subscriber, Update
from engine.live_pace import Pace
from engine.live_topics import Position, TopicLine
from engine.masked_json import masked_json
from engine.wire import pack, unpack

log = logging.getLogger(__name__)
HIGH_BYTES = 65_536  # more than that unsent: the client is behind, and gets the newest state once it has caught up
LOW_BYTES = 4_096
_LINGER_S = 60.0  # a topic without clients goes on for those who come back
_MOST_LINES = 20_000
_COMPANY_BYTES = 16
_OF_PEOPLE = frozenset(("events", "inbox", "alerts", "jobs"))  # the other topics tell of the company's own
MASKED = b"m"  # behind a company's bytes: its clients who are told phones and documents masked


class Fanning:
    """All topics that somebody is subscribed to.

    Args:
        send: sends frames, in their order and in one write, to many peers at once and never waits.
        watch: asks the aggregator (``watch``: docs/INTERNALS.md).
        clock_ms: the present (milliseconds since 1970).
        updates_per_s: at most so many per topic.
    """

    def __init__(
        self,
        send: Callable[[Iterable[Peer], Sequence[bytes]], None],
        watch: Callable[[bytes], Awaitable[bytes]],
        clock_ms: Callable[[], int],
        updates_per_s: int = 20,
    ) -> None:
        self._send = send
        self._watch = watch
        self._clock_ms = clock_ms
        self._pace = Pace(updates_per_s)  # one for all topics: what a client hears comes in one write
        self._timer: asyncio.TimerHandle | None = None
        self._news: set[CompanyChannels] = set()
        self._companies: dict[bytes, CompanyChannels] = {}
        self._lines = 0
        self._slow: set[Subscriber] = set()
        self._unknown: set[tuple[bytes, str]] = set()
        self._wanted = asyncio.Event()
        self._last_epoch = 0
        self.counters = {"updates": 0, "frames": 0, "writes": 0, "snapshots": 0, "resumed": 0, "skipped": 0}

    def sizes(self) -> dict[str, int]:
        """Return how much is held, for tests and for ``ping``."""
        return {
            "topics": self._lines,
            "subscriptions": sum(clients for _, _, clients in self.topics()),
            "slow": len(self._slow),
            "unknown": len(self._unknown),
        }

    def topics(self) -> list[tuple[bytes, str, int]]:
        """Return (company, topic, clients) of everything that is subscribed to; those who are told masked apart."""
        return [
            (company[:_COMPANY_BYTES], topic, len(channel.clients))
            for company, home in self._companies.items()
            for topic, channel in home.channels.items()
            if channel.clients
        ]

    def _channel(self, company: bytes, topic: str) -> tuple[CompanyChannels, Channel] | None:
        home = self._companies.get(company)
        channel = None if home is None else home.channels.get(topic)
        return None if home is None or channel is None else (home, channel)

    def subscribe(self, client: Subscriber, topic: str, since: Position | None) -> bool:
        """Add a client to a topic: it gets what it missed since a position, or a snapshot.

        Returns:
            False when there are too many topics.
        """
        company = client.peer.company
        found = self._channel(company, topic) or self._open(company, topic)
        if found is None:
            return False
        home, channel = found
        home.add(client, topic)
        if channel.line.known:
            self._greet(channel, client, since)
        else:
            channel.waiting[client] = since
        return True

    def _open(self, company: bytes, topic: str) -> tuple[CompanyChannels, Channel] | None:
        if self._lines >= _MOST_LINES:
            return None
        home = self._companies.get(company)
        if home is None:
            home = self._companies[company] = CompanyChannels()
        channel = home.channels[topic] = Channel(TopicLine(topic, self._new_epoch()))
        self._lines += 1
        self._unknown.add((company, topic))
        self._wanted.set()
        return home, channel

    def _greet(self, channel: Channel, client: Subscriber, since: Position | None) -> None:
        frames = channel.line.since(since)
        snapshot = len(frames) == 1 and frames[0] is channel.line.snapshot()
        self.counters["snapshots" if snapshot else "resumed"] += 1
        for frame in frames:
            self._tell([client], [Update(channel.line.topic, channel.line.ts, frame)])

    def _new_epoch(self) -> int:
        self._last_epoch = max(self._clock_ms(), self._last_epoch + 1)
        return self._last_epoch

    def unsubscribe(self, client: Subscriber, topic: str) -> None:
        """Take a client off a topic."""
        home = self._companies.get(client.peer.company)
        if home is not None:
            home.remove(client, topic, asyncio.get_running_loop().time())

    def leave(self, client: Subscriber) -> None:
        """Forget a client."""
        for topic in client.topics:
            self.unsubscribe(client, topic)
        self._slow.discard(client)

    def publish(self, blob: bytes) -> int:
        """Take newer states from the aggregator; what nobody is subscribed to is dropped.

        Returns:
            in how many milliseconds newer ones could be told: whoever gathers changes may go on until then.
        """
        for company, topic, ts, oldest_ts, state in unpack(blob):
            for found, told in self._audiences(company, topic, state):
                self._take(*found, ts, oldest_ts, told)
        now = asyncio.get_running_loop().time()
        then = self._pace.after(now) if self._timer is not None else self._pace.due(now)
        return round((then - now) * 1000)

    def _audiences(
        self, company: bytes, topic: str, state: bytes
    ) -> list[tuple[tuple[CompanyChannels, Channel], bytes]]:
        """Return who is told of a company's topic, and the state as they are told it."""
        plain, masked = self._channel(company, topic), self._channel(company + MASKED, topic)
        told = [] if plain is None else [(plain, state)]
        if masked is None:
            return told
        return [*told, (masked, masked_json(state) if topic in _OF_PEOPLE else state)]

    def _take(self, home: CompanyChannels, channel: Channel, ts: int, oldest_ts: int, state: bytes) -> None:
        channel.take(ts, oldest_ts, state)
        self._news.add(home)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._pace.due(loop.time()), self._flush)

    def _take_first(self, blob: bytes) -> None:
        """Take states that were asked for; a state told meanwhile is newer than they are."""
        for company, topic, ts, oldest_ts, state in unpack(blob):
            for found, told in self._audiences(company, topic, state):
                if not found[1].line.known and found[1].pending is None:
                    self._take(*found, ts, oldest_ts, told)

    def _flush(self) -> None:
        """Tell everything that is new."""
        self._timer = None
        news, self._news = self._news, set()
        loop = asyncio.get_running_loop()
        started = loop.time()
        told = sum([self._tell_company(home) for home in news])
        self.counters["updates"] += told
        if told:
            self._pace.took(started, loop.time() - started)

    def _tell_company(self, home: CompanyChannels) -> int:
        """Tell what is new of one company, each client in one write; return how many updates it was."""
        updates: list[Update] = []
        for channel in home.channels.values():
            if channel.line.known:
                update = channel.advance()
                if update is not None:
                    updates.append(update)
            else:
                for client, since in channel.begin().items():
                    self._greet(channel, client, since)
        for clients, told in home.audiences(updates):
            self._tell(clients, told)
        return len(updates)

    def _tell(self, clients: Iterable[Subscriber], updates: list[Update]) -> None:
        ready: list[Peer] = []
        for client in clients:
            if client.behind or client.peer.unsent() > HIGH_BYTES:
                self._tell_slow(client, updates)
            else:
                ready.append(client.peer)
        if ready:
            self._write(ready, updates)

    def _write(self, peers: list[Peer], updates: list[Update]) -> None:
        self._send(peers, [update.frame for update in updates])
        self.counters["frames"] += len(peers) * len(updates)
        self.counters["writes"] += len(peers)

    def _tell_slow(self, client: Subscriber, updates: list[Update]) -> None:
        """Tell a client that is behind in some topic, or about to be, what it still can be told."""
        for update in updates:
            if update.topic in client.behind:
                self.counters["skipped"] += 1
            elif client.peer.unsent() > HIGH_BYTES:
                client.behind[update.topic] = update.oldest_ts
                self._slow.add(client)
                self.counters["skipped"] += 1
            else:
                self._write([client.peer], [update])

    def help_the_slow(self) -> None:
        """Give clients that have caught up the newest state of what they missed; called twenty times a second."""
        for client in [client for client in self._slow if client.peer.unsent() <= LOW_BYTES]:
            home = self._companies[client.peer.company]
            while client.behind and client.peer.unsent() <= HIGH_BYTES:
                topic, oldest_ts = client.behind.popitem()
                self._send([client.peer], [home.channels[topic].line.snapshot(oldest_ts)])
                self.counters["snapshots"] += 1
            if not client.behind:
                self._slow.discard(client)

    async def ask(self, clients: int, renew_s: float = 2.0) -> None:
        """Tell the aggregator what is wanted: at once what is new, and every two seconds everything.

        Raises:
            Unavailable: it cannot be reached; what is new stays wanted.
        """
        try:
            async with asyncio.timeout(renew_s):
                await self._wanted.wait()
        except TimeoutError:
            self._unknown |= {place for place, channel in self._all() if not channel.line.known}
        self._wanted.clear()
        asked, self._unknown = self._unknown, set()
        if asked:
            wanted, first = {place for place in asked if self._channel(*place)}, True
        else:
            wanted, first = {place for place, _ in self._all()}, False
        places = sorted({(company[:_COMPANY_BYTES], topic) for company, topic in wanted})
        entries = [[company, topic, first] for company, topic in places]
        try:
            self._take_first(await self._watch(pack([clients, entries])))
        except BaseException:
            self._unknown |= asked
            if self._unknown:
                self._wanted.set()
            raise

    def _all(self) -> list[tuple[tuple[bytes, str], Channel]]:
        return [
            ((company, topic), channel)
            for company, home in self._companies.items()
            for topic, channel in home.channels.items()
        ]

    def forget_idle(self) -> None:
        """Drop topics that nobody came back to."""
        now = asyncio.get_running_loop().time()
        for (company, topic), channel in self._all():
            if channel.idle_since is None or channel.clients:
                continue
            if now - channel.idle_since > _LINGER_S or not channel.line.data:
                home = self._companies[company]
                del home.channels[topic]
                self._lines -= 1
                self._unknown.discard((company, topic))
                if not home.channels:
                    del self._companies[company]
                    self._news.discard(home)
