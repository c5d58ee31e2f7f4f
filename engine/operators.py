"""The operators of conditions: their names, what value each takes, and their tests compiled to closures.

How values compare: texts without case and outer blanks (accents count); numbers as numbers, also when the payload
holds them as text (``"97.00"``, ``"R$ 97,00"``); two texts as texts, so that ``"011"`` is not ``"11"``; times as
moments. What is missing, null or blank fails every operator but ``not_equals``, ``not_in`` and ``exists: false``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine import operator_tests as tests
from engine import operator_values as values
from engine.operator_tests import Probe
from engine.suggestions import unknown_name

__all__ = ["OPERATORS", "Probe", "build_probe", "operator_named", "operator_problem", "value_problem"]


@dataclass(frozen=True, slots=True)
class _Operator:
    build: Callable[[Any], Probe]
    value_problem: Callable[[object], str | None]


OPERATORS: dict[str, _Operator] = {
    "equals": _Operator(tests.equals, values.scalar_problem),
    "not_equals": _Operator(tests.not_equals, values.scalar_problem),
    "in": _Operator(tests.within, values.list_problem),
    "not_in": _Operator(tests.not_within, values.list_problem),
    "contains": _Operator(tests.contains, values.text_problem),
    "starts_with": _Operator(tests.starts_with, values.text_problem),
    "matches": _Operator(tests.matches, values.pattern_problem),
    "greater": _Operator(tests.ordered(lambda a, b: a > b), values.ordinal_problem),
    "greater_or_equal": _Operator(tests.ordered(lambda a, b: a >= b), values.ordinal_problem),
    "less": _Operator(tests.ordered(lambda a, b: a < b), values.ordinal_problem),
    "less_or_equal": _Operator(tests.ordered(lambda a, b: a <= b), values.ordinal_problem),
    "between": _Operator(tests.between, values.between_problem),
    "exists": _Operator(tests.exists, values.exists_problem),
}

_SPELLINGS = {
    "equals": "= == === eq equal equal_to is",
    "not_equals": "!= <> ne neq not_equal not_equal_to is_not",
    "in": "one_of any_of is_in",
    "not_in": "none_of nin is_not_in",
    "contains": "includes",
    "starts_with": "start_with begins_with prefix",
    "matches": "match regex regexp =~ ~",
    "greater": "> gt greater_than more more_than above",
    "greater_or_equal": ">= gte ge greater_than_or_equal greater_than_or_equal_to greater_or_equal_to at_least",
    "less": "< lt less_than below",
    "less_or_equal": "<= lte le less_than_or_equal less_than_or_equal_to less_or_equal_to at_most",
    "between": "range",
    "exists": "present is_present",
}
_CANONICAL = {spelling: name for name, line in _SPELLINGS.items() for spelling in (name, *line.split())}


def operator_named(op: object) -> str | None:
    """Return the canonical name of an operator for any accepted spelling (``gte``, ``>=``, ``greaterOrEqual``)."""
    if not isinstance(op, str) or len(op) > 40:
        return None
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", op.strip())
    return _CANONICAL.get(re.sub(r"[\s-]+", "_", words).lower())


def operator_problem(op: object) -> str | None:
    """Return why this names no operator, with the nearest one; None where it does."""
    return None if operator_named(op) else unknown_name("operator", op, OPERATORS)


def value_problem(op: str, value: object) -> str | None:
    """Return why an operator (canonical name) cannot take this value; None where it can."""
    return OPERATORS[op].value_problem(value)


def build_probe(op: str, value: object) -> Probe:
    """Compile an operator (canonical name) and a value that :func:`value_problem` has nothing against."""
    return OPERATORS[op].build(value)
