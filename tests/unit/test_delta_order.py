from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.delta_order import KEPT_EPOCHS, DeltaOrder, Gap


@given(st.lists(st.integers(1, 30), max_size=120))
def test_every_number_is_taken_once_in_whatever_order(numbers: list[int]) -> None:
    order = DeltaOrder()
    taken = [seq for seq in numbers if order.take("w", 1, seq, 0)]
    assert sorted(taken) == sorted(set(numbers))
    upto = next(n for n in range(32) if n + 1 not in numbers)
    assert order.upto("w", 1) == upto
    assert bool(order.gaps(0, 0)) == (max(numbers, default=0) > upto)


def test_a_gap_is_told_once_it_has_lasted() -> None:
    order = DeltaOrder()
    order.take("w", 1, 1, 1_000)
    order.take("w", 1, 4, 1_000)
    order.take("w", 1, 6, 1_100)
    assert order.gaps(1_200, 250) == []
    assert order.gaps(1_250, 250) == [Gap("w", 1, 2, 6)]


def test_a_gap_that_closes_in_part_waits_anew() -> None:
    order = DeltaOrder()
    for seq in (2, 4):
        order.take("w", 1, seq, 0)
    order.take("w", 1, 1, 900)
    assert order.gaps(1_000, 250) == []
    assert order.gaps(1_200, 250) == [Gap("w", 1, 3, 4)]


def test_what_is_in_the_roll_ups_is_not_taken_again() -> None:
    order = DeltaOrder()
    order.begin("w", 1, 10)
    assert not order.take("w", 1, 10, 0)
    assert order.take("w", 1, 11, 0)
    assert order.to_roll_up(100) == [("w", 1, 11)]


def test_only_what_has_no_gap_before_it_is_rolled_up() -> None:
    order = DeltaOrder()
    for seq in (1, 2, 4):
        order.take("w", 1, seq, 0)
    assert order.to_roll_up(100) == [("w", 1, 2)]
    order.rolled([("w", 1, 2)])
    assert order.to_roll_up(100) == []
    assert order.lag() == 1


def test_numbers_that_do_not_exist_are_given_up() -> None:
    order = DeltaOrder()
    for seq in (1, 4, 5):
        order.take("w", 1, seq, 0)
    assert order.skip(Gap("w", 1, 2, 4), 0) == 2
    assert order.upto("w", 1) == 5
    assert order.gaps(10**9, 0) == []


def test_epochs_long_over_are_forgotten_but_not_what_is_open() -> None:
    order = DeltaOrder()
    order.take("w", 1, 2, 0)  # a gap: stays
    for epoch in range(2, 200):
        order.take("w", epoch, 1, 0)
    order.rolled([("w", epoch, 1) for epoch in range(2, 200)])
    assert len(order) == KEPT_EPOCHS + 1
    assert order.gaps(0, 0) == [Gap("w", 1, 1, 2)]
