"""What refusals stop, written down: sessions and templates. Called by senders, and by shards for what webhooks tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from engine.ids import id_time
from engine.stops import NUMBER_SCOPES, TEMPLATE, Stop
from storage.message_rows import NEVER
from storage.pool import Connection
from storage.queries import query
from storage.sender_sessions import pause_sessions
from storage.stop_notices import tell_paused, tell_template

_WORTH_TELLING_S = 3600.0  # a template that is still syncing is well again by itself


@dataclass(frozen=True, slots=True)
class ToldStop:
    """A failure told by webhook stops something: of which message, and when it was."""

    company_id: UUID
    session_id: UUID
    message_id: UUID
    stop: Stop
    at: datetime


async def stop_session(
    connection: Connection, company_id: UUID, session_id: UUID, stop: Stop, at: datetime
) -> list[UUID]:
    """Pause a session and, as the stop's scope says, its company's others; return those that this call paused.

    People are told where the stop says so.
    """
    until = _until(stop, at)
    paused = await pause_sessions(connection, company_id, [session_id], stop.reason, until, scope=stop.scope, at=at)
    if stop.alert:
        await tell_paused(connection, company_id, paused, stop.reason, until)
    return [paused_id for paused_id, _ in paused]


async def stop_template(
    connection: Connection, company_id: UUID, name: str, language: str | None, stop: Stop, at: datetime
) -> bool:
    """Stop a template of a company; tell whether it is stored here and was not stopped as long before."""
    until = _until(stop, at) or NEVER
    found = await connection.fetchval(
        query("sending/stop_template"), company_id, name, language or "", stop.reason, until, at
    )
    if found is not None and (stop.alert or stop.wait_s is None or stop.wait_s >= _WORTH_TELLING_S):
        await tell_template(connection, company_id, name, language, stop, _until(stop, at))
    return found is not None


async def take_stops(connection: Connection, told: Sequence[ToldStop], now: datetime) -> set[UUID]:
    """Stop what failures told by webhook demand, inside the caller's transaction; an end that has passed stops nothing.

    Returns:
        The companies whose sessions or templates were stopped: whoever holds them in memory must read them again.
    """
    changed: set[UUID] = set()
    alive = [one for one in told if (_until(one.stop, one.at) or NEVER) > now]
    for one in _newest((one, (one.session_id, one.stop.scope)) for one in alive if one.stop.scope in NUMBER_SCOPES):
        if await stop_session(connection, one.company_id, one.session_id, one.stop, one.at):
            changed.add(one.company_id)
    concerned = [one for one in alive if one.stop.scope == TEMPLATE]
    names = await _template_names(connection, [one.message_id for one in concerned])
    for one in _newest((one, (one.company_id, *names[one.message_id])) for one in concerned if one.message_id in names):
        if await stop_template(connection, one.company_id, *names[one.message_id], one.stop, one.at):
            changed.add(one.company_id)
    return changed


def _newest(told: Iterable[tuple[ToldStop, tuple[object, ...]]]) -> list[ToldStop]:
    """Keep one stop per place: the longest, then the newest; in one order, so that no two writers wait in a circle."""
    kept: dict[tuple[object, ...], ToldStop] = {}
    for one, place in told:
        known = kept.get(place)
        if known is None or _weight(known) < _weight(one):
            kept[place] = one
    return [kept[place] for place in sorted(kept, key=str)]


def _weight(one: ToldStop) -> tuple[datetime, datetime]:
    return _until(one.stop, one.at) or NEVER, one.at


async def _template_names(connection: Connection, message_ids: Sequence[UUID]) -> Mapping[UUID, tuple[str, str | None]]:
    if not message_ids:
        return {}
    times = [id_time(message_id) for message_id in message_ids]
    rows = await connection.fetch(
        query("sending/read_template_names"), list(message_ids), times, min(times), max(times)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _until(stop: Stop, at: datetime) -> datetime | None:
    return None if stop.wait_s is None else at + timedelta(seconds=stop.wait_s)
