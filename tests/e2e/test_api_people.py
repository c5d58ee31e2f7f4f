"""A company's people: invited, given roles, taken out; what an inviter learns, and what is in force at once."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

import gateway.routes.invitations
from engine.credentials import verify_password
from engine.sign_in import BY_ADDRESS, LINK_LIVES
from masteria.users import remove_user, set_role
from storage.pool import Pool
from tests.asgi import Client
from tests.people_kit import PASSWORD, Browser, add_person
from tests.rest_rig import Rig, make_rig

ANA, BIA = "ana@loja.test", "bia@loja.test"


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _invite(owner: Client, email: str = BIA, role: str = "operator") -> str:
    made = await owner.post("/api/v1/invitations", {"email": email, "role": role})
    assert made.status == 201, made.body
    link: str = made.json["link"]
    assert link.startswith("https://masteria.example/invitation#")
    return link.partition("#")[2]


async def _accept(browser: Browser, token: str, **more: Any) -> Any:
    return await browser.call("POST", "/api/v1/auth/invitation/accept", {"token": token, **more})


async def test_an_invited_person_makes_an_account_and_is_signed_in(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company("Loja")
    token = await _invite(owner, "Bia@Loja.test ")
    assert token not in await pool.fetchval("SELECT string_agg(l::text, '') FROM user_links l")
    browser = Browser(rig.stranger)
    seen = await browser.call("POST", "/api/v1/auth/invitation", {"token": token})
    assert seen.json["company"] == {"id": str(company_id), "name": "Loja"}
    assert (seen.json["email"], seen.json["role"]) == ("Bia@Loja.test", "operator")
    assert (await _accept(browser, token)).json["errors"] == [{"field": "password", "reason": "is needed"}]
    accepted = await _accept(browser, token, password=PASSWORD, name="Bia")
    assert accepted.status == 200, accepted.body
    browser.csrf = accepted.json["csrf_token"]
    assert [(c["id"], c["role"]) for c in accepted.json["companies"]] == [(str(company_id), "operator")]
    assert (await browser.call("GET", "/api/v1/me")).json["user"]["name"] == "Bia"
    again = await _accept(Browser(rig.stranger), token, password=PASSWORD)
    assert [error["field"] for error in again.json["errors"]] == ["token"]
    assert (await owner.get("/api/v1/invitations")).json["data"] == []
    (entry,) = (await owner.get("/api/v1/audit?operation=acceptInvitation")).json["data"]
    assert (entry["actor"]["name"], entry["changes"][0]["after"]) == ("Bia@Loja.test", "operator")


async def test_who_has_an_account_needs_its_own_password_and_the_inviter_is_told_nothing(rig: Rig, pool: Pool) -> None:
    home, _ = await rig.company("Dela")
    mine, owner = await rig.company("Minha")
    await add_person(rig.services, BIA, {home: "owner"})
    known = await owner.post("/api/v1/invitations", {"email": BIA, "role": "viewer"})
    unknown = await owner.post("/api/v1/invitations", {"email": "nova@loja.test", "role": "viewer"})
    assert (known.status, known.json.keys()) == (unknown.status, unknown.json.keys())
    token = known.json["link"].partition("#")[2]
    looks = [
        (await Browser(rig.stranger).call("POST", "/api/v1/auth/invitation", {"token": one})).json.keys()
        for one in (token, unknown.json["link"].partition("#")[2])
    ]
    assert looks[0] == looks[1]
    assert (await _accept(Browser(rig.stranger), token, password="senha do convidante")).status == 401
    accepted = await _accept(Browser(rig.stranger), token, password=PASSWORD, name="Outro Nome")
    assert {c["id"]: c["role"] for c in accepted.json["companies"]} == {str(home): "owner", str(mine): "viewer"}
    assert accepted.json["user"]["name"] == "Pessoa"
    stored = await pool.fetchval("SELECT password_hash FROM users WHERE email = $1", BIA)
    assert verify_password(stored, PASSWORD)


async def test_who_is_signed_in_needs_no_password_but_the_sessions_token(rig: Rig) -> None:
    home, _ = await rig.company("Dela")
    _, owner = await rig.company("Minha")
    await add_person(rig.services, BIA, {home: "owner"})
    await add_person(rig.services, ANA, {home: "viewer"})
    token = await _invite(owner)
    other, browser = Browser(rig.stranger), Browser(rig.stranger)
    await other.sign_in(ANA)
    await browser.sign_in(BIA)
    assert (await _accept(other, token)).status == 422
    csrf, browser.csrf = browser.csrf, ""
    assert (await _accept(browser, token)).status == 422
    browser.csrf = csrf
    cookie = browser.cookie
    assert (await _accept(browser, token)).status == 200
    assert browser.cookie != cookie


async def test_links_are_used_over_withdrawn_or_replaced(rig: Rig) -> None:
    _, owner = await rig.company()
    first = await _invite(owner)
    second = await _invite(owner, role="viewer")
    browser = Browser(rig.stranger)
    assert (await browser.call("POST", "/api/v1/auth/invitation", {"token": first})).status == 422
    assert (await browser.call("POST", "/api/v1/auth/invitation", {"token": second})).json["role"] == "viewer"
    (listed,) = (await owner.get("/api/v1/invitations")).json["data"]
    assert "link" not in listed
    assert (await owner.call("DELETE", f"/api/v1/invitations/{listed['id']}")).status == 204
    assert (await _accept(browser, second, password=PASSWORD)).status == 422
    third = await _invite(owner)
    rig.clock.now_ms += int(LINK_LIVES.total_seconds() * 1000)
    assert (await _accept(browser, third, password=PASSWORD)).status == 422


async def test_links_cannot_be_guessed_at_leisure(rig: Rig) -> None:
    browser = Browser(rig.stranger, peer="203.0.113.9")
    for path in ("invitation", "reset-password"):
        body = {"token": "x" * 43, **({"password": PASSWORD} if path == "reset-password" else {})}
        rig.clock.now_ms += BY_ADDRESS.window_ms
        seen = [(await browser.call("POST", f"/api/v1/auth/{path}", body)).status for _ in range(BY_ADDRESS.most + 1)]
        assert seen == [422] * BY_ADDRESS.most + [429]


@pytest.mark.parametrize("email", ["sem-arroba", "a@b", "a b@loja.test", "@loja.test", "a@loja.test\nbcc: x@y.zz"])
async def test_what_cannot_be_an_address_is_refused(rig: Rig, email: str) -> None:
    _, owner = await rig.company()
    refused = await owner.post("/api/v1/invitations", {"email": email, "role": "viewer"})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "email")


async def test_a_crash_while_accepting_leaves_nothing_and_the_link_good(
    rig: Rig, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step of the transaction takes its connection down, as a gateway's death would."""
    _, owner = await rig.company()
    token = await _invite(owner)

    async def die(call: Any, connection: Any, *_: Any) -> None:
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patched:
        patched.setattr(gateway.routes.invitations, "write_own", die)
        assert (await _accept(Browser(rig.stranger), token, password=PASSWORD)).status == 503
    tables = ("users", "memberships", "user_sessions")
    counts = f"SELECT ARRAY[{', '.join(f'(SELECT count(*) FROM {table})' for table in tables)}]"
    assert await pool.fetchval(counts) == [0, 0, 0]
    assert (await _accept(Browser(rig.stranger), token, password=PASSWORD)).status == 200
    assert await pool.fetchval(counts) == [1, 1, 1]


