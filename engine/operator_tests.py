"""What each operator of a condition tests, compiled to closures over the wanted value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.comparison import fold, moment_of, number_of, text_of
from engine.patterns import compile_pattern

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Probe:
    """A compiled operator: its answer for a value that is there, for a missing one, and what it can compare."""

    holds: Check
    when_missing: bool = False
    comparable: Check | None = None


def _member_of(wanted: list[Any]) -> Check:
    """Return a test for equality with any of some scalars, in constant time whatever their number."""
    stated = [number_of(value) for value in wanted if not _is_text(value)]
    numbers = frozenset(n for n in (*stated, *map(number_of, wanted)) if n is not None)
    numbers_for_text = frozenset(n for n in stated if n is not None)
    texts = frozenset(fold(text) for text in map(text_of, wanted) if text is not None)
    moments = frozenset(m for m in map(moment_of, filter(_is_text, wanted)) if m is not None)

    def holds_text(found: str) -> bool:
        if fold(found) in texts or (numbers_for_text and number_of(found) in numbers_for_text):
            return True
        return bool(moments) and moment_of(found) in moments

    def holds(found: Any) -> bool:
        kind = found.__class__
        if kind is str:
            return holds_text(found)
        if kind is bool:
            return ("true" if found else "false") in texts
        if isinstance(found, int | float | Decimal):
            return number_of(found) in numbers
        return isinstance(found, datetime) and found in moments

    return holds


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def equals(wanted: Any) -> Probe:
    """Equal to one scalar."""
    return Probe(_member_of([wanted]))


def not_equals(wanted: Any) -> Probe:
    """Not equal to one scalar; also where there is no value."""
    return not_within([wanted])


def within(wanted: Any) -> Probe:
    """Equal to one of a list."""
    return Probe(_member_of(wanted))


def not_within(wanted: Any) -> Probe:
    """Equal to none of a list; also where there is no value."""
    member = _member_of(wanted)
    return Probe(lambda found: not member(found), when_missing=True)


def contains(wanted: Any) -> Probe:
    """A text that holds another, or a list that holds a value."""
    needle = fold(text_of(wanted) or "")
    member = _member_of([wanted])

    def holds(found: Any) -> bool:
        if isinstance(found, list):
            return any(map(member, found))
        text = text_of(found)
        return text is not None and needle in fold(text)

    return Probe(holds)


def starts_with(wanted: Any) -> Probe:
    """A text that begins with another."""
    prefix = fold(text_of(wanted) or "")

    def holds(found: Any) -> bool:
        text = text_of(found)
        return text is not None and fold(text).startswith(prefix)

    return Probe(holds)


def matches(wanted: Any) -> Probe:
    """A text in which a pattern is found."""
    found_in = compile_pattern(wanted)

    def holds(found: Any) -> bool:
        text = text_of(found)
        return text is not None and found_in(text)

    return Probe(holds)


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Probe]:
    """Return the builder of a comparison with one bound, of numbers or of times."""

    def build(wanted: Any) -> Probe:
        read, bound = ordinal(wanted)

        def holds(found: Any) -> bool:
            value = read(found)
            return value is not None and compare(value, bound)

        return Probe(holds, comparable=lambda found: read(found) is not None)

    return build


def between(wanted: Any) -> Probe:
    """From the lowest to the highest, both included."""
    (read, low), (_, high) = ordinal(wanted[0]), ordinal(wanted[1])

    def holds(found: Any) -> bool:
        value = read(found)
        return value is not None and low <= value <= high

    return Probe(holds, comparable=lambda found: read(found) is not None)


def exists(wanted: Any) -> Probe:
    """There (True) or not (False); blank is not there."""
    return Probe(lambda found: wanted, when_missing=not wanted)


def ordinal(wanted: Any) -> tuple[Callable[[Any], Any], Any]:
    """Return how values are read for an order, and the bound itself: as numbers if it is one, else as moments."""
    number = number_of(wanted)
    if number is not None:
        return number_of, number
    return moment_of, moment_of(wanted)
