"""A session's mailbox: what waits in memory to be dispatched, the transactional lane before the bulk one."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

_SHARES = 16


@dataclass(slots=True, eq=False)
class Parcel:
    """One message on its way through a sender.

    Attributes:
        id, company, session: 16 bytes each.
        components: Meta's template components, or None.
        event_ms: when its event came in (milliseconds since 1970), or None.
        attempt: tries spent so far.
        campaign: whose turn it takes in the bulk lane, 16 bytes, or None.
        content: what the request body holds beside text and template (``engine/outgoing.py``), or None.
        counted: whether it was counted as marketing to its person, and not sent since.
        uuid: the id as Postgres' driver takes it.
    """

    id: bytes
    company: bytes
    session: bytes
    to: str
    transactional: bool
    type: str
    text: str | None
    template_name: str | None
    template_language: str | None
    components: list[dict[str, Any]] | None
    category: str | None
    event_ms: int | None
    attempt: int
    content: dict[str, Any] | None = None
    campaign: bytes | None = None
    counted: bool = False
    uuid: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.uuid = UUID(bytes=self.id)

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Parcel:
        """Read one message of an ``enqueue`` call (docs/INTERNALS.md).

        Raises:
            KeyError: a field is missing.
        """
        template = wire["template"] or {}
        return cls(
            wire["id"],
            wire["company"],
            wire["session"],
            wire["to"],
            wire["lane"] == "transactional",
            wire["type"],
            wire["text"],
            template.get("name"),
            template.get("language"),
            template.get("components") or None,
            wire["category"],
            wire["event_ms"],
            wire["attempt"],
            wire.get("content"),
            wire.get("campaign"),
        )


class TurnLane:
    """The bulk lane: campaigns take turns, one message each (deficit round robin where every message costs one turn).

    What belongs to no campaign takes its turns as one.
    """

    __slots__ = ("_queues", "_size")

    def __init__(self) -> None:
        self._queues: OrderedDict[bytes | None, deque[Parcel]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def waiting(self, campaign: bytes | None) -> int:
        """Return how many of a campaign's messages wait."""
        queue = self._queues.get(campaign)
        return 0 if queue is None else len(queue)

    def append(self, parcel: Parcel) -> None:
        queue = self._queues.get(parcel.campaign)
        if queue is None:
            queue = self._queues[parcel.campaign] = deque()
        queue.append(parcel)
        self._size += 1

    def appendleft(self, parcel: Parcel) -> None:
        """Put back what was taken out: it is next in its campaign, and its campaign is next."""
        queue = self._queues.get(parcel.campaign)
        if queue is None:
            queue = self._queues[parcel.campaign] = deque()
        queue.appendleft(parcel)
        self._queues.move_to_end(parcel.campaign, last=False)
        self._size += 1

    def popleft(self) -> Parcel:
        """Take the next message out.

        Raises:
            StopIteration: the lane is empty.
        """
        campaign = next(iter(self._queues))
        queue = self._queues[campaign]
        parcel = queue.popleft()
        if not queue:
            del self._queues[campaign]
        elif len(self._queues) > 1:
            self._queues.move_to_end(campaign)
        self._size -= 1
        return parcel

    def remove(self, message_ids: set[bytes]) -> None:
        for campaign, queue in list(self._queues.items()):
            kept = deque(parcel for parcel in queue if parcel.id not in message_ids)
            self._size -= len(queue) - len(kept)
            if kept:
                self._queues[campaign] = kept
            else:
                del self._queues[campaign]


class Mailbox:
    """Two bounded lanes of one session; an id that is in it, or on its way out, is not taken a second time.

    A session belongs to one company, and every session has its own mailbox: no company can fill another's.
    """

    __slots__ = ("_bulk", "_known", "_transactional", "capacity")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._transactional: deque[Parcel] = deque()
        self._bulk = TurnLane()
        self._known: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._transactional) + len(self._bulk)

    @property
    def known(self) -> set[bytes]:
        """Ids that wait here or are on their way; a caller must not change it."""
        return self._known

    def put(self, parcel: Parcel) -> bool:
        """Take a parcel in; False when its lane is full. One that is known already counts as taken.

        Bulk may fill the mailbox to its capacity, transactional messages go half as far again: a campaign never
        shuts them out. Nor does it shut out other campaigns: of each a sixteenth still finds room, up to twice the
        capacity.
        """
        if parcel.id in self._known:
            return True
        if parcel.transactional:
            if len(self._transactional) * 2 >= self.capacity * 3:
                return False
            self._transactional.append(parcel)
        else:
            if len(self._bulk) >= self.capacity and not self._has_turn(parcel.campaign):
                return False
            self._bulk.append(parcel)
        self._known.add(parcel.id)
        return True

    def _has_turn(self, campaign: bytes | None) -> bool:
        bulk = self._bulk
        return len(bulk) < 2 * self.capacity and bulk.waiting(campaign) < self.capacity // _SHARES

    def take(self) -> Parcel | None:
        """Take the next parcel out; it stays known until :meth:`forget`."""
        if self._transactional:
            return self._transactional.popleft()
        if self._bulk:
            return self._bulk.popleft()
        return None

    def put_back(self, parcel: Parcel) -> None:
        """Put a parcel that was taken out back to the front of its lane."""
        (self._transactional if parcel.transactional else self._bulk).appendleft(parcel)

    def forget(self, message_id: bytes) -> None:
        """The parcel has left: whatever becomes of it now stands in Postgres."""
        self._known.discard(message_id)

    def remove(self, message_ids: set[bytes]) -> None:
        """Take cancelled messages out."""
        kept = [parcel for parcel in self._transactional if parcel.id not in message_ids]
        if len(kept) < len(self._transactional):
            self._transactional = deque(kept)
        self._bulk.remove(message_ids)
        self._known -= message_ids

    def empty(self) -> Iterator[Parcel]:
        """Take everything out and forget it."""
        while (parcel := self.take()) is not None:
            self._known.discard(parcel.id)
            yield parcel
