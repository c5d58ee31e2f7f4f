from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.json_text import SpelledFloat
from engine.money import MAX_CENTS, MoneyProblem, cents_to_text, to_cents


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        (97, 9700),
        (97.5, 9750),
        (2.675, 268),
        (2.665, 266),
        (0.005, 0),
        (0.015, 2),
        (1e-300, 0),
        (SpelledFloat("97.50"), 9750),
        ("97", 9700),
        ("97,50", 9750),
        ("1.234,56", 123456),
        ("1.234.567,8", 123456780),
        ("1.234.567", 123456700),
        ("1.234", 123),
        ("1.235", 124),
        ("1.225", 122),
        ("1.2250000000000000000000000000000000001", 123),
        ("R$ 1.234,56", 123456),
        ("r$\u00a097,00", 9700),
        ("-10,00", -1000),
        ("R$ -10.00", -1000),
        ("0", 0),
        (",50", 50),
        (0, 0),
    ],
)
def test_money_as_it_is_written(written: object, cents: int) -> None:
    assert to_cents(written) == cents


@pytest.mark.parametrize(
    "written",
    ["", " ", "abc", "1,234.56", "1,234,567", "12.34,56", "1.2.3", "--1", "1e5", "٣", "²", "1_000", "R$", ".", ",",
     None, True, [], "1" * 60, "NaN"],
)  # fmt: skip
def test_money_is_never_guessed(written: object) -> None:
    with pytest.raises(MoneyProblem) as problem:
        to_cents(written)
    assert problem.value.reason == "unreadable"


@pytest.mark.parametrize("written", [10**400, -(10**400), 1e300, float("inf"), float("nan"), "9" * 40, 10**13 + 1])
def test_money_is_bounded(written: object) -> None:
    with pytest.raises(MoneyProblem) as problem:
        to_cents(written)
    assert problem.value.reason == "too_large"


@given(st.integers(-MAX_CENTS, MAX_CENTS))
def test_cents_survive_their_text_in_both_spellings(cents: int) -> None:
    text = cents_to_text(cents)
    assert to_cents(text) == cents
    assert to_cents(text.replace(".", ",")) == cents


@given(st.decimals(-(10**9), 10**9, places=6))
def test_rounding_is_half_to_even(amount: Decimal) -> None:
    expected = int((amount * 100).to_integral_value(ROUND_HALF_EVEN))
    assert to_cents(f"{amount:f}") == expected


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.text("0123456789.,-R$ ", max_size=30)))
def test_anything_is_cents_or_a_problem(written: object) -> None:
    try:
        assert abs(to_cents(written)) <= MAX_CENTS
    except MoneyProblem as problem:
        assert problem.reason in {"unreadable", "too_large"}
