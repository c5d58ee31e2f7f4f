"""Quiet hours by the recipient's own clock: where a Brazilian number lives, and when its night ends. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from engine.ids import ms_to_time, time_to_ms
from engine.phones import area_code
from engine.zones import zone_named

DAY_MINUTES = 1_440
# Area codes (Anatel) by the zone of the state they lie in (IANA). An area code that spans zones (81: Noronha; 97: the
# west of Amazonas) counts as where nearly all of its numbers are.
_AREAS = {
    "America/Sao_Paulo": "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 "
    "41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 64",
    "America/Araguaina": "63",
    "America/Cuiaba": "65 66",
    "America/Campo_Grande": "67",
    "America/Rio_Branco": "68",
    "America/Porto_Velho": "69",
    "America/Bahia": "71 73 74 75 77",
    "America/Maceio": "79 82",
    "America/Recife": "81 87",
    "America/Fortaleza": "83 84 85 86 88 89 98 99",
    "America/Belem": "91 93 94 96",
    "America/Manaus": "92 97",
    "America/Boa_Vista": "95",
}
AREA_ZONES = {area: zone for zone, areas in _AREAS.items() for area in areas.split()}


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A nightly (or midday) stretch in which nothing is sent.

    Attributes:
        start, end: minutes after local midnight; an end before the start lies on the next day.
        transactional: whether they hold transactional messages too.
    """

    start: int
    end: int
    transactional: bool = False

    def until_ms(self, now_ms: int, zone: tzinfo) -> int | None:
        """Return when the stretch that ``now_ms`` lies in ends, in ms since 1970; None outside of it."""
        local = ms_to_time(now_ms).astimezone(zone)
        minute = local.hour * 60 + local.minute
        overnight = self.start > self.end
        if not (minute >= self.start or minute < self.end if overnight else self.start <= minute < self.end):
            return None
        day = local.date() + timedelta(days=1) if overnight and minute >= self.start else local.date()
        end = datetime(day.year, day.month, day.day, self.end // 60, self.end % 60, tzinfo=zone)
        if (end_ms := time_to_ms(end.astimezone(UTC))) > now_ms:
            return end_ms
        return time_to_ms(end.replace(fold=1).astimezone(UTC))  # the hour that comes twice when summer time ends


class QuietClock:
    """Answers for many recipients: what an area's clock says is worked out once a minute.

    Args:
        elsewhere: IANA name of the zone for numbers that are not Brazilian (the company's).
    """

    __slots__ = ("_ends", "_minute", "elsewhere", "hours")

    def __init__(self, hours: QuietHours, elsewhere: str) -> None:
        self.hours = hours
        self.elsewhere = elsewhere
        self._minute = -1
        self._ends: dict[str, int | None] = {}

    def until_ms(self, phone: str, now_ms: int) -> int | None:
        """Return when it stops being quiet for a phone (E.164), or None when it is not."""
        minute = now_ms // 60_000
        if minute != self._minute:
            self._minute = minute
            self._ends.clear()
        name = AREA_ZONES.get(area_code(phone) or "", self.elsewhere)
        if name not in self._ends:
            self._ends[name] = self.hours.until_ms(now_ms, zone_named(name))
        return self._ends[name]
