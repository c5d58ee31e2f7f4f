"""What Meta tells of accounts takes effect: templates, limits, restrictions. Called by shards in their transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from engine.ids import ms_to_time, time_to_ms
from engine.meta_account import AccountUpdate, LimitsTold, NoticeTold, SendingTold, TemplateTold
from storage.pool import Connection
from storage.queries import query
from storage.stop_notices import tell_notice, tell_paused

Heard = tuple[UUID, AccountUpdate]


async def take_account_updates(connection: Connection, heard: Sequence[Heard], now: datetime) -> set[UUID]:
    """Keep account updates and do what they demand, inside the caller's transaction; Meta's repetitions do nothing.

    Args:
        connection: in a transaction.
        heard: company and update, in any order.
        now: becomes ``created_at`` and ``updated_at``.

    Returns:
        The companies whose templates or sessions were changed: whoever holds them in memory must read them again.
    """
    fresh = await _keep(connection, heard, now)
    fresh.sort(key=lambda one: one[1].told_ms)
    templates: dict[tuple[UUID, str, str], tuple[TemplateTold, int]] = {}
    limits: list[tuple[UUID, str, LimitsTold, int]] = []
    changed: set[UUID] = set()
    for company_id, update in fresh:
        for effect in update.effects:
            if isinstance(effect, TemplateTold):
                _gather(templates, company_id, effect, update.told_ms)
            elif isinstance(effect, NoticeTold):
                await _notice(connection, company_id, update, effect, now)
            elif isinstance(effect, LimitsTold):
                limits.append((company_id, update.waba_id, effect, update.told_ms))
            else:
                changed |= await _sending(connection, company_id, update.waba_id, effect, now)
    changed |= await _templates(connection, templates, now)
    # Several words about one number: an UPDATE takes only one of them, so each goes by itself, oldest first.
    for company_id, waba_id, told, told_ms in limits:
        changed |= await _limits(connection, company_id, waba_id, told, ms_to_time(told_ms), now)
    return changed


async def hear_templates(
    connection: Connection, company_id: UUID, told: Sequence[TemplateTold], at: datetime, now: datetime
) -> bool:
    """Take in what Graph's list says of a company's templates, as of ``at``; tell whether one is stored here."""
    gathered: dict[tuple[UUID, str, str], tuple[TemplateTold, int]] = {}
    for one in told:
        _gather(gathered, company_id, one, time_to_ms(at))
    return bool(await _templates(connection, gathered, now))


async def _keep(connection: Connection, heard: Sequence[Heard], now: datetime) -> list[Heard]:
    """Store the updates; return those that were not known."""
    by_key: dict[tuple[UUID, UUID], Heard] = {}
    values: dict[tuple[UUID, UUID], str] = {}
    for company_id, update in heard:
        value = orjson.dumps(_storable(update.value)).decode()
        spelled = f"{update.waba_id}\0{update.field}\0{update.told_ms}\0{value}"
        key = UUID(bytes=blake2b(spelled.encode(), digest_size=16, person=b"account").digest())
        by_key.setdefault((company_id, key), (company_id, update))
        values[company_id, key] = value
    if not by_key:
        return []
    ordered = sorted(by_key)
    rows = await connection.fetch(
        query("account_updates/keep_updates"),
        [key for _, key in ordered],
        [company_id for company_id, _ in ordered],
        [by_key[place][1].waba_id for place in ordered],
        [by_key[place][1].field for place in ordered],
        [values[place] for place in ordered],
        [ms_to_time(by_key[place][1].told_ms) for place in ordered],
        now,
    )
    return [by_key[UUID(bytes=row[0].bytes), UUID(bytes=row[1].bytes)] for row in rows]


def _gather(
    templates: dict[tuple[UUID, str, str], tuple[TemplateTold, int]], company_id: UUID, told: TemplateTold, told_ms: int
) -> None:
    """Lay several words about one template over one another; they come oldest first."""
    key = (company_id, told.name, told.language)
    if key in templates:
        before = templates[key][0]
        status = told if told.meta_status is not None else before
        told = replace(
            told,
            meta_id=told.meta_id or before.meta_id,
            meta_status=status.meta_status,
            status=status.status or before.status,
            reason=status.reason,
            quality=told.quality or before.quality,
            category=told.category or before.category,
        )
    templates[key] = (told, told_ms)


async def _templates(
    connection: Connection, templates: dict[tuple[UUID, str, str], tuple[TemplateTold, int]], now: datetime
) -> set[UUID]:
    if not templates:
        return set()
    ordered = sorted(templates)
    told = [templates[key][0] for key in ordered]
    rows = await connection.fetch(
        query("account_updates/hear_templates"),
        [company_id for company_id, _, _ in ordered],
        [name for _, name, _ in ordered],
        [language for _, _, language in ordered],
        [one.meta_id for one in told],
        [one.meta_status for one in told],
        [one.status for one in told],
        [one.reason for one in told],
        [one.quality for one in told],
        [one.category for one in told],
        now,
        [ms_to_time(templates[key][1]) for key in ordered],
    )
    return {UUID(bytes=row[0].bytes) for row in rows}


async def _limits(
    connection: Connection, company_id: UUID, waba_id: str, told: LimitsTold, at: datetime, now: datetime
) -> set[UUID]:
    rows = await connection.fetch(
        query("account_updates/hear_limits"),
        [company_id],
        [waba_id],
        [told.phone],
        [told.tier],
        [told.throughput],
        [told.quality],
        [at],
        now,
    )
    return {company_id} if rows else set()


async def _notice(
    connection: Connection, company_id: UUID, update: AccountUpdate, told: NoticeTold, now: datetime
) -> None:
    """Show what a person should know with the numbers that it concerns; senders need not be told."""
    notice = told.notice
    rows = await connection.fetch(
        query("account_updates/hear_notice"),
        company_id,
        update.waba_id,
        told.phone,
        notice.code,
        list(notice.clears),
        notice.detail,
        told.quality,
        ms_to_time(update.told_ms),
        now,
    )
    await tell_notice(connection, company_id, [(row["id"], row["name"]) for row in rows], notice)


async def _sending(
    connection: Connection, company_id: UUID, waba_id: str, told: SendingTold, now: datetime
) -> set[UUID]:
    if told.action == "resume":
        rows = await connection.fetch(query("account_updates/reinstate_account"), company_id, waba_id, now)
    else:
        until = None if told.until_ms is None else ms_to_time(told.until_ms)
        state = "stopped" if told.action == "stop" else "paused"
        rows = await connection.fetch(
            query("account_updates/restrict_account"), company_id, waba_id, state, told.reason, until, now
        )
        await tell_paused(connection, company_id, [(row["id"], row["name"]) for row in rows], told.reason, until)
    return {company_id} if rows else set()


def _storable(value: Any) -> Any:
    """Postgres keeps no NUL in JSON."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {key.replace("\0", ""): _storable(inner) for key, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value
