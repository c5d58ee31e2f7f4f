"""Faults on demand: which requests they hit and what happens to those (``POST /_sim/faults``)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from whatsapp.simulator.registry import digits

StatusFault = Literal["lost", "duplicated", "reordered", "late"]
_STATUS_FAULTS = ("lost", "duplicated", "reordered", "late")
_LATE_MS = 10_000
_MATCH_FIELDS = {"phone_number_id", "to", "template", "share"}
_THEN_FIELDS = {"http", "error_code", "delay_ms", "drop_after_accept", "hang_ms", "statuses"}


@dataclass(slots=True)
class Fault:
    """One rule; every condition that is given must hold.

    ``remaining`` None means for ever. A fault whose ``statuses`` is set touches only the statuses of what was
    accepted; any other one touches the request itself.
    """

    fault_id: str
    phone_number_id: str | None = None
    to: int | None = None
    template: str | None = None
    share: float = 1.0
    http: int | None = None
    error_code: int | None = None
    delay_ms: int = 0
    drop_after_accept: bool = False
    hang_ms: int = 0
    statuses: StatusFault | None = None
    remaining: int | None = None
    applied: int = 0
    spec: dict[str, Any] = field(default_factory=dict)

    def hits(self, phone_number_id: str, to: int, template: str | None, draw: random.Random) -> bool:
        """Tell whether it applies to this message, and count it when it does."""
        if self.remaining == 0:
            return False
        if self.phone_number_id is not None and self.phone_number_id != phone_number_id:
            return False
        if self.to is not None and self.to != to:
            return False
        if self.template is not None and self.template != template:
            return False
        if self.share < 1 and draw.random() >= self.share:
            return False
        self.applied += 1
        if self.remaining is not None:
            self.remaining -= 1
        return True


class Faults:
    """The faults in force, in the order in which they were made; the first that hits wins."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._ids = count(1)
        self.active: dict[str, Fault] = {}

    def add(self, spec: dict[str, Any]) -> Fault:
        """Put one in force.

        Raises:
            ValueError: a field is unknown, missing or of the wrong type.
        """
        fault = _parse(spec, str(next(self._ids)))
        self.active[fault.fault_id] = fault
        return fault

    def remove(self, fault_id: str) -> bool:
        """End one; False when there is none of that id."""
        return self.active.pop(fault_id, None) is not None

    def clear(self) -> None:
        """End all."""
        self.active.clear()

    def on_request(self, phone_number_id: str, to: int, template: str | None) -> Fault | None:
        """Return the fault of this request, counted, or None."""
        return self._first(phone_number_id, to, template, statuses=False)

    def on_statuses(self, phone_number_id: str, to: int, template: str | None) -> Fault | None:
        """Return the fault of this message's statuses, counted, or None."""
        return self._first(phone_number_id, to, template, statuses=True)

    def _first(self, phone_number_id: str, to: int, template: str | None, *, statuses: bool) -> Fault | None:
        for fault in self.active.values():
            if (fault.statuses is not None) is statuses and fault.hits(phone_number_id, to, template, self._draw):
                return fault
        return None


def _parse(spec: dict[str, Any], fault_id: str) -> Fault:
    match, then = spec.get("match") or {}, spec.get("then")
    if not isinstance(match, dict) or not isinstance(then, dict) or not then:
        raise ValueError("a fault needs an object `then`, and `match` must be an object")
    unknown = (set(match) - _MATCH_FIELDS) | (set(then) - _THEN_FIELDS) | (set(spec) - {"match", "then", "count"})
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    statuses = then.get("statuses")
    if statuses is not None and (statuses not in _STATUS_FAULTS or set(then) - {"statuses", "delay_ms"}):
        raise ValueError("statuses is lost, duplicated, reordered or late, and goes with delay_ms only")
    share = match.get("share", 1.0)
    if not isinstance(share, (int, float)) or not 0 <= share <= 1:
        raise ValueError("share must be between 0 and 1")
    return Fault(
        fault_id=fault_id,
        phone_number_id=_optional_text(match, "phone_number_id"),
        to=digits(match["to"]) if match.get("to") is not None else None,
        template=_optional_text(match, "template"),
        share=float(share),
        http=_whole(then, "http", 100, 599),
        error_code=_whole(then, "error_code", 0, 10**9),
        delay_ms=_whole(then, "delay_ms", 0, 3_600_000) or (_LATE_MS if statuses == "late" else 0),
        drop_after_accept=then.get("drop_after_accept") is True,
        hang_ms=_whole(then, "hang_ms", 0, 3_600_000) or 0,
        statuses=statuses,
        remaining=_whole(spec, "count", 1, 10**9),
        spec=spec,
    )


def _optional_text(spec: dict[str, Any], name: str) -> str | None:
    value = spec.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} must be text")
    return value


def _whole(spec: dict[str, Any], name: str, low: int, high: int) -> int | None:
    value = spec.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return value
