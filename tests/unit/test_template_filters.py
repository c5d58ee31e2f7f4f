from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.template_filters import FILTERS
from engine.times import SAO_PAULO


def apply(name: str, value: object, argument: str | None = None) -> object:
    kind = FILTERS[name]
    assert kind.problem(argument) is None
    return kind.build(argument)(value, SAO_PAULO)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("money", Decimal("1234567.8"), "R$ 1.234.567,80"),
        ("money", 0, "R$ 0,00"),
        ("money", -5.5, "-R$ 5,50"),
        ("money", "R$ 1.234,56", "R$ 1.234,56"),
        ("money", "1234.565", "R$ 1.234,57"),
        ("money", "doze", None),
        ("money", 10**400, None),
        ("date", "2025-12-20", "20/12/2025"),
        ("date", "20/12/2025 10:00", "20/12/2025"),
        ("time", datetime(2026, 1, 1, 3, 4, tzinfo=UTC), "00:04"),
        ("datetime", 1_766_239_200, "20/12/2025 11:00"),
        ("date", "amanhã", None),
        ("date", "9999-12-31T23:59:59-12:00", None),
        ("first_name", "MARIA DA SILVA", "Maria"),
        ("first_name", "joão", "João"),
        ("first_name", "McArthur Lima", "McArthur"),
        ("first_name", "  ", None),
        ("title", "MARIA DA SILVA E SOUZA", "Maria da Silva e Souza"),
        ("title", "de lima", "De Lima"),
        ("digits", "123.456.789-00", "12345678900"),
        ("digits", "sem", None),
        ("upper", "ação", "AÇÃO"),
        ("lower", "AÇÃO", "ação"),
        ("upper", None, None),
        ("upper", {"a": 1}, None),
    ],
)
def test_filters(name: str, value: object, shown: str | None) -> None:
    assert apply(name, value) == shown


@pytest.mark.parametrize(("argument", "shown"), [("5", "Prod…"), ("7", "Produto"), ("100", "Produto")])
def test_truncate_counts_its_own_mark(argument: str, shown: str) -> None:
    assert apply("truncate", "Produto", argument) == shown


@given(text=st.text(min_size=1), limit=st.integers(2, 30))
def test_truncated_is_never_longer(text: str, limit: int) -> None:
    shown = apply("truncate", text, str(limit))
    assert isinstance(shown, str)
    assert len(shown) <= limit
    assert shown == text or shown.endswith("…")


@given(cents=st.integers(-(10**14), 10**14))
def test_money_keeps_every_cent(cents: int) -> None:
    shown = apply("money", Decimal(cents).scaleb(-2))
    assert isinstance(shown, str)
    assert int(shown.replace("R$ ", "").replace(".", "").replace(",", "")) == cents
