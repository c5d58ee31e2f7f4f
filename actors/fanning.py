"""The live topics' server side without Ray: lines of numbered states, their clients, and nobody waiting for anybody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

import orjson

from engine.live_topics import Position, TopicLine
from engine.wire import pack, unpack

log = logging.getLogger(__name__)
HIGH_BYTES = 65_536  # more than that unsent: the client is behind, and gets the newest state once it has caught up
LOW_BYTES = 4_096
_LINGER_S = 60.0  # a topic without clients goes on for those who come back
_MOST_LINES = 20_000


class Peer(Protocol):
    """One connection, as :mod:`actors.live_server` makes it."""

    @property
    def company(self) -> bytes: ...

    def unsent(self) -> int: ...


class Subscriber:
    """A client's place in its topics; ``behind`` holds, per topic, the oldest change it was not told."""

    __slots__ = ("behind", "peer", "topics")

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.topics: set[str] = set()
        self.behind: dict[str, int] = {}


class _Channel:
    __slots__ = ("clients", "idle_since", "line", "next_at", "pending", "timer", "waiting")

    def __init__(self, line: TopicLine) -> None:
        self.line = line
        self.clients: set[Subscriber] = set()
        self.waiting: dict[Subscriber, Position | None] = {}
        self.pending: tuple[int, int, bytes] | None = None  # ts, oldest_ts, state
        self.next_at = 0.0
        self.timer: asyncio.Handle | None = None
        self.idle_since: float | None = None


