"""Which deltas have been counted: each once, whatever is lost, repeated or overtaken on the way to the aggregator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

KEPT_EPOCHS = 64  # per writer; a delta of an older epoch cannot be on its way any more


class Gap(NamedTuple):
    """Numbers that are missing: ``first`` to ``last`` of a writer's epoch."""

    writer: str
    epoch: int
    first: int
    last: int


class _Line:
    __slots__ = ("ahead", "gap_since_ms", "rolled", "upto")

    def __init__(self, upto: int) -> None:
        self.upto = self.rolled = upto
        self.ahead: set[int] = set()
        self.gap_since_ms = 0


class DeltaOrder:
    """Per writer and epoch: all numbers up to ``upto`` are counted, and those in ``ahead``."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], _Line] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def begin(self, writer: str, epoch: int, upto: int) -> None:
        """Note a watermark: what is in the roll-ups already."""
        self._lines[writer, epoch] = _Line(upto)

    def take(self, writer: str, epoch: int, seq: int, now_ms: int) -> bool:
        """Tell whether this delta is to be counted now: False when it was before."""
        line = self._lines.get((writer, epoch))
        if line is None:
            line = self._lines[writer, epoch] = _Line(0)
        if seq <= line.upto or seq in line.ahead:
            return False
        if seq != line.upto + 1:
            line.ahead.add(seq)
            line.gap_since_ms = line.gap_since_ms or now_ms
            return True
        line.upto = seq
        _close_up(line, now_ms)
        return True

    def upto(self, writer: str, epoch: int) -> int:
        """Return the number up to which nothing is missing (0 of an unknown writer)."""
        line = self._lines.get((writer, epoch))
        return line.upto if line else 0

    def gaps(self, now_ms: int, older_than_ms: int) -> list[Gap]:
        """Return what has been missing for longer than that, although later numbers came."""
        return [
            Gap(writer, epoch, line.upto + 1, max(line.ahead))
            for (writer, epoch), line in self._lines.items()
            if line.ahead and now_ms - line.gap_since_ms >= older_than_ms
        ]

    def skip(self, gap: Gap, now_ms: int) -> int:
        """Give up on numbers that do not exist; return how many."""
        line = self._lines[gap.writer, gap.epoch]
        missing = [seq for seq in range(line.upto + 1, gap.last + 1) if seq not in line.ahead]
        line.upto = max(line.upto, gap.last)
        line.ahead = {seq for seq in line.ahead if seq > line.upto}
        _close_up(line, now_ms)
        return len(missing)

    def to_roll_up(self, most: int) -> list[tuple[str, int, int]]:
        """Return (writer, epoch, seq) up to which deltas are counted but not rolled up, at most ``most`` per writer."""
        return [
            (writer, epoch, min(line.upto, line.rolled + most))
            for (writer, epoch), line in self._lines.items()
            if line.upto > line.rolled
        ]

    def rolled(self, marks: Iterable[tuple[str, int, int]]) -> None:
        """Note what has been rolled up, and forget epochs that are long over."""
        for writer, epoch, seq in marks:
            line = self._lines[writer, epoch]
            line.rolled = max(line.rolled, seq)
        by_writer: dict[str, list[int]] = {}
        for writer, epoch in self._lines:
            by_writer.setdefault(writer, []).append(epoch)
        for writer, epochs in by_writer.items():
            for epoch in sorted(epochs)[:-KEPT_EPOCHS]:
                line = self._lines[writer, epoch]
                if line.upto == line.rolled and not line.ahead:
                    del self._lines[writer, epoch]

    def lag(self) -> int:
        """Return how many deltas are counted but not rolled up."""
        return sum(line.upto - line.rolled + len(line.ahead) for line in self._lines.values())


def _close_up(line: _Line, now_ms: int) -> None:
    while line.upto + 1 in line.ahead:
        line.upto += 1
        line.ahead.discard(line.upto)
    line.gap_since_ms = now_ms if line.ahead else 0
