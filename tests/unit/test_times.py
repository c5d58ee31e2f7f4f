from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.times import parse_time, rfc3339

NOON = datetime(2025, 12, 20, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2025-12-20T14:00:00.000Z",
        "2025-12-20T14:00:00Z",
        " 2025-12-20T14:00:00Z ",
        "2025-12-20T11:00:00-03:00",
        "2025-12-20T11:00:00-0300",
        "2025-12-20 14:00:00+00:00",
        "2025-12-20T11:00:00",
        "2025-12-20 11:00",
        "20/12/2025 11:00:00",
        "20/12/2025 às 11:00",
        "20251220110000",
        1766239200,
        1766239200000,
        1766239200.0,
        "1766239200",
        "1766239200000",
        "1766239200.000",
    ],
)
def test_one_moment_in_many_spellings(written: object) -> None:
    moment = parse_time(written)
    assert moment == NOON
    assert moment is not None
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("written", ["2025-12-20", "20/12/2025", "20251220"])
def test_a_day_without_a_time_begins_at_midnight_in_sao_paulo(written: str) -> None:
    assert parse_time(written) == datetime(2025, 12, 20, 3, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_in_the_zone_given() -> None:
    assert parse_time("2025-12-20T14:00:00", timezone(timedelta(hours=2))) == datetime(2025, 12, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["", " ", "Z", "amanhã", "31/02/2025", "2025-13-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z",
     0, 97, -1, 10**40, 202512201400, float("nan"), float("inf"), True, None, [], "1" * 100, "\ud800Z"],
)  # fmt: skip
def test_what_is_no_time_is_none(written: object) -> None:
    assert parse_time(written) is None


@given(st.datetimes(datetime(1970, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC)))
def test_a_time_survives_the_apis_spelling(moment: datetime) -> None:
    text = rfc3339(moment)
    assert len(text) == 24
    assert parse_time(text) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_other_zones_are_told_in_utc() -> None:
    assert rfc3339(NOON.astimezone(timezone(timedelta(hours=-3)))) == "2025-12-20T14:00:00.000Z"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.text("0123456789-:TZ+/. ", max_size=32)))
def test_anything_is_a_time_in_utc_or_none(written: object) -> None:
    moment = parse_time(written)
    assert moment is None or moment.tzinfo is UTC