class Fanning:
    """All topics that somebody is subscribed to.

    Args:
        send: sends one frame to many peers at once and never waits.
        watch: asks the aggregator (``watch``: docs/INTERNALS.md).
        clock_ms: the present (milliseconds since 1970).
        updates_per_s: at most so many per topic.
    """

    def __init__(
        self,
        send: Callable[[Iterable[Peer], bytes], None],
        watch: Callable[[bytes], Awaitable[bytes]],
        clock_ms: Callable[[], int],
        updates_per_s: int = 20,
    ) -> None:
        self._send = send
        self._watch = watch
        self._clock_ms = clock_ms
        self._gap_s = 1 / updates_per_s
        self._channels: dict[tuple[bytes, str], _Channel] = {}
        self._slow: set[Subscriber] = set()
        self._unknown: set[tuple[bytes, str]] = set()
        self._wanted = asyncio.Event()
        self._last_epoch = 0
        self.counters = {"updates": 0, "frames": 0, "snapshots": 0, "resumed": 0, "skipped": 0}

    def sizes(self) -> dict[str, int]:
        """Return how much is held, for tests and for ``ping``."""
        return {
            "topics": len(self._channels),
            "subscriptions": sum(len(channel.clients) for channel in self._channels.values()),
            "slow": len(self._slow),
            "unknown": len(self._unknown),
        }

    def topics(self) -> list[tuple[bytes, str, int]]:
        """Return (company, topic, clients) of everything that is subscribed to."""
        return [(company, topic, len(c.clients)) for (company, topic), c in self._channels.items() if c.clients]

    def subscribe(self, client: Subscriber, topic: str, since: Position | None) -> bool:
        """Add a client to a topic: it gets what it missed since a position, or a snapshot.

        Returns:
            False when there are too many topics.
        """
        place = (client.peer.company, topic)
        channel = self._channels.get(place)
        if channel is None:
            if len(self._channels) >= _MOST_LINES:
                return False
            channel = self._channels[place] = _Channel(TopicLine(topic, self._new_epoch()))
            self._unknown.add(place)
            self._wanted.set()
        channel.idle_since = None
        channel.clients.add(client)
        client.topics.add(topic)
        if channel.line.known:
            self._greet(channel, client, since)
        else:
            channel.waiting[client] = since
        return True

    def _greet(self, channel: _Channel, client: Subscriber, since: Position | None) -> None:
        frames = channel.line.since(since)
        snapshot = len(frames) == 1 and frames[0] is channel.line.snapshot()
        self.counters["snapshots" if snapshot else "resumed"] += 1
        for frame in frames:
            self._tell(channel, [client], frame, channel.line.ts)

    def _new_epoch(self) -> int:
        self._last_epoch = max(self._clock_ms(), self._last_epoch + 1)
        return self._last_epoch

    def unsubscribe(self, client: Subscriber, topic: str) -> None:
        """Take a client off a topic."""
        client.topics.discard(topic)
        client.behind.pop(topic, None)
        channel = self._channels.get((client.peer.company, topic))
        if channel is not None:
            channel.clients.discard(client)
            channel.waiting.pop(client, None)
            if not channel.clients:
                channel.idle_since = asyncio.get_running_loop().time()

    def leave(self, client: Subscriber) -> None:
        """Forget a client."""
        for topic in list(client.topics):
            self.unsubscribe(client, topic)
        self._slow.discard(client)

    def publish(self, blob: bytes) -> None:
        """Take newer states from the aggregator; what nobody is subscribed to is dropped."""
        for company, topic, ts, oldest_ts, state in unpack(blob):
            channel = self._channels.get((company, topic))
            if channel is not None:
                self._take(channel, ts, oldest_ts, state)

    def _take(self, channel: _Channel, ts: int, oldest_ts: int, state: bytes) -> None:
        before = channel.pending or (ts, oldest_ts, state)
        channel.pending = (max(ts, before[0]), min(oldest_ts, before[1]), state)
        if channel.timer is None:
            loop = asyncio.get_running_loop()
            channel.timer = loop.call_at(max(channel.next_at, loop.time()), self._flush, channel)

    def _take_first(self, blob: bytes) -> None:
        """Take states that were asked for; a state told meanwhile is newer than they are."""
        for company, topic, ts, oldest_ts, state in unpack(blob):
            channel = self._channels.get((company, topic))
            if channel is not None and not channel.line.known and channel.pending is None:
                self._take(channel, ts, oldest_ts, state)

    def _flush(self, channel: _Channel) -> None:
        channel.timer = None
        if channel.pending is None:
            return
        (ts, oldest_ts, state), channel.pending = channel.pending, None
        data: dict[str, Any] = orjson.loads(state)
        line = channel.line
        if not line.known:
            line.begin(data, ts)
            waiting, channel.waiting = channel.waiting, {}
            for client, since in waiting.items():
                self._greet(channel, client, since)
            return
        frame = line.advance(data, ts, oldest_ts)
        if frame is None:
            return
        loop = asyncio.get_running_loop()
        started = loop.time()
        self._tell(channel, channel.clients, frame, oldest_ts)
        self.counters["updates"] += 1
        # A topic whose frames take long to hand out is told less often: it may have two thirds of the time at most.
        finished = loop.time()
        channel.next_at = max(started + self._gap_s, finished + (finished - started) / 2)

    def _tell(self, channel: _Channel, clients: Iterable[Subscriber], frame: bytes, oldest_ts: int) -> None:
        topic = channel.line.topic
        ready: list[Peer] = []
        for client in clients:
            if topic in client.behind:
                self.counters["skipped"] += 1
            elif client.peer.unsent() > HIGH_BYTES:
                client.behind[topic] = oldest_ts
                self._slow.add(client)
                self.counters["skipped"] += 1
            else:
                ready.append(client.peer)
        if ready:
            self._send(ready, frame)
            self.counters["frames"] += len(ready)

    def help_the_slow(self) -> None:
        """Give clients that have caught up the newest state of what they missed; called twenty times a second."""
        for client in [client for client in self._slow if client.peer.unsent() <= LOW_BYTES]:
            while client.behind and client.peer.unsent() <= HIGH_BYTES:
                topic, oldest_ts = client.behind.popitem()
                channel = self._channels[client.peer.company, topic]
                self._send([client.peer], channel.line.snapshot(oldest_ts))
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
            self._unknown |= {place for place, channel in self._channels.items() if not channel.line.known}
        self._wanted.clear()
        asked, self._unknown = self._unknown, set()
        if asked:
            entries = [[company, topic, True] for company, topic in asked if (company, topic) in self._channels]
        else:
            entries = [[company, topic, False] for company, topic in self._channels]
        try:
            self._take_first(await self._watch(pack([clients, entries])))
        except BaseException:
            self._unknown |= asked
            if self._unknown:
                self._wanted.set()
            raise

    def forget_idle(self) -> None:
        """Drop topics that nobody came back to."""
        now = asyncio.get_running_loop().time()
        for place, channel in list(self._channels.items()):
            if channel.idle_since is None or channel.clients:
                continue
            if now - channel.idle_since > _LINGER_S or not channel.line.data:
                if channel.timer is not None:
                    channel.timer.cancel()
                del self._channels[place]
                self._unknown.discard(place)
