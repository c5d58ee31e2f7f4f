"""What people are told when WhatsApp stops something or warns: notifications beside the change itself.

A notification never stands in the way of what it tells of: it has a savepoint of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from engine.ids import time_to_ms
from engine.message_states import at_text
from engine.meta_notices import Notice
from engine.stop_words import stop_words
from engine.stops import Stop
from storage.notifications import Severity, notify
from storage.pool import Connection

log = logging.getLogger(__name__)
_NAMED = 3
Numbers = Sequence[tuple[UUID, str]]  # sessions with their names


async def tell_paused(
    connection: Connection, company_id: UUID, numbers: Numbers, reason: str, until: datetime | None
) -> None:
    """Tell that numbers stopped, and why; none tells nothing."""
    if not numbers:
        return
    names, words = _names(numbers), stop_words(reason)
    data = {
        "name": names,
        "session_ids": [str(session_id) for session_id, _ in numbers],
        "reason": reason,
        "until": None if until is None else at_text(time_to_ms(until)),
        "title_pt": f"Número pausado: {names} ({words.pt})",
        "title_en": f"Number paused: {names} ({words.en})",
    }
    await _tell(connection, company_id, "session_paused", "critical", data)


async def tell_template(
    connection: Connection, company_id: UUID, name: str, language: str | None, stop: Stop, until: datetime | None
) -> None:
    """Tell that a template stopped, and why."""
    words = stop_words(stop.reason)
    data = {
        "name": name,
        "language": language,
        "reason": stop.reason,
        "until": None if until is None else at_text(time_to_ms(until)),
        "title_pt": f"Modelo parado: {name} ({words.pt})",
        "title_en": f"Template stopped: {name} ({words.en})",
    }
    await _tell(connection, company_id, "template_stopped", "critical" if stop.wait_s is None else "warning", data)


async def tell_notice(connection: Connection, company_id: UUID, numbers: Numbers, notice: Notice) -> None:
    """Tell what Meta says of numbers; what it takes back tells nothing."""
    if notice.code is None or not numbers:
        return
    names, words = _names(numbers), stop_words(notice.code)
    beside = "" if notice.detail is None else f" ({notice.detail})"
    data = {
        "name": names,
        "session_ids": [str(session_id) for session_id, _ in numbers],
        "code": notice.code,
        "detail": notice.detail,
        "title_pt": f"{names}: {words.pt}{beside}",
        "title_en": f"{names}: {words.en}{beside}",
    }
    await _tell(connection, company_id, "session_notice", "critical" if notice.critical else "warning", data)


def _names(numbers: Numbers) -> str:
    shown = ", ".join(name for _, name in numbers[:_NAMED])
    return shown if len(numbers) <= _NAMED else f"{shown} + {len(numbers) - _NAMED}"


async def _tell(
    connection: Connection, company_id: UUID, kind: str, severity: Severity, data: Mapping[str, Any]
) -> None:
    try:
        async with connection.transaction():
            await notify(connection, company_id, kind, severity, data)
    except asyncpg.PostgresError as error:
        log.warning("nobody was told of %s: %s", kind, type(error).__name__, extra={"action": "notify"})
