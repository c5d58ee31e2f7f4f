"""Which values the operators of conditions take: each function returns what is wrong with one, or None."""

from __future__ import annotations

from engine.comparison import moment_of, number_of
from engine.operator_tests import ordinal
from engine.patterns import compile_pattern
from engine.problems import encodable

MAX_VALUE_TEXT = 500
MAX_VALUE_LIST = 500


def scalar_problem(value: object) -> str | None:
    """One text, number or boolean."""
    if isinstance(value, str):
        if not value.strip():
            return "must not be empty; to ask whether a value is there, use the operator exists"
        if not encodable(value):
            return "must hold neither NUL nor half a character"
        return None if len(value) <= MAX_VALUE_TEXT else f"must have at most {MAX_VALUE_TEXT} characters"
    if isinstance(value, bool | int) or (isinstance(value, float) and number_of(value) is not None):
        return None
    return "must be a text, a number, true or false; to ask whether a value is there, use the operator exists"


def text_problem(value: object) -> str | None:
    """What can be part of a text."""
    return "must be a text or a number" if isinstance(value, bool) else scalar_problem(value)


def list_problem(value: object) -> str | None:
    """A list of scalars."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUE_LIST:
        return f"must be a list of 1 to {MAX_VALUE_LIST} values"
    return next((f"each value {problem}" for problem in map(scalar_problem, value) if problem), None)


def pattern_problem(value: object) -> str | None:
    """A regular expression of RE2."""
    if not isinstance(value, str) or not value or not encodable(value):
        return "must be a regular expression (RE2)"
    try:
        compile_pattern(value)
    except ValueError as error:
        return str(error)
    return None


def ordinal_problem(value: object) -> str | None:
    """A bound: a number or a time."""
    if number_of(value) is None and moment_of(value) is None:
        return "must be a number, or a time such as 2026-11-22T15:00:00-03:00"
    return None


def between_problem(value: object) -> str | None:
    """Two bounds of one kind, in order."""
    if not isinstance(value, list) or len(value) != 2 or any(map(ordinal_problem, value)):
        return "must be a list of two numbers, or of two times: [lowest, highest]"
    (read_low, low), (read_high, high) = map(ordinal, value)
    if read_low is not read_high:
        return "must hold two numbers or two times, not one of each"
    return "must begin with the lower of the two" if low > high else None


def exists_problem(value: object) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "must be true or false"
