"""Faults on demand: which requests they hit and what happens to those (``POST /_sim/faults``)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from whatsapp.simulator.registry import digits

StatusFault = Literal["lost", "duplicated", "reordered", "late", "failed", "failed_late"]
_STATUS_FAULTS = ("lost", "duplicated", "reordered", "late", "failed", "failed_late")
_FAILURES = ("failed", "failed_late")
_KINDS = {"sent", "delivered", "read"}
_LATE_MS = 10_000
_MATCH_FIELDS = {"phone_number_id", "to", "template", "share"}
_THEN_FIELDS = {
    "http", "error_code", "delay_ms", "drop_after_accept", "hang_ms", "statuses", "kinds", "retry_after_s",
}  # fmt: skip

# One of each class, for POST /_sim/faults/classes: what goes wrong with a request, and with a message's statuses.
CLASSES: dict[str, dict[str, Any]] = {
    "http": {"http": 503},
    "error": {"error_code": 131000},
    "rate": {"error_code": 130429, "retry_after_s": 1},
    "pair": {"error_code": 131056},
    "delay": {"delay_ms": 800},
    "drop": {"drop_after_accept": True},
    "hang": {"hang_ms": 60_000},
    "hang_accepted": {"hang_ms": 60_000, "drop_after_accept": True},
    "lost": {"statuses": "lost"},
    "duplicated": {"statuses": "duplicated"},
    "reordered": {"statuses": "reordered"},
    "late": {"statuses": "late", "delay_ms": 10_000},
    "failed": {"statuses": "failed", "error_code": 131026},
    "failed_late": {"statuses": "failed_late", "error_code": 131000},
}


@dataclass(slots=True)
class Fault:
    """One rule; every condition that is given must hold.

    ``remaining`` None means for ever. A fault whose ``statuses`` is set touches only the statuses of what was
    accepted (only the ``kinds`` of them, when given); any other one touches the request itself.
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
    kinds: frozenset[str] | None = None
    retry_after_s: int | None = None
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

    def add_classes(self, share: float, names: object = None, match: dict[str, Any] | None = None) -> list[Fault]:
        """Put one fault of every class in force, each hitting this share of all messages.

        The first fault that hits wins, so each one's own share is raised by what the earlier ones take.

        Args:
            names: Which of :data:`CLASSES`; all of them when None.

        Raises:
            ValueError: a class is unknown, or together they would hit more than every message.
        """
        chosen = list(CLASSES) if names is None else names
        if not isinstance(chosen, list) or not all(isinstance(one, str) and one in CLASSES for one in chosen):
            raise ValueError(f"classes must be a list of {', '.join(CLASSES)}")
        taken = {True: 0.0, False: 0.0}
        specs = []
        for name in chosen:
            then = CLASSES[name]
            on_statuses = "statuses" in then
            if taken[on_statuses] + share > 1:
                raise ValueError("the shares of the classes add up to more than 1")
            own = share / (1 - taken[on_statuses])
            taken[on_statuses] += share
            specs.append({"match": {**(match or {}), "share": own}, "then": then})
        faults = [_parse(spec, str(next(self._ids))) for spec in specs]
        self.active.update({fault.fault_id: fault for fault in faults})
        return faults

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
    kinds = _kinds(then.get("kinds"))
    if statuses is not None:
        allowed = {"statuses", "delay_ms", "error_code" if statuses in _FAILURES else "kinds"}
        if statuses not in _STATUS_FAULTS or set(then) - allowed:
            raise ValueError(
                f"statuses is one of {', '.join(_STATUS_FAULTS)}, and goes with delay_ms and kinds "
                "(or, when they fail, error_code) only"
            )
    elif kinds is not None:
        raise ValueError("kinds goes with statuses")
    share = match.get("share", 1.0)
    if not isinstance(share, (int, float)) or isinstance(share, bool) or not 0 <= share <= 1:
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
        kinds=kinds,
        retry_after_s=_whole(then, "retry_after_s", 0, 3_600_000),
        remaining=_whole(spec, "count", 1, 10**9),
        spec=spec,
    )


def _kinds(value: object) -> frozenset[str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one in _KINDS for one in value):
        raise ValueError("kinds must be some of sent, delivered and read")
    return frozenset(value)


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
