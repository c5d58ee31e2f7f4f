"""A session's mailbox: what waits in memory to be dispatched, the transactional lane before the bulk one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(slots=True, eq=False)
class Parcel:
    """One message on its way through a sender.

    Attributes:
        id, company, session: 16 bytes each.
        components: Meta's template components, or None.
        event_ms: when its event came in (milliseconds since 1970), or None.
        attempt: tries spent so far.
        content: what the request body holds beside text and template (``engine/outgoing.py``), or None.
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
        )


class Mailbox:
    """Two bounded lanes of one session; an id that is in it, or on its way out, is not taken a second time.

    A session belongs to one company, and every session has its own mailbox: no company can fill another's.
    """

    __slots__ = ("_bulk", "_known", "_transactional", "capacity")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._transactional: deque[Parcel] = deque()
        self._bulk: deque[Parcel] = deque()
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
        shuts them out.
        """
        if parcel.id in self._known:
            return True
        if parcel.transactional:
            if len(self._transactional) * 2 >= self.capacity * 3:
                return False
            self._transactional.append(parcel)
        else:
            if len(self._bulk) >= self.capacity:
                return False
            self._bulk.append(parcel)
        self._known.add(parcel.id)
        return True

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
        for lane in (self._transactional, self._bulk):
            kept = [parcel for parcel in lane if parcel.id not in message_ids]
            if len(kept) < len(lane):
                lane.clear()
                lane.extend(kept)
        self._known -= message_ids

    def empty(self) -> Iterator[Parcel]:
        """Take everything out and forget it."""
        while (parcel := self.take()) is not None:
            self._known.discard(parcel.id)
            yield parcel
