"""Audience filters and what contacts may hold: everything that is wrong is named, nothing raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.audience import parse_audience
from engine.contacts import MAX_TAG, check_fields, field_name, tag_name
from engine.problems import Problems
from engine.search_words import search_words

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
KEYS = st.sampled_from(["lists", "exclude_lists", "tags", "fields", "last_event", "opted_out", "any", "field", "op"])


@settings(suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(st.dictionaries(KEYS, JSON))
def test_no_filter_raises(value: dict[str, Any]) -> None:
    _, problems = parse_audience(value)
    assert all(problem["field"].startswith("filter") and problem["reason"] for problem in problems)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "filter"),
        ({"list": []}, "filter.list"),
        ({"lists": ["x"]}, "filter.lists[0]"),
        ({"lists": "x"}, "filter.lists"),
        ({"tags": {"some": []}}, "filter.tags.some"),
        ({"tags": {"any": [""]}}, "filter.tags.any[0]"),
        ({"tags": {"any": [1]}}, "filter.tags.any"),
        ({"fields": [{"field": "Plano Novo", "op": "equals", "value": 1}]}, "filter.fields[0].field"),
        ({"fields": [{"field": "plano", "op": "like", "value": 1}]}, "filter.fields[0].op"),
        ({"fields": [{"field": "plano", "op": "greater", "value": "x"}]}, "filter.fields[0].value"),
        ({"fields": [3]}, "filter.fields[0]"),
        ({"last_event": {"after": "yesterday"}}, "filter.last_event.after"),
        ({"last_event": {"within_days": 0}}, "filter.last_event.within_days"),
        ({"opted_out": "no"}, "filter.opted_out"),
    ],
)
def test_what_is_wrong_is_named(value: Any, field: str) -> None:
    _, problems = parse_audience(value)
    assert [problem["field"] for problem in problems] == [field]


def test_the_newest_event_lies_between_the_narrowest_bounds() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    audience, problems = parse_audience(
        {"last_event": {"after": "2026-01-01T00:00:00Z", "within_days": 30, "older_than_days": 7}}
    )
    assert problems == []
    assert audience.last_event is not None
    assert audience.last_event.bounds(now) == (now - timedelta(days=30), now - timedelta(days=7))


@given(st.text(max_size=80))
def test_a_tag_is_kept_in_one_spelling(text: str) -> None:
    tag = tag_name(text)
    if tag is not None:
        assert tag == tag_name(tag) == tag_name(f"  {tag.upper() if tag.isascii() else tag} ")
        assert 0 < len(tag) <= MAX_TAG


@given(st.text(max_size=200))
def test_a_fields_name_is_kept_in_one_spelling(text: str) -> None:
    name = field_name(text)
    assert name is None or field_name(name) == name


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"plano": "anual", "gasto": 10.5, "vip": True, "antigo": None}, []),
        ({"Plano": "x"}, ["fields.Plano"]),
        ({"phone": "x"}, ["fields.phone"]),
        ({"a": "x" * 1001}, ["fields.a"]),
        ({"a": [1]}, ["fields.a"]),
        ({"a": 10**15}, ["fields.a"]),
        ({"a": float("inf")}, ["fields.a"]),
        ({f"f{number}": 1 for number in range(51)}, ["fields"]),
    ],
)
def test_custom_fields_are_bounded(fields: dict[str, Any], wrong: list[str]) -> None:
    problems = Problems()
    check_fields(problems, "fields", fields)
    assert [problem["field"] for problem in problems.found] == wrong


@given(st.text())
def test_search_words_are_plain(text: str) -> None:
    for word in search_words(text):
        assert word
        assert not set(word) & set(" '\"\\@._-&|:*()!")


def test_search_words_are_folded() -> None:
    assert search_words("  José D'Ávila, joao@x.test ") == ("jose", "d", "avila", "joao", "x", "test")
