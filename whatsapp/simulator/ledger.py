"""Every message that was accepted, kept in columns: the judge of duplicates. About 430 bytes a message."""

from __future__ import annotations

from array import array
from binascii import b2a_base64
from collections.abc import Iterator
from typing import Any

TYPES = ("text", "image", "video", "audio", "document", "sticker", "interactive", "location", "contacts", "reaction")
NO_PHONE = 10**16  # from here on a "phone" stands for somebody of whom only the user id is known
_SERIAL_BITS = 31


class Ledger:
    """Accepted messages by their index, oldest first; nothing is dropped.

    Two linked lists run through the columns: the earlier message to the same phone, and the earlier one with
    the same opaque data.

    Args:
        nonce_ms: Goes into every id, so that ids differ between two ledgers (41 bits: until the year 2039).
    """

    def __init__(self, nonce_ms: int) -> None:
        self._nonce = nonce_ms << _SERIAL_BITS
        self.at_ms = array("q")
        self.to = array("Q")
        self.number = array("I")
        self.template = array("i")  # below 0: a free-form message, TYPES[-1 - template]
        self.text: list[bytes] = []
        self.opaque: list[str | None] = []
        self._earlier_to = array("i")
        self._earlier_opaque = array("i")
        self._last_to: dict[int, int] = {}
        self._last_opaque: dict[str, int] = {}
        self.duplicates = 0
        self.content: dict[int, Any] = {}  # what texts and plain templates do not have: media, buttons, places …
        self.context: dict[int, str] = {}  # the message that is replied to
        self.failures: dict[int, int] = {}  # why a message fails, when not because nobody is there
        self.lost: set[int] = set()  # nothing will ever be told of these, by a fault
        self.happened: dict[int, tuple[int, int, int]] = {}  # when, of statuses that are told later than that

    def __len__(self) -> int:
        return len(self.text)

    def add(self, now_ms: int, number: int, to: int, *, template: int, text: bytes, opaque: str | None) -> int:
        """Keep one message and return its index."""
        index = len(self.text)
        self.at_ms.append(now_ms)
        self.to.append(to)
        self.number.append(number)
        self.template.append(template)
        self.text.append(text)
        self._earlier_to.append(self._last_to.get(to, -1))
        self._last_to[to] = index
        earlier = -1
        if opaque is not None:
            earlier = self._last_opaque.get(opaque, -1)
            self._last_opaque[opaque] = index
            if earlier >= 0:
                self.duplicates += 1
        self._earlier_opaque.append(earlier)
        self.opaque.append(opaque)
        return index

    def wamid(self, index: int) -> str:
        """Return a message's id: unique over ledgers, shaped like Meta's (base64 over phone and serial)."""
        raw = b"\x1c\x18\x0d%d\x15\x02\x00\x11\x18\x12%018X\x00" % (self.to[index], self._nonce | index)
        return "wamid." + b2a_base64(raw, newline=False).decode()

    def sent_to(self, to: int) -> list[int]:
        """Return the indexes of the messages to one phone, oldest first."""
        return _chain(self._last_to.get(to, -1), self._earlier_to)

    def with_opaque(self, opaque: str) -> list[int]:
        """Return the indexes of the messages that carried this opaque data, oldest first."""
        return _chain(self._last_opaque.get(opaque, -1), self._earlier_opaque)

    def of_number(self, number: int) -> Iterator[int]:
        """Yield the indexes of one number's messages, oldest first; reads the whole column."""
        return (index for index, owner in enumerate(self.number) if owner == number)


def _chain(last: int, earlier: array[int]) -> list[int]:
    found = []
    while last >= 0:
        found.append(last)
        last = earlier[last]
    found.reverse()
    return found
