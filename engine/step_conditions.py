"""Conditions of branches: those of rules over the event, and two over what is known besides: the contact's tags and
the other events of the order. Compiled once, explained when they fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from engine.comparison import shortened
from engine.condition_schema import ConditionChecks
from engine.conditions import GROUPS, Condition, Explanation, compile_condition
from engine.contacts import tag_name
from engine.events import CanonicalEvent
from engine.type_names import check_event_types, event_types_of

ORDER_HAS_EVENT, CONTACT_HAS_TAG = "order_has_event", "contact_has_tag"
FACTS = (ORDER_HAS_EVENT, CONTACT_HAS_TAG)
MAX_TAGS = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the event: the types of its order's other events, and its contact's tags."""

    order_events: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()


class StepCondition(Protocol):
    """A compiled condition of a branch; ``needs`` names the facts it asks for (of ``FACTS``)."""

    @property
    def needs(self) -> frozenset[str]: ...

    def holds(self, event: CanonicalEvent, payload: object, facts: Facts) -> bool: ...

    def explain(
        self, event: CanonicalEvent, payload: object, facts: Facts, expected: bool = True
    ) -> Explanation | None: ...


class StepConditionChecks(ConditionChecks):
    """Walks a branch's conditions."""

    def check(self, node: object, path: str, depth: int) -> None:
        fact = next((name for name in FACTS if isinstance(node, dict) and name in node), None)
        if fact is None or not isinstance(node, dict):
            super().check(node, path, depth)
            return
        if not self.counted():
            return
        if len(node) > 1:
            self.problems.add(path, f"holds '{fact}' and something else beside it; put them into one list")
            return
        value = node[fact]
        if fact == ORDER_HAS_EVENT:
            listed = value if isinstance(value, list) else [value]
            check_event_types(self.problems, f"{path}.{fact}", listed, single=not isinstance(value, list))
            return
        tags = value if isinstance(value, list) else [value]
        if not 1 <= len(tags) <= MAX_TAGS or not all(isinstance(tag, str) and tag_name(tag) for tag in tags):
            self.problems.add(f"{path}.{fact}", f"must be a tag or a list of 1 to {MAX_TAGS} tags")


def compile_step_condition(node: Any, path: str) -> StepCondition:
    """Compile a branch's ``when`` that :class:`StepConditionChecks` has nothing against."""
    if not _asks_facts(node):
        return _OfEvent(compile_condition(node), path)
    for name in GROUPS:
        if name in node:
            children = node[name] if isinstance(node[name], list) else [node[name]]
            parts = [compile_step_condition(child, f"{path}.{name}[{n}]") for n, child in enumerate(children)]
            return _Group(name, tuple(parts))
    if ORDER_HAS_EVENT in node:
        return _Fact(path, ORDER_HAS_EVENT, event_types_of(node[ORDER_HAS_EVENT]))
    tags = node[CONTACT_HAS_TAG]
    listed: list[str] = tags if isinstance(tags, list) else [tags]
    return _Fact(path, CONTACT_HAS_TAG, tuple(filter(None, map(tag_name, listed))))


def _asks_facts(node: Any) -> bool:
    if any(name in node for name in FACTS):
        return True
    for name in GROUPS:
        if name in node:
            children = node[name] if isinstance(node[name], list) else [node[name]]
            return any(_asks_facts(child) for child in children)
    return False


@dataclass(frozen=True, slots=True)
class _OfEvent:
    condition: Condition
    path: str
    needs: frozenset[str] = frozenset()

    def holds(self, event: CanonicalEvent, payload: object, facts: Facts) -> bool:
        return self.condition.holds(event, payload)

    def explain(
        self, event: CanonicalEvent, payload: object, facts: Facts, expected: bool = True
    ) -> Explanation | None:
        told = self.condition.explain(event, payload, expected)
        if told is not None:
            told["path"] = self.path + str(told.get("path", "")).removeprefix("when")
        return told


@dataclass(frozen=True, slots=True)
class _Fact:
    path: str
    field: str
    wanted: tuple[str, ...]

    @property
    def needs(self) -> frozenset[str]:
        return frozenset((self.field,))

    def _found(self, facts: Facts) -> frozenset[str]:
        return facts.order_events if self.field == ORDER_HAS_EVENT else facts.tags

    def holds(self, event: CanonicalEvent, payload: object, facts: Facts) -> bool:
        return not self._found(facts).isdisjoint(self.wanted)

    def explain(
        self, event: CanonicalEvent, payload: object, facts: Facts, expected: bool = True
    ) -> Explanation | None:
        if self.holds(event, payload, facts) is expected:
            return None
        return {
            "reason": "condition_false" if expected else "negated_condition_true",
            "path": self.path,
            "field": self.field,
            "op": "in",
            "wanted": shortened(list(self.wanted)),
            "found": shortened(sorted(self._found(facts))),
        }


@dataclass(frozen=True, slots=True)
class _Group:
    kind: str
    children: tuple[StepCondition, ...]

    @property
    def needs(self) -> frozenset[str]:
        return frozenset().union(*(child.needs for child in self.children))

    def holds(self, event: CanonicalEvent, payload: object, facts: Facts) -> bool:
        held = (child.holds(event, payload, facts) for child in self.children)
        if self.kind == "all":
            return all(held)
        return any(held) if self.kind == "any" else not any(held)

    def explain(
        self, event: CanonicalEvent, payload: object, facts: Facts, expected: bool = True
    ) -> Explanation | None:
        if self.holds(event, payload, facts) is expected:
            return None
        of_children = not expected if self.kind == "not" else expected
        for child in self.children:
            told = child.explain(event, payload, facts, of_children)
            if told is not None:
                return told
        return None
