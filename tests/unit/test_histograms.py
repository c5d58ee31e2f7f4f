from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.histograms import LAST_BUCKET, Histogram, bucket_of, bucket_value_ms, upper_bound_ms

DURATIONS = st.floats(min_value=1, max_value=7 * 86_400_000)


@given(DURATIONS)
def test_a_bucket_stands_for_its_values_within_five_percent(value: float) -> None:
    assert abs(bucket_value_ms(bucket_of(value)) - value) <= 0.05 * value


@given(DURATIONS)
def test_a_value_is_within_its_buckets_bounds(value: float) -> None:
    bucket = bucket_of(value)
    assert value <= upper_bound_ms(bucket) * 1.000001
    assert bucket == 0 or value > upper_bound_ms(bucket - 1) * 0.999999


@given(st.lists(DURATIONS, min_size=1, max_size=300), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_quantiles_are_exact_to_five_percent(values: list[float], q: float) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(bucket_of(value))
    exact = sorted(values)[max(1, math.ceil(q * len(values) - 1e-9)) - 1]
    found = histogram.quantile(q)
    assert found is not None
    assert abs(found - exact) <= 0.05 * exact + 0.05


def test_nothing_has_no_quantile() -> None:
    assert Histogram().quantile(0.5) is None


@pytest.mark.parametrize("value", [0, -5, 0.3, 1])
def test_a_millisecond_and_less_is_the_first_bucket(value: float) -> None:
    assert bucket_of(value) == 0


def test_a_value_without_end_is_in_the_last_bucket() -> None:
    assert bucket_of(1e30) == LAST_BUCKET


def test_merging_and_taking_away_are_exact() -> None:
    one, two = Histogram({3: 2, 5: 1}), Histogram({3: 1, 9: 4})
    one.merge(two)
    assert (one.counts, one.total) == ({3: 3, 5: 1, 9: 4}, 8)
    one.add(5, -1)
    assert (one.counts, one.total) == ({3: 3, 9: 4}, 7)


def test_cumulative_counts_grow_to_the_total() -> None:
    histogram = Histogram()
    for value in (3, 40, 400, 4_000):
        histogram.add(bucket_of(value))
    assert histogram.cumulative([10, 100, 1_000, 10_000]) == [1, 2, 3, 4]
    assert histogram.estimated_sum_ms() == pytest.approx(4_443, rel=0.05)
