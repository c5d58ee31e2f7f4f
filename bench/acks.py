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
    """One acknowledged webhook: when the answer came (milliseconds since 1970), and how long after it was due."""

    number: int
    event_id: str
    at_ms: float
    waited_ms: float


class AckLog:
    """Acknowledgements, 60 bytes each."""

    def __init__(self) -> None:
        self._numbers = array("Q")
        self._times = array("d")
        self._waits = array("d")
        self._ids = bytearray()

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Ack]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Ack:
        return Ack(self._numbers[index], self._id(index), self._times[index], self._waits[index])

    def _id(self, index: int) -> str:
        return self._ids[index * _ID_BYTES : (index + 1) * _ID_BYTES].decode()

    def add(self, number: int, body: bytes, waited_ms: float) -> None:
        """Keep the answer ``{"id":"…",…}`` to request ``number``, which was due ``waited_ms`` ago."""
        self._numbers.append(number)
        self._times.append(time.time() * 1000)
        self._waits.append(waited_ms)
        self._ids += body[_ID_AT : _ID_AT + _ID_BYTES].ljust(_ID_BYTES)

    def save(self, path: Path) -> None:
        """Write the log, its length first."""
        with path.open("wb") as file:
            file.write(array("Q", [len(self)]).tobytes())
            for part in (self._numbers.tobytes(), self._times.tobytes(), self._waits.tobytes(), bytes(self._ids)):
                file.write(part)

    @classmethod
    def load(cls, path: Path) -> AckLog:
        """Read what :meth:`save` wrote."""
        data = path.read_bytes()
        count = int.from_bytes(data[:8], "little")
        log = cls()
        log._numbers.frombytes(data[8 : 8 + 8 * count])
        log._times.frombytes(data[8 + 8 * count : 8 + 16 * count])
        log._waits.frombytes(data[8 + 16 * count : 8 + 24 * count])
        log._ids += data[8 + 24 * count :]
        return log
