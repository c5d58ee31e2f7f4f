"""What jobs of bulk actions share: the pages of their frozen set, and the tally that becomes their counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.pagination import OLDEST, Position
from engine.times import parse_time, rfc3339
from storage.jobs import Job

_LAST = UUID(int=(1 << 128) - 1)


@dataclass(slots=True)
class Tally:
    """How many were (or would be) acted on, and how many were left alone, by reason."""

    would: int = 0
    skip: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, job: Job) -> Tally:
        """Return what a job has counted so far."""
        counted = job.cursor.get("tally", {})
        return cls(counted.get("would", 0), dict(counted.get("skip", {})))

    def leave(self, reason: str, n: int = 1) -> None:
        self.skip[reason] = self.skip.get(reason, 0) + n

    @property
    def total(self) -> int:
        return self.would + sum(self.skip.values())

    def counts(self) -> dict[str, Any]:
        """Return the counts as bulk actions tell them, the commonest reason first."""
        return {"would": self.would, "skip": dict(sorted(self.skip.items(), key=lambda item: (-item[1], item[0])))}


def begin(params: Mapping[str, Any], cursor: Mapping[str, Any]) -> Position:
    """Return the place behind which the next page lies, in a list that runs from new to old.

    A first page begins at ``as_of``, or at the filter's ``to`` if that is earlier: what came later is not in the set.
    """
    if "before" in cursor:
        return read_place(cursor["before"])
    as_of = time_of(params["as_of"]) or OLDEST
    until = time_of(params.get("filter", {}).get("to"))
    return Position(as_of, _LAST).upto(until)


def since(params: Mapping[str, Any]) -> datetime:
    """Return the earliest time of the set."""
    return time_of(params.get("filter", {}).get("from")) or OLDEST


def place(position: Position) -> list[str]:
    """Return a place as a cursor keeps it."""
    return [position.created_at.isoformat(), str(position.id)]


def read_place(kept: list[str]) -> Position:
    """Return a place that :func:`place` has written."""
    return Position(datetime.fromisoformat(kept[0]), UUID(kept[1]))


def time_of(text: object) -> datetime | None:
    """Return a time of the parameters, None where there is none."""
    return parse_time(text) if isinstance(text, str) else None


def time_text(moment: datetime) -> str:
    """Return a time as parameters keep it."""
    return rfc3339(moment)
