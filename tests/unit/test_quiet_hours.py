"""Quiet hours by the recipient's clock: every Brazilian area code has a zone, and a night always ends."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ids import time_to_ms
from engine.phones import AREA_CODES
from engine.quiet_hours import AREA_ZONES, DAY_MINUTES, QuietClock, QuietHours

NIGHT = QuietHours(21 * 60, 8 * 60)
ZONES = [*sorted(set(AREA_ZONES.values())), "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]


def at(text: str) -> int:
    return time_to_ms(datetime.fromisoformat(text).astimezone(UTC))


def test_every_area_code_lies_in_a_zone() -> None:
    assert set(AREA_ZONES) == AREA_CODES
    assert all(ZoneInfo(name) for name in AREA_ZONES.values())


@pytest.mark.parametrize(
    ("phone", "until"),
    [
        ("+5511900000000", None),  # 08:30 in São Paulo
        ("+5592900000000", "2026-03-10T08:00:00-04:00"),  # 07:30 in Manaus
        ("+5568900000000", "2026-03-10T08:00:00-05:00"),  # 06:30 in Rio Branco
        ("+351910000000", None),  # not Brazilian: by the company's clock
    ],
)
def test_the_recipients_clock_decides(phone: str, until: str | None) -> None:
    clock = QuietClock(NIGHT, "America/Sao_Paulo")
    found = clock.until_ms(phone, at("2026-03-10T08:30:00-03:00"))
    assert found == (None if until is None else at(until))


def test_the_clock_is_asked_again_when_its_minute_is_over() -> None:
    clock = QuietClock(NIGHT, "America/Sao_Paulo")
    assert clock.until_ms("+5511900000000", at("2026-03-10T07:59:59-03:00")) == at("2026-03-10T08:00:00-03:00")
    assert clock.until_ms("+5511900000000", at("2026-03-10T08:00:00-03:00")) is None


def test_a_night_that_ends_in_the_hour_that_comes_twice_ends_ahead() -> None:
    hours = QuietHours(22 * 60, 90)
    zone = ZoneInfo("America/New_York")
    second_time = at("2026-11-01T01:15:00-05:00")  # 01:15 for the second time
    assert hours.until_ms(second_time, zone) == at("2026-11-01T01:30:00-05:00")


moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda d: time_to_ms(d.replace(tzinfo=UTC)))
minutes = st.integers(0, DAY_MINUTES - 1)


@given(moments, minutes, minutes, st.sampled_from(ZONES))
def test_a_quiet_time_ends_ahead_and_within_a_day_and_an_hour(now_ms: int, start: int, end: int, name: str) -> None:
    if start == end:
        return
    hours, zone = QuietHours(start, end), ZoneInfo(name)
    until = hours.until_ms(now_ms, zone)
    local = datetime.fromtimestamp(now_ms / 1000, zone)
    minute = local.hour * 60 + local.minute
    inside = start <= minute < end if start < end else not end <= minute < start
    assert (until is not None) is inside
    if until is not None:
        assert now_ms < until <= now_ms + 25 * 3_600_000


@given(moments, minutes, minutes)
def test_once_it_is_over_it_is_over_where_clocks_do_not_change(now_ms: int, start: int, end: int) -> None:
    if start == end:
        return
    hours, zone = QuietHours(start, end), ZoneInfo("America/Sao_Paulo")
    until = hours.until_ms(now_ms, zone)
    if until is not None:
        assert hours.until_ms(until, zone) is None
        assert hours.until_ms(until - 1, zone) == until
