"""A message's status is the furthest of what was heard, in whatever order it was heard."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.message_states import STATUSES, TimelineEntry, at_text, further, is_waiting, may_follow, merge_timeline

ORDER = ("accepted", "sent", "delivered", "read")


@pytest.mark.parametrize("heard", list(permutations(("accepted", "sent", "delivered", "read", "failed"))))
def test_every_order_of_receipts_ends_at_read(heard: tuple[str, ...]) -> None:
    assert further("queued", heard) == "read"


@given(st.lists(st.sampled_from(("uncertain", "accepted", "sent", "delivered", "read", "failed")), min_size=1))
def test_repeats_and_order_make_no_difference(heard: list[str]) -> None:
    assert further("queued", heard) == further("queued", sorted(set(heard))) == further("queued", reversed(heard))


@given(st.sampled_from(STATUSES), st.lists(st.sampled_from(STATUSES)))
def test_a_status_never_goes_backwards(first: str, heard: list[str]) -> None:
    status = first
    for new in heard:
        after = further(status, [new])
        assert after == status or may_follow(status, after)
        assert is_waiting(status) or not is_waiting(after)
        if status in ORDER and after in ORDER:
            assert ORDER.index(after) >= ORDER.index(status)
        status = after


def test_failed_is_overtaken_only_by_delivered_and_read() -> None:
    assert {new for new in STATUSES if may_follow("failed", new)} - {"cancelled", "skipped"} == {"delivered", "read"}
    assert not any(may_follow("read", new) for new in ("failed", "delivered", "sent", "queued"))


def test_an_uncertain_message_is_resolved_by_any_receipt_and_never_queued_again() -> None:
    assert all(may_follow("uncertain", new) for new in ("accepted", "sent", "delivered", "read", "failed"))
    assert not any(may_follow("uncertain", new) for new in ("queued", "held", "scheduled", "sending"))


def entry(status: str, ms: int, attempt: int = 1) -> TimelineEntry:
    return {"status": status, "at": at_text(ms), "reason": None, "attempt": attempt}


BASE = 1_767_225_600_000
TOLD = [
    entry("accepted", BASE + 420),
    entry("sent", BASE),
    entry("delivered", BASE + 1_000),
    entry("read", BASE + 4_000),
    entry("failed", BASE + 2_000),
]


@given(st.permutations(TOLD + TOLD[1:]))
def test_a_timeline_is_in_the_order_of_time_whatever_came_first(told: list[TimelineEntry]) -> None:
    timeline: list[TimelineEntry] = []
    for item in told:
        merge_timeline(timeline, [item])
    assert [item["status"] for item in timeline] == ["accepted", "sent", "delivered", "failed", "read"]


def test_every_retry_stays_in_the_timeline() -> None:
    timeline = [entry("queued", BASE, 0)]
    assert merge_timeline(timeline, [entry("queued", BASE + 50, 1)])
    assert merge_timeline(timeline, [entry("queued", BASE + 900, 2)])
    assert [item["attempt"] for item in timeline] == [0, 1, 2]


def test_times_are_written_to_the_millisecond() -> None:
    assert at_text(1_769_860_805_007) == "2026-01-31T12:00:05.007Z"
