"""What was acknowledged: number of the request, id in the answer, time of the answer. The judge of "nothing lost"."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_ID_AT = len(b'{"id":"')
_ID_BYTES = 36


class Ack(NamedTuple):
    """One acknowledged webhook; ``at_ms`` in milliseconds since 1970."""

    number: int
    event_id: str
    at_ms: float


class AckLog:
    """Acknowledgements, 52 bytes each."""

    def __init__(self) -> None:
        self._numbers = array("Q")
        self._times = array("d")
        self._ids = bytearray()

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Ack]:
        for index, (number, at_ms) in enumerate(zip(self._numbers, self._times, strict=True)):
            yield Ack(number, self._id(index), at_ms)

    def __getitem__(self, index: int) -> Ack:
        return Ack(self._numbers[index], self._id(index), self._times[index])

    def _id(self, index: int) -> str:
        return self._ids[index * _ID_BYTES : (index + 1) * _ID_BYTES].decode()

    def add(self, number: int, body: bytes) -> None:
        """Keep the answer ``{"id":"…",…}`` to request ``number``."""
        self._numbers.append(number)
        self._times.append(time.time() * 1000)
        self._ids += body[_ID_AT : _ID_AT + _ID_BYTES].ljust(_ID_BYTES)

    def save(self, path: Path) -> None:
        """Write the log, its length first."""
        with path.open("wb") as file:
            file.write(array("Q", [len(self)]).tobytes())
            for part in (self._numbers.tobytes(), self._times.tobytes(), bytes(self._ids)):
                file.write(part)

    @classmethod
    def load(cls, path: Path) -> AckLog:
        """Read what :meth:`save` wrote."""
        data = path.read_bytes()
        count = int.from_bytes(data[:8], "little")
        log = cls()
        log._numbers.frombytes(data[8 : 8 + 8 * count])
        log._times.frombytes(data[8 + 8 * count : 8 + 16 * count])
        log._ids += data[8 + 16 * count :]
        return log
