from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.json_text import SpelledFloat
from engine.operators import OPERATORS, build_probe, operator_named, operator_problem, value_problem
from tests.unit.rule_builders import any_json, json_scalars

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("op", "wanted", "found", "holds"),
    [
        ("equals", "PIX", " pix ", True),
        ("equals", "pix", "boleto", False),
        ("equals", "joa\u0303o", "JO\u00c3O", True),
        ("equals", "joao", "João", False),
        ("equals", 97, "97.00", True),
        ("equals", 97, "R$ 97,00", True),
        ("equals", 97, 97.0, True),
        ("equals", 97.1, Decimal("97.10"), True),
        ("equals", 97.1, SpelledFloat("97.10"), True),
        ("equals", "97,00", 97, True),
        ("equals", "11", "011", False),
        ("equals", 1, True, False),
        ("equals", True, 1, False),
        ("equals", True, "TRUE", True),
        ("equals", "true", True, True),
        ("equals", "2026-11-22T12:00:00Z", NOON, True),
        ("equals", "2026-11-22T12:00:00Z", "2026-11-22T09:00:00.000-03:00", True),
        ("equals", "1734700000", "1734700000000", False),
        ("equals", "x", ["x"], False),
        ("not_equals", "pix", "boleto", True),
        ("not_equals", "pix", "PIX", False),
        ("in", ["pix", "boleto"], "Boleto", True),
        ("in", ["a", 97, True], "97.0", True),
        ("in", ["a", 97], "b", False),
        ("not_in", ["a", 97], "b", True),
        ("not_in", ["a", 97], 97, False),
        ("contains", "exemplo", "Produto EXEMPLO 1", True),
        ("contains", "vip", ["novo", "VIP"], True),
        ("contains", "vip", ["vips"], False),
        ("contains", "vip", {"vip": 1}, False),
        ("contains", 7, 97, True),
        ("starts_with", "prod", "Produto", True),
        ("starts_with", "duto", "Produto", False),
        ("matches", r"^\d{3}$", "123", True),
        ("matches", r"^\d{3}$", "1234", False),
        ("matches", "produto", "Produto", False),
        ("matches", "(?i)produto", "Produto", True),
        ("matches", "9", 97, True),
        ("matches", "x", "\ud800x", True),
        ("greater", 96.99, "97,00", True),
        ("greater", 97, 97, False),
        ("greater", "R$ 1.000,00", 1000.01, True),
        ("greater", 5, "muito", False),
        ("greater", "2026-11-22", NOON, True),
        ("greater", "2026-11-22T00:00:00Z", 1_795_348_800, True),
        ("greater_or_equal", 97, "97", True),
        ("less", 10, "9.99", True),
        ("less", 10, True, False),
        ("less_or_equal", 10, 10, True),
        ("between", [10, 20], "20,00", True),
        ("between", [10, 20], 20.01, False),
        ("between", ["2026-11-22", "2026-11-23"], NOON, True),
        ("exists", True, 0, True),
        ("exists", True, [], True),
        ("exists", False, 0, False),
    ],
)
def test_what_each_operator_says(op: str, wanted: Any, found: Any, holds: bool) -> None:
    assert value_problem(op, wanted) is None
    assert build_probe(op, wanted).holds(found) is holds


def test_what_is_missing_fails_all_but_the_negative_ones() -> None:
    values: dict[str, Any] = {"in": ["a"], "not_in": ["a"], "between": [1, 2], "exists": True, "matches": "a"}
    holding = {op for op in OPERATORS if build_probe(op, values.get(op, 1)).when_missing}
    assert holding == {"not_equals", "not_in"}
    assert build_probe("exists", False).when_missing


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("==", "equals"),
        ("not equals", "not_equals"),
        ("notEquals", "not_equals"),
        ("starts with", "starts_with"),
        ("startsWith", "starts_with"),
        ("starts-with", "starts_with"),
        (">=", "greater_or_equal"),
        ("GTE", "greater_or_equal"),
        ("greaterThan", "greater"),
        ("<", "less"),
        ("nin", "not_in"),
        ("regex", "matches"),
    ],
)
def test_sensible_spellings_are_taken(spelling: str, name: str) -> None:
    assert operator_named(spelling) == name


def test_every_canonical_name_is_its_own_spelling() -> None:
    assert [operator_named(op) for op in OPERATORS] == list(OPERATORS)


@pytest.mark.parametrize("op", [None, 1, [], "", "contians", "x" * 100])
def test_unknown_operators_are_named(op: object) -> None:
    assert operator_named(op) is None
    assert "unknown operator" in (operator_problem(op) or "")


def test_an_operator_nearly_right_gets_a_suggestion() -> None:
    assert "did you mean 'contains'" in (operator_problem("contians") or "")


@pytest.mark.parametrize(
    ("op", "value"),
    [
        ("equals", ""),
        ("equals", None),
        ("equals", ["a"]),
        ("equals", float("nan")),
        ("equals", "x" * 501),
        ("in", "a"),
        ("in", []),
        ("in", [None]),
        ("in", ["a"] * 501),
        ("contains", True),
        ("matches", "("),
        ("matches", "(?=a)"),
        ("matches", r"(a)\1"),
        ("matches", "\ud800"),
        ("matches", "a" * 301),
        ("matches", r"(\p{L}\p{N}){9}"),
        ("greater", "muito"),
        ("greater", None),
        ("between", [1]),
        ("between", [2, 1]),
        ("between", [1, "2026-11-22"]),
        ("exists", "yes"),
    ],
)
def test_values_that_make_no_sense_are_refused(op: str, value: object) -> None:
    assert value_problem(op, value)


def test_a_pattern_of_exponential_time_elsewhere_answers_at_once() -> None:
    probe = build_probe("matches", "^(a+)+$")
    assert probe.holds("a" * 4000 + "!") is False


@given(found=any_json, value=json_scalars, op=st.sampled_from(sorted(OPERATORS)))
def test_whatever_is_accepted_as_a_value_never_raises(found: object, value: object, op: str) -> None:
    wanted: Any = [value, value] if op in {"in", "not_in", "between"} else value
    if value_problem(op, wanted) is None:
        assert build_probe(op, wanted).holds(found) in {True, False}


@given(found=any_json, value=json_scalars)
def test_negations_are_exact(found: object, value: object) -> None:
    if value_problem("equals", value) is None:
        assert build_probe("equals", value).holds(found) is not build_probe("not_equals", value).holds(found)
        assert build_probe("equals", value).holds(found) is build_probe("in", [value]).holds(found)


@given(number=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**6), max_value=10**6))
def test_money_compares_the_same_in_every_spelling(number: Decimal) -> None:
    brazilian = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert build_probe("equals", float(number)).holds(brazilian)
    assert build_probe("between", [str(number), brazilian]).holds(f"{number:.2f}")
