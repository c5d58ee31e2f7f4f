"""Rates are exact: never more than allowed in any second, and close to it; pairs pay for what they borrow."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.limits import PairLimiter, TokenBucket


def send_greedily(bucket: TokenBucket, seconds: float) -> list[float]:
    """Return when messages went, asking again exactly when the bucket says."""
    now, sent = 0.0, []
    while now < seconds:
        wait = bucket.take(now)
        if wait > 0:
            now += wait
        else:
            sent.append(now)
    return sent


def most_in_a_second(times: list[float]) -> int:
    window: deque[float] = deque()
    most = 0
    for moment in times:
        window.append(moment)
        while window[0] <= moment - 1.0:
            window.popleft()
        most = max(most, len(window))
    return most


@pytest.mark.parametrize("throughput", [1, 5, 20, 80, 500, 1000])
def test_a_number_sends_at_most_its_throughput_and_at_least_95_percent(throughput: int) -> None:
    sent = send_greedily(TokenBucket(float(throughput), 0.0), 20.0)
    assert most_in_a_second(sent) <= throughput
    assert len(sent) >= 0.95 * throughput * 20


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=300), st.sampled_from([2, 80, 1000]))
def test_no_pattern_of_pauses_gets_more_out_of_a_second(pauses: list[float], throughput: int) -> None:
    bucket, now, sent = TokenBucket(float(throughput), 0.0), 0.0, []
    for pause in pauses:
        now += pause
        for _ in range(50):
            if bucket.take(now) > 0:
                break
            sent.append(now)
    assert most_in_a_second(sent) <= throughput


def test_what_people_write_counts_towards_the_throughput() -> None:
    bucket, now, sent, heard = TokenBucket(100.0, 0.0), 0.0, 0, 0
    while now < 20.0:
        wait = bucket.take(now)
        now, sent = now + wait, sent + (not wait)
        if now * 20.0 >= heard + 1:
            bucket.spend(1, now)
            heard += 1
    assert 0.95 * 2_000 <= sent + heard <= 2_000


def test_a_flood_of_inbound_messages_leaves_at_most_a_second_of_debt() -> None:
    bucket = TokenBucket(100.0, 0.0)
    bucket.spend(1_000_000, 0.0)
    assert bucket.ahead(0.0, 0.25) == 0
    assert 1.0 < bucket.take(0.0) < 1.1


def test_throughput_reached_halves_the_rate_and_it_grows_back() -> None:
    bucket = TokenBucket(100.0, 0.0)
    bucket.slow_down()
    slow = len(send_greedily(bucket, 1.0))
    assert 40 <= slow <= 60
    bucket.take(100.0)
    assert bucket.ahead(100.0, 1.0) >= 95


def test_a_pair_gets_45_at_once_and_then_one_in_six_seconds() -> None:
    pairs = PairLimiter()
    assert all(pairs.take("+5511", 0.0) == 0.0 for _ in range(45))
    assert pairs.take("+5511", 0.0) == pytest.approx(6.0)
    assert pairs.take("+5521", 0.0) == 0.0
    assert pairs.take("+5511", 6.0) == 0.0
    assert pairs.take("+5511", 6.0) > 0


def test_a_blocked_recipient_waits_as_long_as_whatsapp_asked() -> None:
    pairs = PairLimiter()
    pairs.block("+5511", 0.0, 64.0)
    assert pairs.take("+5511", 10.0) == pytest.approx(54.0)
    assert pairs.take("+5511", 64.0) == 0.0


def test_what_did_not_go_out_is_not_counted() -> None:
    pairs = PairLimiter(burst=1)
    assert pairs.take("+5511", 0.0) == 0.0
    pairs.give_back("+5511")
    assert pairs.take("+5511", 0.0) == 0.0


def test_strikes_count_refusals_in_a_row() -> None:
    pairs = PairLimiter()
    assert [pairs.strike("+5511") for _ in range(3)] == [0, 1, 2]
    pairs.clear_strikes("+5511")
    assert pairs.strike("+5511") == 0


def test_the_pair_limiter_forgets_who_has_paid_and_stays_within_its_capacity() -> None:
    pairs = PairLimiter(capacity=100)
    for number in range(10_000):
        pairs.take(f"+{number}", number * 1.0)
    assert len(pairs) <= 10
    for number in range(10_000):
        pairs.take(f"+{number}", 20_000.0)
    assert len(pairs) <= 100