async def test_two_who_accept_one_link_at_once_are_one(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    token = await _invite(owner)
    answers = await asyncio.gather(*(_accept(Browser(rig.stranger), token, password=PASSWORD) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 422, 422, 422]
    assert await pool.fetchval("SELECT count(*) FROM users") == 1


async def test_another_role_is_in_force_at_the_next_request(rig: Rig) -> None:
    company_id, owner = await rig.company()
    user_id = await add_person(rig.services, BIA, {company_id: "owner"})
    await add_person(rig.services, ANA, {company_id: "owner"})
    browser = Browser(rig.stranger)
    await browser.sign_in(BIA)
    assert (await browser.call("GET", "/api/v1/users")).status == 200
    changed = await owner.call("PATCH", f"/api/v1/users/{user_id}", body={"role": "viewer"})
    assert changed.json["role"] == "viewer"
    assert (await browser.call("GET", "/api/v1/users")).status == 403
    assert ("members", company_id) in rig.actors.announced
    assert (await owner.call("DELETE", f"/api/v1/users/{user_id}")).status == 204
    assert (await browser.call("GET", "/api/v1/templates")).status == 422
    removed, updated, _ = (await owner.get(f"/api/v1/audit?object_id={user_id}")).json["data"]
    assert [(c["field"], c["before"], c["after"]) for c in updated["changes"]] == [("role", "owner", "viewer")]
    assert removed["operation"] == "removeUser"


async def test_the_last_owner_stays(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    other_id, _ = await rig.company("Outra")
    user_id = await add_person(rig.services, ANA, {company_id: "owner", other_id: "owner"})
    path = f"/api/v1/users/{user_id}"
    for answer in (await owner.call("PATCH", path, body={"role": "viewer"}), await owner.call("DELETE", path)):
        assert (answer.status, answer.json["type"]) == (409, "urn:masteria:problem:last-owner")
    assert (await owner.call("PATCH", path, body={"role": "owner"})).status == 200
    second = await add_person(rig.services, BIA, {company_id: "owner"})
    both = await asyncio.gather(*(owner.call("DELETE", f"/api/v1/users/{one}") for one in (user_id, second)))
    assert sorted(answer.status for answer in both) == [204, 409]
    assert await pool.fetchval("SELECT count(*) FROM memberships WHERE company_id = $1", company_id) == 1


async def test_a_member_cannot_be_invited_and_an_invitation_lowers_nobody(rig: Rig) -> None:
    company_id, owner = await rig.company()
    token = await _invite(owner, role="viewer")
    await add_person(rig.services, BIA, {company_id: "owner"})
    assert (await owner.post("/api/v1/invitations", {"email": "BIA@loja.test", "role": "viewer"})).status == 409
    accepted = await _accept(Browser(rig.stranger), token, password=PASSWORD)
    assert [c["role"] for c in accepted.json["companies"]] == ["owner"]


async def test_people_are_listed_in_pages_without_their_secrets(rig: Rig) -> None:
    company_id, owner = await rig.company()
    for number in range(5):
        await add_person(rig.services, f"p{number}@loja.test", {company_id: "viewer"})
    first = (await owner.get("/api/v1/users?limit=3")).json
    second = (await owner.get(f"/api/v1/users?limit=3&cursor={first['next_cursor']}")).json
    assert len({one["email"] for one in (*first["data"], *second["data"])}) == 5
    assert (first["count"], second["next_cursor"]) == (5, None)
    assert first["data"][0].keys() == {"id", "email", "name", "role", "totp", "last_seen_at", "created_at", "you"}


async def test_a_companys_settings_are_changed_by_owners_alone(rig: Rig) -> None:
    company_id, owner = await rig.company()
    quiet = {"from": "21:00", "to": "08:00", "transactional": False}
    changed = await owner.call("PATCH", "/api/v1/company", body={"time_zone": "America/Manaus", "quiet_hours": quiet})
    assert (changed.json["time_zone"], changed.json["quiet_hours"]) == ("America/Manaus", quiet)
    assert ("sessions", company_id) in rig.actors.announced
    kept = await owner.call("PATCH", "/api/v1/company", body={"name": "Novo nome"})
    assert (kept.json["name"], kept.json["quiet_hours"]) == ("Novo nome", quiet)
    assert (await owner.call("PATCH", "/api/v1/company", body={"quiet_hours": None})).json["quiet_hours"] is None
    bad = (
        {"time_zone": "Marte"},
        {"quiet_hours": {"from": "25:00", "to": "08:00"}},
        {"quiet_hours": {**quiet, "to": "21:00"}},
    )
    for body in bad:
        assert (await owner.call("PATCH", "/api/v1/company", body=body)).status == 422, body
    operator = await rig.client(company_id, "operator")
    assert (await operator.call("PATCH", "/api/v1/company", body={"name": "x"})).status == 403
    assert (await operator.get("/api/v1/company")).json["name"] == "Novo nome"
    entries = (await owner.get("/api/v1/audit?object_kind=company")).json["data"]
    assert {c["field"] for c in entries[-1]["changes"]} == {
        *("time_zone", "quiet_hours.from", "quiet_hours.to", "quiet_hours.transactional"),
    }


async def test_the_command_line_changes_roles_and_is_told_in_the_log(
    rig: Rig, pool: Pool, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company_id, owner = await rig.company()
    user_id = await add_person(rig.services, ANA, {company_id: "owner"})
    await add_person(rig.services, BIA, {company_id: "owner"})
    monkeypatch.setenv("MASTERIA_DATABASE_URL", database_url)
    given = Namespace(data_dir=tmp_path, company=str(company_id), email=ANA, role="viewer", json=True)
    await asyncio.to_thread(set_role, given)
    await asyncio.to_thread(remove_user, given)
    told = (await owner.get(f"/api/v1/audit?object_id={user_id}")).json["data"]
    assert [(one["operation"], one["actor"]["kind"]) for one in told] == [
        ("removeUser", "command_line"),
        ("updateUser", "command_line"),
    ]
    with pytest.raises(Exception, match="owner"):
        await asyncio.to_thread(set_role, Namespace(**{**vars(given), "email": BIA}))
