"""The zone of benches and fault tests: whatever the hour, its day neither begins nor ends soon."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bench.zones import midday_zone


@pytest.mark.parametrize("hour", range(24))
def test_it_is_midday_there(hour: int) -> None:
    now = datetime(2026, 11, 30, hour, 59, 59, tzinfo=UTC)
    assert now.astimezone(ZoneInfo(midday_zone(now))).hour == 12


def test_by_default_it_is_midday_now() -> None:
    assert datetime.now(ZoneInfo(midday_zone())).hour in (12, 13)
