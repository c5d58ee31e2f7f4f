"""What holders of live connections are by now, whose quiet hours a number has, and how long the audit log is kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from actors.pruning import prune
from engine.ids import ms_to_time
from engine.quiet_hours import QuietHours
from engine.retention import AUDIT_KEPT_DAYS
from engine.sign_in import IDLE
from storage.api_keys import revoke_api_key
from storage.live_holders import roles_of_holders
from storage.pool import Pool
from storage.sender_sessions import load_sessions
from tests.people_kit import Browser, add_person
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_session

ANA = "ana@loja.test"


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_sessions_and_keys_hold_a_role_while_they_are_in_force(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    other_id, _ = await rig.company("Outra")
    user_id = await add_person(rig.services, ANA, {company_id: "viewer"})
    browser = Browser(rig.stranger)
    await browser.sign_in(ANA)
    session = await pool.fetchval("SELECT id FROM user_sessions")
    key = await pool.fetchval("SELECT id FROM api_keys WHERE company_id = $1", company_id)
    installation = await pool.fetchval("SELECT id FROM api_keys WHERE company_id IS NULL")
    held = [(one.bytes, at.bytes) for one in (session, key, installation) for at in (company_id, other_id)]

    async def roles(later: timedelta = timedelta()) -> dict[tuple[bytes, bytes], str]:
        now = ms_to_time(rig.clock()) + later
        return await roles_of_holders(pool, held, now, now - IDLE)

    keys = {
        (key.bytes, company_id.bytes): "owner",
        (installation.bytes, company_id.bytes): "owner",
        (installation.bytes, other_id.bytes): "owner",
    }
    assert await roles() == {**keys, (session.bytes, company_id.bytes): "viewer"}
    assert await roles(IDLE) == keys
    await owner.call("PATCH", f"/api/v1/users/{user_id}", body={"role": "operator"})
    assert (await roles())[session.bytes, company_id.bytes] == "operator"
    await owner.call("DELETE", f"/api/v1/users/{user_id}")
    assert await roles() == keys
    await revoke_api_key(pool, company_id, key)
    assert (key.bytes, company_id.bytes) not in await roles()


async def test_a_number_without_quiet_hours_has_its_companys(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, ms_to_time(rig.clock()))

    async def quiet() -> QuietHours | None:
        (found,) = await load_sessions(pool, 0, 1, company_id)
        return found.policy.options.quiet_hours

    async def own(options: str) -> None:
        await pool.execute("UPDATE sessions SET options = $2::jsonb WHERE id = $1", session_id, options)

    assert await quiet() is None
    hours = {"from": "21:00", "to": "08:00", "transactional": True}
    assert (await owner.call("PATCH", "/api/v1/company", body={"quiet_hours": hours})).status == 200
    assert await quiet() == QuietHours(21 * 60, 8 * 60, True)
    await own('{"budgets": {"per_hour": 7}}')
    (found,) = await load_sessions(pool, 0, 1, company_id)
    assert (found.policy.options.per_hour, found.policy.options.quiet_hours) == (7, QuietHours(1260, 480, True))
    await own('{"budgets": {"quiet_hours": {"from": "12:00", "to": "13:00"}}}')
    assert await quiet() == QuietHours(720, 780, False)
    await own('{"budgets": {"quiet_hours": null}}')
    assert await quiet() is None
    assert (await owner.get(f"/api/v1/sessions/{session_id}")).json["options"] == {"budgets": {"quiet_hours": None}}


async def test_the_audit_log_is_kept_for_two_years(rig: Rig, pool: Pool, tmp_path: Path) -> None:
    _, owner = await rig.company()
    for name in ("alt", "jung"):
        await owner.post("/api/v1/lists", {"name": name})
        rig.clock.now_ms += 86_400_000
    now = ms_to_time(rig.clock()) + timedelta(days=AUDIT_KEPT_DAYS - 1, hours=-1)
    await prune(pool, tmp_path, now)
    assert [row[0] for row in await pool.fetch("SELECT object_name FROM audit_log")] == ["jung"]
