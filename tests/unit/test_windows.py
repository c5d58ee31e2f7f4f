from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ids import time_to_ms
from engine.times import SAO_PAULO
from engine.windows import DAY_MS, MINUTE_MS, DayClock, RateWindow, RecentLatency, cover, zone_of

NOW = time_to_ms(datetime(2026, 1, 31, 14, 30, tzinfo=UTC))


def ms(text: str) -> int:
    return time_to_ms(datetime.fromisoformat(text))


def test_a_steady_stream_has_its_rate() -> None:
    window = RateWindow()
    for at in range(NOW, NOW + 10_000, 10):
        window.add(at)
    assert window.per_s(NOW + 10_000) == pytest.approx(100, rel=0.06)


def test_a_rate_falls_to_nothing_in_silence() -> None:
    window = RateWindow()
    window.add(NOW, 50)
    assert window.per_s(NOW) == 10
    assert window.per_s(NOW + 4_000) == 10
    assert window.per_s(NOW + 5_300) == 0


def test_what_is_told_late_still_counts() -> None:
    window = RateWindow()
    window.add(NOW, 5)
    window.add(NOW - 700, 5)
    assert window.per_s(NOW) == 2


def test_latency_forgets_what_is_older_than_five_minutes() -> None:
    recent = RecentLatency()
    minute = NOW // MINUTE_MS * MINUTE_MS
    recent.add(minute - 5 * MINUTE_MS, 60, 100)
    recent.add(minute - 4 * MINUTE_MS, 30, 1)
    recent.add(minute, 30, 1)
    assert recent.sum(NOW).counts == {30: 2}
    assert recent.sum(NOW + MINUTE_MS).counts == {30: 1}


@pytest.mark.parametrize(
    ("zone", "at", "start", "end"),
    [
        ("America/Sao_Paulo", "2026-01-31T02:59:59Z", "2026-01-30T03:00:00Z", "2026-01-31T03:00:00Z"),
        ("America/Sao_Paulo", "2026-01-31T03:00:00Z", "2026-01-31T03:00:00Z", "2026-02-01T03:00:00Z"),
        ("Asia/Kolkata", "2026-01-31T18:29:00Z", "2026-01-30T18:30:00Z", "2026-01-31T18:30:00Z"),
        ("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("nowhere at all", "2026-01-31T12:00:00Z", "2026-01-31T03:00:00Z", "2026-02-01T03:00:00Z"),
    ],
)
def test_a_day_is_the_companys_own(zone: str, at: str, start: str, end: str) -> None:
    assert DayClock(zone_of(zone)).day(ms(at)) == (ms(start), ms(end))


def test_a_day_clock_moves_on() -> None:
    clock = DayClock(SAO_PAULO)
    first, end = clock.day(NOW)
    assert clock.day(end) == (end, end + DAY_MS)
    assert clock.day(first) == (first, end)


@given(st.integers(0, 40 * DAY_MS), st.integers(0, 40 * DAY_MS))
def test_a_cover_is_the_period_without_gap_or_overlap(offset: int, length: int) -> None:
    first, last = NOW + offset, NOW + offset + length
    spans = cover(first, last)
    at = first // MINUTE_MS * MINUTE_MS
    for span in spans:
        assert span.from_ms == at
        assert span.from_ms % (span.step_s * 1000) == span.to_ms % (span.step_s * 1000) == 0
        at = span.to_ms
    assert at == -(-last // MINUTE_MS) * MINUTE_MS
    assert len(spans) <= 5


def test_a_month_is_days_with_hours_at_its_edges() -> None:
    steps = [span.step_s for span in cover(ms("2026-01-01T03:00:00Z"), ms("2026-01-31T03:00:00Z"))]
    assert steps == [3_600, 86_400, 3_600]
