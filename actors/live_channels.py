"""One company's live topics and who listens to which: clients of the same topics are told together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

import orjson

from engine.live_topics import Position, TopicLine


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
        self.topics: frozenset[str] = frozenset()
        self.behind: dict[str, int] = {}


class Update(NamedTuple):
    """One topic's frame for everybody who is up to date in it."""

    topic: str
    oldest_ts: int
    frame: bytes


class Channel:
    """One topic: its numbered states, its clients, and the newest state that was not told yet."""

    __slots__ = ("clients", "idle_since", "line", "pending", "waiting")

    def __init__(self, line: TopicLine) -> None:
        self.line = line
        self.clients: set[Subscriber] = set()
        self.waiting: dict[Subscriber, Position | None] = {}  # for the first state
        self.pending: tuple[int, int, bytes] | None = None  # ts, oldest_ts, state
        self.idle_since: float | None = None

    def take(self, ts: int, oldest_ts: int, state: bytes) -> None:
        """Keep a newer state; what the one before had to tell is still to be told."""
        before = self.pending or (ts, oldest_ts, state)
        self.pending = (max(ts, before[0]), min(oldest_ts, before[1]), state)

    def advance(self) -> Update | None:
        """Return what turns the told state into the pending one; None where there is nothing new to tell."""
        if self.pending is None:
            return None
        (ts, oldest_ts, state), self.pending = self.pending, None
        frame = self.line.advance(orjson.loads(state), ts, oldest_ts)
        return None if frame is None else Update(self.line.topic, oldest_ts, frame)

    def begin(self) -> Mapping[Subscriber, Position | None]:
        """Make the pending state the first one; return who waited for it, and since when each of them has been away."""
        if self.pending is None:
            return {}
        (ts, _, state), self.pending = self.pending, None
        self.line.begin(orjson.loads(state), ts)
        waiting, self.waiting = self.waiting, {}
        return waiting


class CompanyChannels:
    """The channels of one company, and its clients grouped by the topics they have."""

    __slots__ = ("_groups", "channels")

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self._groups: dict[frozenset[str], set[Subscriber]] = {}

    def add(self, client: Subscriber, topic: str) -> None:
        """Subscribe a client to a channel that exists."""
        channel = self.channels[topic]
        channel.idle_since = None
        channel.clients.add(client)
        self._regroup(client, client.topics | {topic})

    def remove(self, client: Subscriber, topic: str, now: float) -> None:
        """Take a client off a channel; ``now`` is when the channel became idle if it was the last one."""
        client.behind.pop(topic, None)
        self._regroup(client, client.topics - {topic})
        channel = self.channels.get(topic)
        if channel is not None:
            channel.clients.discard(client)
            channel.waiting.pop(client, None)
            if not channel.clients:
                channel.idle_since = now

    def _regroup(self, client: Subscriber, topics: frozenset[str]) -> None:
        group = self._groups.get(client.topics)
        if group is not None:
            group.discard(client)
            if not group:
                del self._groups[client.topics]
        client.topics = topics
        if topics:
            self._groups.setdefault(topics, set()).add(client)

    def audiences(self, updates: list[Update]) -> Iterator[tuple[set[Subscriber], list[Update]]]:
        """Yield every group of clients together with the updates that concern it."""
        for topics, clients in self._groups.items():
            told = [update for update in updates if update.topic in topics]
            if told:
                yield clients, told
