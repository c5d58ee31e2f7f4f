"""The API says why a template's messages wait, and what Meta says of a number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.ids import ms_to_time
from engine.meta_account import read_account_update
from engine.stops import Stop
from storage.account_updates import take_account_updates
from storage.pool import Pool
from storage.stops import stop_template
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_session


@pytest.fixture
async def rest(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_a_stopped_template_says_why_until_it_is_changed(rest: Rig, pool: Pool) -> None:
    company_id, owner = await rest.company()
    made = await owner.post("/api/v1/templates", {"name": "pix", "kind": "meta", "body": "Olá"})
    path, at = f"/api/v1/templates/{made.json['id']}", datetime.now(UTC).replace(microsecond=0)
    assert (made.status, made.json["stopped"]) == (201, None)

    async def stopped(wait_s: float | None) -> None:
        async with pool.acquire() as connection:
            stop = Stop("template", "whatsapp_132015", wait_s, alert=False)
            assert await stop_template(connection, company_id, "pix", "pt_BR", stop, at)

    await stopped(3600.0)
    for told in ((await owner.get(path)).json, (await owner.get("/api/v1/templates")).json["data"][0]):
        assert told["stopped"]["reason"] == "whatsapp_132015" and told["stopped"]["text"]["pt"]
        assert told["stopped"]["until"] == (at + timedelta(hours=1)).isoformat().replace("+00:00", ".000Z")
    await stopped(None)
    assert (await owner.get(path)).json["stopped"]["until"] is None
    changed = await owner.call("PATCH", path, body={"body": "Olá!"})
    assert (changed.status, changed.json["stopped"]) == (200, None)
    assert (await owner.get(path)).json["stopped"] is None


async def test_a_number_shows_its_quality_and_what_meta_says_of_it(rest: Rig, pool: Pool) -> None:
    company_id, owner = await rest.company()
    session_id = await add_session(pool, company_id, ms_to_time(NOW_MS))
    path = f"/api/v1/sessions/{session_id}"
    told = (await owner.get(path)).json
    assert (told["quality"], told["notice"]) == (None, None)
    await pool.execute("UPDATE sessions SET waba_id = '9', phone = '+5511987654321' WHERE id = $1", session_id)
    value = {"event": "FLAGGED", "display_phone_number": "5511987654321"}
    update = read_account_update("9", "phone_number_quality_update", value, NOW_MS)
    async with pool.acquire() as connection, connection.transaction():
        await take_account_updates(connection, [(company_id, update)], ms_to_time(NOW_MS))
    told = (await owner.get(path)).json
    assert (told["quality"], told["notice"]["code"], told["notice"]["detail"]) == ("RED", "number_flagged", None)
    assert told["notice"]["text"]["pt"] and told["notice"]["at"]
    assert (await owner.get("/api/v1/sessions")).json["data"][0]["notice"] == told["notice"]
