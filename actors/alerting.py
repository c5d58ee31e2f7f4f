"""Looks at alerts: reads the number each is about from committed rows, and decides whether it has fired.

A loop of the workers, in a process of its own: whatever happens here, events and messages go on. What has to be told is
left to ``actors/alert_telling.py``, so that no channel holds another or a look up.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from actors.jobs.tools import JobTools
from engine.alerts import FIRED, LOOK_EVERY_S, OK, alert_told, channels_of, judge
from engine.ids import ms_to_time, time_to_ms
from engine.quiet_hours import QuietHours
from engine.zones import zone_named
from storage import alerts
from storage.alert_values import measure
from storage.searching import Row

log = logging.getLogger(__name__)
_AT_ONCE = 100
_LOOK_S = 2.0  # what takes longer is no data


class AlertWatch:
    """Looks at the alerts whose time has come."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def run_once(self) -> None:
        now = ms_to_time(self._tools.now_ms())
        for alert in await alerts.claim_alerts(self._tools.pool, now, timedelta(seconds=LOOK_EVERY_S), _AT_ONCE):
            try:
                await self.look(alert, now)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # one that cannot be looked at keeps no other from it
                log.warning("alert %s: %s", alert["id"], error, extra={"action": "look_at_alert"})

    async def look(self, alert: Row, now: datetime) -> None:
        """Look at one alert and write what that came to, with what has to be told."""
        try:
            async with asyncio.timeout(_LOOK_S):
                value = await measure(self._tools.pool, alert, now)
        except TimeoutError:
            value = None
        before = alert["state"]
        state, streak = judge(before, alert["streak"], value, alert["threshold"])
        async with self._tools.pool.acquire() as connection, connection.transaction():
            if not await alerts.save_look(connection, alert, state, streak, value, now) or state == before:
                return
            tell = state == FIRED or (before == FIRED and state == OK)
            resting = quiet_until(alert, now)
            make = self._tools.ids.make_uuid
            change_id = make(self._tools.now_ms())
            await alerts.insert_change(
                connection, change_id, alert, state, value, quiet=tell and resting is not None, now=now
            )
            if tell:
                channels = {make(self._tools.now_ms()): channel for channel in channels_of(alert["channels"])}
                data = alert_told(alert, state, value, now)
                await alerts.insert_sends(connection, alert["company_id"], alert["id"], channels, data, resting or now)


def quiet_until(alert: Row, now: datetime) -> datetime | None:
    """Return when an alert's quiet time ends; None outside of it."""
    quiet = alert["quiet"]
    if not quiet:
        return None
    hours = QuietHours(_minutes(quiet["from"]), _minutes(quiet["to"]))
    until_ms = hours.until_ms(time_to_ms(now), zone_named(alert["time_zone"]))
    return None if until_ms is None else ms_to_time(until_ms)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])
