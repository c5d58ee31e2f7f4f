"""Where a page of a list begins: positions (newest first) and the opaque cursors that carry them to the client."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

MAX_LIMIT = 500
DEFAULT_LIMIT = 50
COUNT_CAP = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LENGTH = 24  # 8 bytes of microseconds, 16 of the id


class Columns(Protocol):
    """A row by its columns' names: a dictionary, or the driver's record as it is."""

    def __getitem__(self, name: str, /) -> Any: ...


class Position(NamedTuple):
    """A place in a list sorted by ``created_at`` and id, both descending; a page holds what comes behind it."""

    created_at: datetime
    id: UUID

    def upto(self, end: datetime | None) -> Position:
        """Return this position, or the place just before ``end`` (exclusive) if that comes later in the list."""
        return self if end is None else min(self, Position(end, UUID(int=0)))


NEWEST = Position(datetime(9999, 1, 1, tzinfo=UTC), UUID(int=(1 << 128) - 1))
OLDEST = _EPOCH


def encode_cursor(position: Position) -> str:
    """Return the opaque text for a position."""
    microseconds = (position.created_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big") + position.id.bytes).decode("ascii")


def decode_cursor(text: str) -> Position:
    """Return the position of a cursor.

    Raises:
        ValueError: the text was not made by :func:`encode_cursor`.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        if len(raw) != _LENGTH:
            raise ValueError("not a cursor")
        created_at = _EPOCH + timedelta(microseconds=int.from_bytes(raw[:8], "big"))
    except (binascii.Error, UnicodeEncodeError, OverflowError) as error:
        raise ValueError("not a cursor") from error
    if created_at >= NEWEST.created_at:
        raise ValueError("not a cursor")
    return Position(created_at, UUID(bytes=raw[8:]))
