"""What becomes of a failed step, when a job should be done, and when a schedule is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cron import parse_cron
from engine.errors import BadRequest, Unavailable
from engine.jobs import JobFailed, eta, judge_failure, shown_state
from engine.schedules import next_run

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def test_a_failed_step_is_tried_again_with_growing_pauses_and_then_given_up() -> None:
    waits = [judge_failure(RuntimeError("secret"), failures).wait_s for failures in range(1, 8)]
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, None, None]
    last = judge_failure(RuntimeError("secret"), 6)
    assert last.reason == "internal error (RuntimeError) (after 6 tries)"


def test_what_is_away_is_waited_for_longer_and_a_refusal_ends_at_once() -> None:
    assert judge_failure(Unavailable("the shop's API is away"), 19).wait_s == 300.0
    assert judge_failure(Unavailable("x"), 20).wait_s is None
    for refusal in (JobFailed("the token was refused"), BadRequest("no such column")):
        assert judge_failure(refusal, 1).wait_s is None
        assert judge_failure(refusal, 1).reason == refusal.detail


def test_the_end_is_foretold_from_the_pace_so_far() -> None:
    started = NOW - timedelta(seconds=10)
    assert eta(NOW, started, 100, 400) == NOW + timedelta(seconds=30)
    assert eta(NOW, started, 0, 400) is None
    assert eta(NOW, started, 100, None) is None
    assert eta(NOW, None, 100, 400) is None
    assert eta(NOW, started, 500, 400) == NOW
    assert shown_state("queued") == "running"


@pytest.mark.parametrize(
    ("text", "after", "following"),
    [
        ("*/15 * * * *", "2026-11-20T12:00:00", "2026-11-20T12:15:00"),
        ("0 9 * * 1-5", "2026-11-20T12:00:00", "2026-11-23T12:00:00"),  # Friday 09:00 in São Paulo is 12:00 UTC
        ("30 8 1 * *", "2026-11-20T12:00:00", "2026-12-01T11:30:00"),
        ("0 0 29 2 *", "2026-11-20T12:00:00", "2028-02-29T03:00:00"),
        ("0 12 1,15 * 0", "2026-11-20T12:00:00", "2026-11-22T15:00:00"),  # the day or the weekday
        ("0 12 * * 7", "2026-11-20T12:00:00", "2026-11-22T15:00:00"),
    ],
)
def test_five_fields_name_the_next_time(text: str, after: str, following: str) -> None:
    found = parse_cron(text).following(datetime.fromisoformat(after).replace(tzinfo=UTC), SAO_PAULO)
    assert found == datetime.fromisoformat(following).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "* * * *", "60 * * * *", "5-1 * * * *", "*/0 * * * *", "a * * * *", "1, * * * *"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must have|is not from|runs backwards"):
        parse_cron(text)


def test_a_day_that_never_comes_has_no_next_time() -> None:
    assert parse_cron("0 0 31 2 *").following(NOW, SAO_PAULO) is None


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)),
    st.sampled_from(["* * * * *", "7 3 * * *", "*/20 1-5 * * 2,4", "0 2 * 3,10 *", "59 23 28-31 * *"]),
    st.sampled_from(["America/Sao_Paulo", "America/New_York", "UTC", "Australia/Lord_Howe"]),
)
def test_the_next_time_is_later_and_fits_its_fields(naive: datetime, text: str, zone: str) -> None:
    after = naive.replace(tzinfo=UTC)
    cron = parse_cron(text)
    found = cron.following(after, ZoneInfo(zone))
    assert found is not None
    assert found > after
    assert found.second == 0
    # Between it and the present there is no other such time.
    assert cron.following(found - timedelta(microseconds=1), ZoneInfo(zone)) == found


@given(st.floats(0, 1), st.integers(1, 100_000), st.integers(0, 200_000))
def test_an_interval_is_kept_on_average_and_never_stands_still(spread: float, every_s: int, jitter_s: int) -> None:
    found = next_run(NOW, every_s=every_s, cron=None, jitter_s=jitter_s, zone=UTC, spread=spread)
    assert found is not None
    assert NOW < found <= NOW + timedelta(seconds=every_s * 1.5 + 1)
    middle = next_run(NOW, every_s=every_s, cron=None, jitter_s=jitter_s, zone=UTC, spread=0.5)
    assert middle == NOW + timedelta(seconds=every_s)
