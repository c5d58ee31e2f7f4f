"""How numbers stand, over the REST application on real Postgres."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from engine.ids import ms_to_time
from engine.sending_policy import BudgetOptions
from engine.session_caps import SessionCaps
from storage.bulk import insert_preview
from storage.pool import Pool
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_session

NOW = ms_to_time(NOW_MS)
MINUTE = NOW.replace(second=0, microsecond=0)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _count(pool: Pool, company: UUID, session: UUID, minute: object) -> None:
    await pool.execute(
        "INSERT INTO metric_minutes (company_id, minute, kind, key, session_id, value)"
        " VALUES ($1, $2, 'count', 'accepted', $3, 1)",
        company,
        minute,
        session,
    )


async def test_caps_portfolio_and_last_answer_are_shown_with_each_number(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    session = await add_session(pool, company, NOW - timedelta(days=30))
    options = '{"budgets": {"per_day": 9}}'
    await pool.execute(
        "UPDATE sessions SET options = $2, waba_id = '77', tier = 'TIER_250' WHERE id = $1", session, options
    )
    spent = SessionCaps(BudgetOptions(per_day=9), 0)
    spent.load(None)
    spent.take(None, NOW_MS - 120_000)
    await pool.execute(
        "INSERT INTO session_spending (session_id, fence, spent) VALUES ($1, 1, $2::jsonb)",
        session,
        json.dumps(spent.to_json()),
    )
    await pool.execute("INSERT INTO portfolios (company_id, portfolio, used) VALUES ($1, '77', 3)", company)
    for phone, over in (("+5511900000001", -1), ("+5511900000002", 1), ("+5511900000003", 1)):
        await pool.execute(
            "INSERT INTO portfolio_users (company_id, portfolio, phone, counts_until) VALUES ($1, '77', $2, $3)",
            company,
            phone,
            NOW + timedelta(hours=over),
        )
    await _count(pool, company, session, MINUTE - timedelta(minutes=5))
    stranger, _ = await rig.company("Outra")
    await _count(pool, stranger, session, MINUTE)
    (shown,) = (await owner.get("/api/v1/sessions")).json["data"]
    usage = shown["usage"]
    assert (usage["day"], usage["hour"], usage["warm_up"], usage["link"]) == ({"used": 1, "most": 9}, None, None, None)
    assert usage["portfolio"] == {"used": 2, "most": 250}
    assert usage["last_accepted_at"] == "2026-09-21T14:11:20.000Z"
    assert (await owner.get(f"/api/v1/sessions/{session}")).json["usage"] == usage


async def test_a_linked_device_is_shown_as_its_process_last_wrote_it(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    made = await owner.post("/api/v1/sessions", {"name": "Vendas", "transport": "web"})
    session = UUID(made.json["id"])
    path = f"/api/v1/sessions/{session}"
    fresh = (await owner.get(path)).json["usage"]
    assert (fresh["link"]["state"], fresh["link"]["at"], fresh["warm_up"]) == ("new", None, {"day": 1, "of": 7})
    assert fresh["portfolio"] is None
    await pool.execute(
        "INSERT INTO web_sessions VALUES ($1, 1, $2, '{}', now())",
        session,
        json.dumps({"state": "banned", "reason": "r", "meaning": {"pt": "a", "en": "b"}, "until_ms": NOW_MS}),
    )
    link = (await owner.get(path)).json["usage"]["link"]
    assert (link["state"], link["reason_text"]) == ("banned", {"pt": "a", "en": "b"})
    assert link["until"] == "2026-09-21T14:13:20.000Z"


async def test_a_bulk_preview_says_its_reasons_in_words(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    preview = rig.services.ids.make_uuid(rig.clock())
    counts = {"would": 2, "skip": {"resolved_already": 1}}
    async with pool.acquire() as connection:
        await insert_preview(
            connection, preview, company, "dead_letter_retry", {}, counts, NOW, NOW + timedelta(hours=1), "test"
        )
    told = (await owner.get(f"/api/v1/bulk-previews/{preview}")).json
    assert told["counts"] == counts
    assert told["skip_text"]["resolved_already"]["pt"] == "Já foi resolvida."
