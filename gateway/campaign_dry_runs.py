"""A campaign's dry run: who would get it and who not, how long it takes, which limits hold it, what it costs.

A small audience is counted while the caller waits, a large one by a job. What was counted is kept as a preview, which
the start may name: it then writes to nobody who came later, and to no more people than were shown.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine.campaign_estimate import Estimate, Load, estimate, first_end, load_of
from engine.campaign_tally import Tally
from engine.ids import time_to_ms
from engine.jobs import job_view
from engine.prices import cost, table_on
from engine.times import rfc3339
from engine.zones import zone_named
from gateway.calls import Call
from gateway.campaign_checks import first_start
from gateway.campaign_prices import price_tables
from gateway.reasons import in_words
from storage.audience import FIRST
from storage.bulk import get_preview, insert_preview, use_preview
from storage.campaign_plans import LoadedPlan, count_page, show_counts
from storage.campaign_spending import portfolio_of, read_spending
from storage.jobs import get_job, insert_job
from storage.searching import Row
from storage.sessions import get_session

START = "start_campaign"
LIVES = timedelta(hours=24)
_WAIT_S = 4.0
_WINDOW = 4_000


async def dry_run(call: Call, campaign: Row, loaded: LoadedPlan) -> tuple[dict[str, Any], bool]:
    """Count a campaign's audience; return the dry run as it is shown, and whether it is complete."""
    now = call.now()
    preview_id = call.services.ids.make_uuid(call.services.clock())
    request = {"campaign_id": str(campaign["id"]), "definition": campaign["definition"]}
    pool, company_id = call.services.pool, call.company_id
    async with pool.acquire() as connection, connection.transaction():
        await insert_preview(connection, preview_id, company_id, START, request, None, now, now + LIVES, call.actor)
    tally = await _count(call, loaded, now)
    async with pool.acquire() as connection, connection.transaction():
        if tally is not None:
            await show_counts(connection, company_id, preview_id, tally)
        else:
            job_id = call.services.ids.make_uuid(call.services.clock())
            params = {**request, "preview_id": str(preview_id), "as_of": rfc3339(now)}
            await insert_job(connection, company_id, "campaign_dry_run", params, job_id, created_by=call.actor)
            await use_preview(connection, company_id, preview_id, job_id)
    row = await get_preview(pool, company_id, preview_id)
    return await shown(call, campaign, loaded, row or {}), tally is not None


async def _count(call: Call, loaded: LoadedPlan, as_of: datetime) -> Tally | None:
    """Count while somebody waits; None where that would take too long."""
    tally, after = Tally(), FIRST
    deadline = asyncio.get_running_loop().time() + _WAIT_S
    while True:
        following = await count_page(call.services.pool, call.company_id, loaded, tally, after, as_of, _WINDOW)
        if following is None:
            return tally
        if asyncio.get_running_loop().time() >= deadline:
            return None
        after = following


async def shown(call: Call, campaign: Row, loaded: LoadedPlan, preview: Row) -> dict[str, Any]:
    """Return a dry run as clients see it; what is not counted yet is null."""
    job = None if preview["job_id"] is None else await get_job(call.services.pool, call.company_id, preview["job_id"])
    result: dict[str, Any] = {
        "preview_id": preview["id"],
        "campaign_id": campaign["id"],
        "as_of": rfc3339(preview["as_of"]),
        "expires_at": rfc3339(preview["expires_at"]),
        "job": None if job is None else job_view(job, call.now()),
        "counts": None,
    }
    if preview["counts"] is None:
        return result
    tally = Tally(preview["counts"])
    start_at = first_start(loaded, call.now()) or call.now()
    expected = await _estimate(call, loaded, tally, start_at)
    return {
        **result,
        "counts": {"would": tally.would, "skip": tally.skip},
        "people": tally.people,
        "skip": [{"reason": code, "reason_text": in_words(code), "value": n} for code, n in sorted(tally.skip.items())],
        "by_session": [
            {"session_id": session, "people": people, "seconds": expected.by_session.get(session)}
            for session, people in sorted(tally.by_session.items())
        ],
        "by_variant": [
            {"variant": int(variant), "people": n, "approved": loaded.composer.texts_of(int(variant))}
            for variant, n in sorted(tally.by_variant.items())
        ],
        "starts_at": rfc3339(start_at),
        "duration_s": expected.seconds,
        "ends_at": first_end(expected.seconds, time_to_ms(start_at)),
        "limits": [
            {
                "session_id": hold.session_id,
                "limit": hold.limit,
                "limit_text": in_words(hold.limit),
                "seconds": hold.seconds,
            }
            for hold in expected.holds
        ],
        "cost": _cost(call, tally, start_at),
        "samples": [{**sample, "reason_text": in_words(sample["reason"])} for sample in tally.samples],
    }


async def _estimate(call: Call, loaded: LoadedPlan, tally: Tally, start_at: datetime) -> Estimate:
    loads = await read_loads(call, loaded, tally.by_session)
    return estimate(loads, time_to_ms(start_at), loaded.plan.quiet_hours, zone_named(loaded.zone_name))


async def read_loads(call: Call, loaded: LoadedPlan, people: Mapping[str, int]) -> list[Load]:
    """Return those of a plan's numbers that have people (by session's id) to write to, with what they have spent."""
    pool, company_id = call.services.pool, call.company_id
    found = [await get_session(pool, company_id, session["id"]) for session in loaded.sessions]
    rows = [row for row in found if row is not None and people.get(str(row["id"]))]
    spent = await read_spending(pool, company_id, rows, call.now())
    sharing = Counter(map(portfolio_of, rows))
    return [
        replace(
            load_of(
                row,
                people[str(row["id"])],
                created_ms=time_to_ms(row["created_at"]),
                spent_day=spent[row["id"]].messages,
                spent_people=spent[row["id"]].people,
            ),
            shared_by=sharing[portfolio_of(row)],
        )
        for row in rows
    ]


def _cost(call: Call, tally: Tally, start_at: datetime) -> dict[str, Any] | None:
    table = table_on(price_tables(call.services.settings.data_dir), start_at.date())
    if table is None:
        return None
    expected = cost(table, tally.prices())
    note: Mapping[str, str] = {"pt": table.note_pt, "en": table.note_en}
    return {
        "amount": f"{expected.amount:.2f}",
        "currency": table.currency,
        "unpriced": expected.unpriced,
        "valid_from": table.valid_from.isoformat(),
        "source": table.source,
        "note": note,
    }


def preview_of(row: Row | None, campaign_id: UUID) -> Row | None:
    """Return a preview if it is a dry run of this campaign."""
    if row is None or row["action"] != START or row["request"].get("campaign_id") != str(campaign_id):
        return None
    return row
