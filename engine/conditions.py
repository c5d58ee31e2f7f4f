"""Conditions of rules: nested all, any and not over fields of an event, compiled once, explained when they fail.

A group holds a list: ``all`` of it, ``any`` of it, or ``not``: none of it. A leaf is ``{field, op, value}``; a
field is a canonical name or a ``$.path`` into the payload. An absent or empty ``when`` always holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.comparison import shortened
from engine.events import CanonicalEvent
from engine.fields import Reader, compile_field
from engine.operators import Probe, build_probe, operator_named

GROUPS = ("all", "any", "not")

Explanation = dict[str, Any]
Holds = Callable[[CanonicalEvent, object], bool]


class Condition(Protocol):
    """A compiled condition. ``holds`` never raises on any payload."""

    @property
    def holds(self) -> Holds:
        """The test itself, a plain function of (event, payload)."""

    def explain(self, event: CanonicalEvent, payload: object, expected: bool = True) -> Explanation | None:
        """Return why the condition is not as expected, by its first leaf to blame; None where it is.

        The dict holds ``reason`` (``field_missing``, ``not_comparable``, ``condition_false`` or
        ``negated_condition_true``), ``path`` in the rule, ``field``, ``op``, ``wanted`` and ``found``.
        """


def compile_condition(when: object) -> Condition:
    """Compile a ``when`` that :func:`engine.rule_schema.validate_rule` has nothing against.

    Raises:
        ValueError, KeyError, TypeError: it was not checked, and something is wrong with it.
    """
    return _compile(when, "when") if when else _ALWAYS


def _compile(node: Any, path: str) -> Condition:
    for name in GROUPS:
        if name in node:
            children = node[name] if isinstance(node[name], list) else [node[name]]
            parts = [_compile(child, f"{path}.{name}[{index}]") for index, child in enumerate(children)]
            return _group(name, parts)
    return _leaf(node, path)


def _leaf(node: dict[str, Any], path: str) -> Condition:
    op = operator_named(node["op"])
    if op is None:
        raise ValueError(f"{path}.op: no operator")
    value = node.get("value", True) if op == "exists" else node["value"]
    probe = build_probe(op, value)
    read, check, when_missing = compile_field(node["field"]), probe.holds, probe.when_missing

    def holds(event: CanonicalEvent, payload: object) -> bool:
        found = read(event, payload)
        return when_missing if found is None else check(found)

    return _Leaf(path, node["field"], op, shortened(value), read, probe, holds)


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: str
    field: str
    op: str
    wanted: object
    read: Reader
    probe: Probe
    holds: Holds

    def explain(self, event: CanonicalEvent, payload: object, expected: bool = True) -> Explanation | None:
        found = self.read(event, payload)
        if (self.probe.when_missing if found is None else self.probe.holds(found)) is expected:
            return None
        return {
            "reason": self._reason(found, expected),
            "path": self.path,
            "field": self.field,
            "op": self.op,
            "wanted": self.wanted,
            "found": shortened(found),
        }

    def _reason(self, found: object, expected: bool) -> str:
        if not expected:
            return "negated_condition_true"
        if found is None:
            return "field_missing"
        if self.probe.comparable and not self.probe.comparable(found):
            return "not_comparable"
        return "condition_false"


@dataclass(frozen=True, slots=True)
class _Group:
    kind: str
    children: Sequence[Condition]
    holds: Holds

    def explain(self, event: CanonicalEvent, payload: object, expected: bool = True) -> Explanation | None:
        of_children = not expected if self.kind == "not" else expected
        # One child that is not as it should be is to blame, except where one that is would have been enough.
        one_is_enough = of_children is not (self.kind == "all")
        if one_is_enough and self.holds(event, payload) is expected:
            return None
        for child in self.children:
            explanation = child.explain(event, payload, of_children)
            if explanation is not None:
                if self.kind == "any" and expected and len(self.children) > 1:
                    explanation["alternatives"] = len(self.children)
                return explanation
        return None


def _group(kind: str, children: Sequence[Condition]) -> Condition:
    tests = tuple(child.holds for child in children)
    if len(tests) == 1 and kind != "not":
        return _Group(kind, children, tests[0])
    return _Group(kind, children, _COMBINATIONS[kind](tests))


def _all_of(tests: tuple[Holds, ...]) -> Holds:
    def holds(event: CanonicalEvent, payload: object) -> bool:
        for test in tests:  # noqa: SIM110 (a generator costs twice as much on the hot path)
            if not test(event, payload):
                return False
        return True

    return holds


def _any_of(tests: tuple[Holds, ...]) -> Holds:
    def holds(event: CanonicalEvent, payload: object) -> bool:
        for test in tests:  # noqa: SIM110 (as above)
            if test(event, payload):
                return True
        return False

    return holds


def _none_of(tests: tuple[Holds, ...]) -> Holds:
    any_holds = _any_of(tests)
    return lambda event, payload: not any_holds(event, payload)


_COMBINATIONS = {"all": _all_of, "any": _any_of, "not": _none_of}
_ALWAYS = _group("all", ())
