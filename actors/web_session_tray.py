"""What waits in memory of one WhatsApp-Web session: few messages, the transactional ones first."""

from __future__ import annotations

from collections import deque

from engine.lanes import Parcel


class Tray:
    """Two short lanes; a message that is in it, or on its way out, is known and not taken a second time.

    Args:
        capacity: most messages it asks for; what is on its way does not count.
    """

    def __init__(self, capacity: int = 60) -> None:
        self.capacity = capacity
        self.known: set[bytes] = set()
        self._lanes: tuple[deque[Parcel], deque[Parcel]] = (deque(), deque())

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    def put(self, parcel: Parcel) -> None:
        """Take a parcel in, unless it is known."""
        if parcel.id not in self.known:
            self.known.add(parcel.id)
            self._lanes[not parcel.transactional].append(parcel)

    def take(self) -> Parcel | None:
        """Take the next parcel out; it stays known until :meth:`forget`."""
        for lane in self._lanes:
            if lane:
                return lane.popleft()
        return None

    def put_back(self, parcel: Parcel) -> None:
        """Put a parcel that was taken out back to the front of its lane."""
        self._lanes[not parcel.transactional].appendleft(parcel)

    def forget(self, message_id: bytes) -> None:
        """Whatever becomes of this message now stands in Postgres."""
        self.known.discard(message_id)

    def ahead(self) -> list[str]:
        """Return the recipients that come next."""
        return [parcel.to for lane in self._lanes for parcel in lane]

    def like(self, parcel: Parcel) -> list[Parcel]:
        """Take out every parcel of the same lane: what holds one of them holds them all."""
        lane = self._lanes[not parcel.transactional]
        taken = list(lane)
        lane.clear()
        return taken

    def empty(self) -> None:
        """Take everything out and forget it; what is on its way stays known."""
        for lane in self._lanes:
            for parcel in lane:
                self.known.discard(parcel.id)
            lane.clear()
