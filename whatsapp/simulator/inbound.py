"""What people wrote to the business: the judge of inbound messages, and where "read" and "typing" are noted."""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass

_SERIAL_BITS = 31


@dataclass(slots=True)
class Inbound:
    """One inbound message; ``read_ms`` and ``typing_ms`` are 0 until the business said so."""

    wamid: str
    phone: int
    number: int
    kind: str
    at_ms: int
    read_ms: int = 0
    typing_ms: int = 0


class Inbox:
    """Inbound messages, oldest first; nothing is dropped.

    Args:
        nonce_ms: Goes into every id, so that ids differ between two inboxes.
    """

    def __init__(self, nonce_ms: int) -> None:
        self._nonce = nonce_ms << _SERIAL_BITS
        self._messages: dict[str, Inbound] = {}

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, now_ms: int, phone: int, number: int, kind: str) -> str:
        """Note one message and return its fresh id."""
        serial = b"\x1c\x18\x0d%d\x15\x02\x00\x12\x18\x12%018X\x00" % (phone, self._nonce | len(self._messages) + 1)
        wamid = "wamid." + b2a_base64(serial, newline=False).decode()
        self._messages[wamid] = Inbound(wamid, phone, number, kind, now_ms)
        return wamid

    def mark_read(self, wamid: str, now_ms: int, typing: bool) -> None:
        """Note that the business read a message, and that it shows that it is typing."""
        message = self._messages.get(wamid)
        if message is None:
            return
        message.read_ms = message.read_ms or now_ms
        if typing:
            message.typing_ms = now_ms

    def messages(self) -> list[Inbound]:
        """Return all of them, oldest first."""
        return list(self._messages.values())
