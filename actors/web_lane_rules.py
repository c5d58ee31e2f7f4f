"""Which messages of a WhatsApp-Web session wait for their lane, or for the morning where their recipient lives."""

from __future__ import annotations

import time

from engine.budgets import lane_of
from engine.lanes import Parcel
from engine.quiet_hours import QuietClock
from engine.sending_policy import read_budget_options
from engine.web_gate import Hold
from storage.web_sessions import WebSessionRow

_LANE_AGAIN_S = 60.0  # a paused lane is asked about so often


class LaneRules:
    """A session's paused lanes and quiet hours, as its row has them.

    Raises:
        ValueError: the row's options cannot be read.
    """

    def __init__(self, row: WebSessionRow) -> None:
        budgets = read_budget_options(row.options)
        hours = budgets.quiet_hours
        self._paused = budgets.paused_lanes
        self._clock = None if hours is None else QuietClock(hours, row.time_zone)

    def hold(self, parcel: Parcel) -> Hold | None:
        """Return why and how long this message waits; None: it may go now."""
        if lane_of(parcel) in self._paused:
            return Hold("lane_paused", _LANE_AGAIN_S)
        clock, now_ms = self._clock, time.time_ns() // 1_000_000
        if clock is None or (parcel.transactional and not clock.hours.transactional):
            return None
        until_ms = clock.until_ms(parcel.to, now_ms)
        return None if until_ms is None else Hold("quiet_hours", (until_ms - now_ms) / 1000)
