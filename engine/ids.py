"""UUIDv7 as every id of the system: allotted by the gateway and the actors, sorted by time, telling their partition.

An id's time is its row's ``created_at``, so an id alone is enough to find the partition it lives in.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RAND_B_MASK = (1 << 62) - 1
_POOL = 512


class IdMaker:
    """Makes UUIDv7 ids (RFC 9562, 5.7) that never go backwards within one process.

    Within a millisecond a 12-bit counter keeps the order; when the clock steps back, or the counter runs
    over, the last millisecond is carried on.
    """

    def __init__(self) -> None:
        self._last_ms = 0
        self._counter = 0
        self._random = b""

    def make(self, now_ms: int) -> bytes:
        """Return 16 bytes for an id made at ``now_ms`` (milliseconds since 1970, UTC)."""
        if now_ms > self._last_ms:
            self._last_ms = now_ms
            self._counter = 0
        else:
            self._counter += 1
            if self._counter > 0xFFF:
                self._last_ms += 1
                self._counter = 0
        if not self._random:
            self._random = os.urandom(_POOL)  # one system call for many ids
        rand_b = int.from_bytes(self._random[:8], "big") & _RAND_B_MASK
        self._random = self._random[8:]
        value = (self._last_ms & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | self._counter << 64 | 0b10 << 62 | rand_b
        return value.to_bytes(16, "big")

    def make_uuid(self, now_ms: int) -> UUID:
        """Return the same as :meth:`make`, as a UUID."""
        return UUID(bytes=self.make(now_ms))


def derived_id(at_ms: int, *parts: bytes) -> bytes:
    """Return the UUIDv7 of a time and of parts: the same for the same, so that whoever makes it twice makes one.

    Args:
        at_ms: milliseconds since 1970.
        parts: what it is made of, such as a job's id and an entry's.
    """
    digest = int.from_bytes(blake2b(b"".join(parts), digest_size=10, person=b"derived-id").digest(), "big")
    rand_a, rand_b = digest >> 62 & 0xFFF, digest & _RAND_B_MASK
    value = (at_ms & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    return value.to_bytes(16, "big")


def id_ms(raw: bytes) -> int:
    """Return the millisecond (since 1970, UTC) in which a UUIDv7 was made."""
    return int.from_bytes(raw[:6], "big")


def id_text(raw: bytes) -> str:
    """Return an id of 16 bytes as the outside writes it: bare, lower case, with hyphens."""
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def id_time(value: UUID) -> datetime:
    """Return the time of a UUIDv7: its row's ``created_at``, exact to the millisecond."""
    return ms_to_time(value.int >> 80)


@lru_cache(maxsize=1024)
def ms_to_time(ms: int) -> datetime:
    """Return an aware UTC time for milliseconds since 1970, without the rounding of floats.

    Raises:
        OverflowError: the year would be beyond 9999.
    """
    return _EPOCH + timedelta(milliseconds=ms)


def time_to_ms(moment: datetime) -> int:
    """Return milliseconds since 1970 for an aware time, cut (not rounded) to the millisecond."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def parse_id(text: str) -> UUID | None:
    """Return the UUID of a path segment or filter; None where it is none (a caller answers 404)."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
