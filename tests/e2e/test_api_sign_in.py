"""People sign in by cookie: what they get, what protects it, what ends it, and what tells nothing to strangers."""

from __future__ import annotations

import asyncio
import json
import time
from argparse import Namespace
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from engine.credentials import hash_token
from engine.ids import ms_to_time
from engine.sign_in import ABSOLUTE, BY_ACCOUNT, BY_ADDRESS, IDLE, RESET_LIVES, make_secret_token
from engine.totp import STEP_S, totp_code
from masteria.credentials_file import Credentials
from masteria.embedded import RunningServer
from masteria.users import reset_password
from storage.pool import Pool
from storage.throttle import Throttle
from storage.user_links import put_reset_link
from tests.people_kit import PASSWORD, Browser, add_person
from tests.rest_rig import Rig, make_rig

EMAIL = "ana@loja.test"


@pytest.fixture
async def rig(pool: Pool, valkey: RunningServer) -> AsyncIterator[Rig]:
    """Each test counts its attempts under a name of its own."""
    made = await make_rig(pool, redis_url=valkey.url, instance=uuid4().hex)
    yield made
    await made.services.sign_in.close()


async def _signed_in(rig: Rig, role: str = "owner") -> Browser:
    company_id, _ = await rig.company()
    await add_person(rig.services, EMAIL, {company_id: role})
    browser = Browser(rig.stranger)
    assert (await browser.sign_in(EMAIL)).status == 200
    return browser


async def test_sign_in_gives_a_cookie_that_no_script_reads_and_names_who_it_is(rig: Rig) -> None:
    company_id, _ = await rig.company("Loja")
    user_id = await add_person(rig.services, EMAIL, {company_id: "operator"})
    browser = Browser(rig.stranger)
    answer = await browser.sign_in("ANA@loja.test")
    assert answer.json["user"]["id"] == str(user_id)
    assert [(c["id"], c["role"]) for c in answer.json["companies"]] == [(str(company_id), "operator")]
    written = answer.headers["set-cookie"]
    assert written.startswith("__Host-masteria=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(written.split("; "))
    me = (await browser.call("GET", "/api/v1/me")).json
    assert (me["user"]["email"], me["role"], me["company"]["id"]) == (EMAIL, "operator", str(company_id))
    assert me["csrf_token"] == answer.json["csrf_token"]
    assert me["key"] is None


async def test_only_hashes_are_stored(rig: Rig, pool: Pool) -> None:
    browser = await _signed_in(rig)
    token = browser.cookie.partition("=")[2]
    assert token
    stored = await pool.fetchval("SELECT string_agg(s::text, '') FROM user_sessions s")
    assert token not in stored
    assert browser.csrf not in stored


async def test_without_https_the_cookie_is_named_by_the_port_and_not_secure(pool: Pool) -> None:
    rig = await make_rig(pool, public_url="http://127.0.0.1:9000", port=9000)
    company_id, _ = await rig.company()
    await add_person(rig.services, EMAIL, {company_id: "owner"})
    answer = await Browser(rig.stranger, host="127.0.0.1:9000").sign_in(EMAIL)
    assert answer.headers["set-cookie"].startswith("masteria_9000=")
    assert "Secure" not in answer.headers["set-cookie"]


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(rig: Rig) -> None:
    company_id, _ = await rig.company()
    await add_person(rig.services, EMAIL, {company_id: "owner"})
    refused = [await Browser(rig.stranger).sign_in(who, "errada errada") for who in (EMAIL, "ninguem@loja.test")]
    bodies = [{name: value for name, value in one.json.items() if name != "request_id"} for one in refused]
    assert [one.status for one in refused] == [401, 401]
    assert bodies[0] == bodies[1]
    assert [one.headers.get("set-cookie") for one in refused] == [None, None]


async def test_ten_wrong_passwords_lock_an_account_whether_it_exists_or_not(rig: Rig) -> None:
    company_id, _ = await rig.company()
    await add_person(rig.services, EMAIL, {company_id: "owner"})
    for who in (EMAIL, "ninguem@loja.test"):
        browser = Browser(rig.stranger)
        seen = [(await browser.sign_in(who, "errada errada")).status for _ in range(BY_ACCOUNT.most)]
        assert seen == [401] * BY_ACCOUNT.most
        locked = await browser.sign_in(who)
        assert locked.status == 429
        assert 0 < int(locked.headers["retry-after"]) <= BY_ACCOUNT.window_ms // 1000


async def test_one_address_may_not_try_many_accounts(rig: Rig) -> None:
    desk = rig.services.sign_in
    for number in range(BY_ADDRESS.most):
        await desk.count(f"{number}@loja.test", "203.0.113.9")
    company_id, _ = await rig.company()
    await add_person(rig.services, EMAIL, {company_id: "owner"})
    assert (await Browser(rig.stranger, peer="203.0.113.9").sign_in(EMAIL)).status == 429
    assert (await Browser(rig.stranger, peer="203.0.113.10").sign_in(EMAIL)).status == 200


async def test_signing_in_takes_the_attempts_back(rig: Rig) -> None:
    company_id, _ = await rig.company()
    await add_person(rig.services, EMAIL, {company_id: "owner"})
    browser = Browser(rig.stranger)
    for _ in range(3):
        for _ in range(BY_ACCOUNT.most - 1):
            assert (await browser.sign_in(EMAIL, "errada errada")).status == 401
        assert (await browser.sign_in(EMAIL)).status == 200


async def test_while_redis_is_away_attempts_are_counted_here(pool: Pool) -> None:
    rig = await make_rig(pool, redis_url="redis://127.0.0.1:1")
    browser = Browser(rig.stranger)
    for _ in range(BY_ACCOUNT.most):
        assert (await browser.sign_in(EMAIL, "errada errada")).status == 401
    assert (await browser.sign_in(EMAIL, "errada errada")).status == 429
    rig.clock.now_ms += BY_ACCOUNT.window_ms
    assert (await browser.sign_in(EMAIL, "errada errada")).status == 401


@pytest.mark.parametrize("token", ["", "another"])
async def test_a_change_by_cookie_needs_the_sessions_token(rig: Rig, token: str) -> None:
    browser = await _signed_in(rig)
    csrf, browser.csrf = browser.csrf, token
    refused = await browser.call("POST", "/api/v1/templates", {"name": "t", "body": "Olá"})
    assert (refused.status, "X-CSRF-Token" in refused.json["detail"]) == (403, True)
    browser.csrf = csrf
    assert (await browser.call("POST", "/api/v1/templates", {"name": "t", "body": "Olá"})).status == 201


async def test_another_sites_page_changes_nothing_even_with_the_token(rig: Rig) -> None:
    browser = await _signed_in(rig)
    for headers in ({"origin": "https://evil.example"}, {"origin": "", "sec_fetch_site": "cross-site"}):
        assert (await browser.call("PATCH", "/api/v1/me", {"theme": "dark"}, **headers)).status == 403
    assert (await browser.call("PATCH", "/api/v1/me", {"theme": "dark"}, origin="")).json["theme"] == "dark"
    signing = {"email": EMAIL, "password": PASSWORD}
    foreign = await browser.call("POST", "/api/v1/auth/sign-in", signing, origin="https://evil.example")
    assert foreign.status == 403


async def test_signing_out_ends_every_tab_of_the_browser(rig: Rig) -> None:
    browser = await _signed_in(rig)
    tab = Browser(rig.stranger, cookie=browser.cookie, csrf=browser.csrf)
    out = await browser.call("POST", "/api/v1/auth/sign-out")
    assert (out.status, browser.cookie) == (204, "")
    assert (await tab.call("GET", "/api/v1/me")).status == 401


async def test_a_new_sign_in_ends_the_session_the_browser_had(rig: Rig) -> None:
    browser = await _signed_in(rig)
    before = Browser(rig.stranger, cookie=browser.cookie)
    await browser.sign_in(EMAIL)
    assert before.cookie != browser.cookie
    assert (await before.call("GET", "/api/v1/me")).status == 401


async def test_a_session_ends_without_use_and_after_two_weeks_with_it(rig: Rig) -> None:
    browser = await _signed_in(rig)
    step_ms = int(IDLE.total_seconds() * 1000) // 2
    for _ in range(int(ABSOLUTE / IDLE) * 2 - 1):
        rig.clock.now_ms += step_ms
        assert (await browser.call("GET", "/api/v1/me")).status == 200
        await rig.services.auth.flush()
    rig.clock.now_ms += step_ms
    assert (await browser.call("GET", "/api/v1/me")).status == 401
    again = Browser(rig.stranger)
    await again.sign_in(EMAIL)
    rig.clock.now_ms += int(IDLE.total_seconds() * 1000)
    assert (await again.call("GET", "/api/v1/me")).status == 401


async def test_one_sees_ones_sessions_and_ends_the_others(rig: Rig) -> None:
    here = await _signed_in(rig)
    there, third = Browser(rig.stranger, headers={"user-agent": "Telefone"}), Browser(rig.stranger)
    await there.sign_in(EMAIL)
    await third.sign_in(EMAIL)
    listed = (await here.call("GET", "/api/v1/auth/sessions")).json["data"]
    assert [entry["current"] for entry in listed].count(True) == 1
    phone = next(entry for entry in listed if entry["agent"] == "Telefone")
    assert (await here.call("DELETE", f"/api/v1/auth/sessions/{phone['id']}")).status == 204
    assert (await here.call("DELETE", f"/api/v1/auth/sessions/{phone['id']}")).status == 404
    assert (await there.call("GET", "/api/v1/me")).status == 401
    assert (await here.call("POST", "/api/v1/auth/sessions/end-others")).status == 204
    assert [(await one.call("GET", "/api/v1/me")).status for one in (here, third)] == [200, 401]


async def test_nobody_ends_another_persons_session(rig: Rig) -> None:
    mine = await _signed_in(rig)
    company_id, _ = await rig.company()
    await add_person(rig.services, "bia@loja.test", {company_id: "owner"})
    other = Browser(rig.stranger)
    await other.sign_in("bia@loja.test")
    session = (await other.call("GET", "/api/v1/auth/sessions")).json["data"][0]["id"]
    assert (await mine.call("DELETE", f"/api/v1/auth/sessions/{session}")).status == 404
    assert (await other.call("GET", "/api/v1/me")).status == 200


async def test_a_new_password_ends_all_other_sessions_and_changes_the_cookie(rig: Rig) -> None:
    here, there = await _signed_in(rig), Browser(rig.stranger)
    await there.sign_in(EMAIL)
    before = here.cookie
    new = "outra senha, outra vida"
    wrong = await here.call("POST", "/api/v1/auth/password", {"current_password": "errada", "password": new})
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "current_password")
    changed = await here.call("POST", "/api/v1/auth/password", {"current_password": PASSWORD, "password": new})
    assert (changed.status, here.cookie != before) == (200, True)
    assert [(await one.call("GET", "/api/v1/me")).status for one in (here, there)] == [200, 401]
    assert [(await Browser(rig.stranger).sign_in(EMAIL, one)).status for one in (PASSWORD, new)] == [401, 200]


async def test_a_hash_of_old_parameters_is_made_anew(rig: Rig, pool: Pool) -> None:
    from argon2 import PasswordHasher

    company_id, _ = await rig.company()
    user_id = await add_person(rig.services, EMAIL, {company_id: "owner"})
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await pool.execute("UPDATE users SET password_hash = $2 WHERE id = $1", user_id, old)
    for _ in range(2):
        assert (await Browser(rig.stranger).sign_in(EMAIL)).status == 200
    assert "m=65536" in await pool.fetchval("SELECT password_hash FROM users WHERE id = $1", user_id)


async def test_who_belongs_to_several_companies_names_one(rig: Rig) -> None:
    first, _ = await rig.company("Uma")
    second, _ = await rig.company("Duas")
    third, _ = await rig.company("Alheia")
    await add_person(rig.services, EMAIL, {first: "owner", second: "viewer"})
    browser = Browser(rig.stranger)
    await browser.sign_in(EMAIL)
    me = (await browser.call("GET", "/api/v1/me")).json
    assert (me["company"], me["role"], len(me["companies"])) == (None, None, 2)
    assert (await browser.call("GET", "/api/v1/templates")).status == 422
    made = []
    for company in (first, second, third):
        browser.company = company
        made.append((await browser.call("POST", "/api/v1/templates", {"name": "t", "body": "Olá"})).status)
    assert made == [201, 403, 404]


async def test_a_second_factor_from_enrolment_to_removal(rig: Rig) -> None:
    browser = await _signed_in(rig)
    proposed = await browser.call("POST", "/api/v1/auth/totp", {"password": PASSWORD})
    uri = urlsplit(proposed.json["uri"])
    assert (uri.scheme, uri.netloc, parse_qs(uri.query)["secret"]) == ("otpauth", "totp", [proposed.json["secret"]])
    assert b64decode(proposed.json["qr_png"]).startswith(b"\x89PNG")
    secret = _secret(proposed.json["secret"])
    wrong = await browser.call("POST", "/api/v1/auth/totp/confirm", {"code": "000000"})
    assert wrong.status == 422
    confirmed = await browser.call("POST", "/api/v1/auth/totp/confirm", {"code": _code(rig, secret)})
    assert (confirmed.status, len(set(confirmed.json["recovery_codes"]))) == (200, 10)
    # The confirming code is used up; so is each later one, and each recovery code.
    other = Browser(rig.stranger)
    assert (await other.sign_in(EMAIL)).json["type"].endswith("code-needed")
    assert (await other.sign_in(EMAIL, totp=_code(rig, secret))).json["type"].endswith("code-refused")
    rig.clock.now_ms += STEP_S * 1000
    seen = [(await other.sign_in(EMAIL, totp=_code(rig, secret))).status for _ in range(2)]
    recovery = confirmed.json["recovery_codes"][3].lower()
    seen += [(await other.sign_in(EMAIL, totp=recovery)).status for _ in range(2)]
    assert seen == [200, 401, 200, 401]
    assert (await other.sign_in(EMAIL, "errada errada", totp=_code(rig, secret))).json["type"].endswith("refused")
    assert (await browser.call("POST", "/api/v1/auth/totp", {"password": PASSWORD})).status == 409
    assert (await browser.call("POST", "/api/v1/auth/totp/remove", {"password": PASSWORD})).status == 200
    assert (await Browser(rig.stranger).sign_in(EMAIL)).status == 200


async def test_codes_cannot_be_guessed_without_end(rig: Rig) -> None:
    browser = await _signed_in(rig)
    secret = _secret((await browser.call("POST", "/api/v1/auth/totp", {"password": PASSWORD})).json["secret"])
    await browser.call("POST", "/api/v1/auth/totp/confirm", {"code": _code(rig, secret)})
    thief = Browser(rig.stranger)
    seen = [(await thief.sign_in(EMAIL, totp="12345678")).status for _ in range(BY_ACCOUNT.most + 1)]
    assert seen == [401] * BY_ACCOUNT.most + [429]


async def test_keys_have_no_sessions(rig: Rig) -> None:
    _, owner = await rig.company()
    assert (await owner.get("/api/v1/auth/sessions")).status == 403
    assert (await owner.post("/api/v1/auth/sign-out")).status == 403
    assert (await owner.get("/api/v1/me")).json["user"] is None


async def test_counters_end_by_themselves(valkey: RunningServer) -> None:
    from engine.sign_in import Attempt, Limit

    throttle = Throttle(valkey.url, "counters-end", lambda: 0)
    attempts = [Attempt("a", Limit(1, 60_000))]
    assert await throttle.take(attempts) == 0
    assert 0 < await throttle.take(attempts) <= 60_000
    await throttle.give_back(attempts, forget="a")
    assert await throttle.take(attempts) == 0
    await throttle.close()


def _secret(text: str) -> bytes:
    import base64

    return base64.b32decode(text + "=" * (-len(text) % 8))


def _code(rig: Rig, secret: bytes) -> str:
    return totp_code(secret, rig.clock.now_ms // 1000 // STEP_S)


async def test_a_reset_link_is_good_once_and_ends_all_sessions(rig: Rig, pool: Pool) -> None:
    browser = await _signed_in(rig)
    user_id = await pool.fetchval("SELECT id FROM users WHERE email = $1", EMAIL)
    now = ms_to_time(rig.clock.now_ms)
    links = [make_secret_token() for _ in range(3)]
    for token in links[:2]:
        await put_reset_link(
            pool, user_id, uuid4(), hash_token(token), created_by="test", now=now, expires_at=now + RESET_LIVES
        )
    new = {"password": "senha nova, vida nova"}
    stranger = Browser(rig.stranger)
    seen = [
        (await stranger.call("POST", "/api/v1/auth/reset-password", {"token": token, **new})).status
        for token in (links[0], links[2], links[1], links[1])
    ]
    assert seen == [422, 422, 204, 422]
    assert (await browser.call("GET", "/api/v1/me")).status == 401
    assert (await Browser(rig.stranger).sign_in(EMAIL, new["password"])).status == 200


async def test_a_viewer_sees_no_phone_and_no_document_in_full(rig: Rig) -> None:
    company_id, owner = await rig.company()
    made = await owner.post("/api/v1/contacts", {"phone": "+5511987654321", "document": "12345678909"})
    viewer = await rig.client(company_id, "viewer")
    for path in ("/api/v1/contacts", f"/api/v1/contacts/{made.json['id']}"):
        full, masked = (await owner.get(path)).body, (await viewer.get(path)).body
        assert b"987654321" in full
        assert b"12345678909" in full
        assert b"98765" not in masked
        assert b"1234567" not in masked
        assert b"+5511*******21" in masked


async def test_the_command_line_prints_the_link(
    rig: Rig, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    company_id, _ = await rig.company()
    await add_person(rig.services, EMAIL, {company_id: "owner"})
    Credentials(base_url="https://masteria.example", company_id=str(company_id)).write(tmp_path)
    monkeypatch.setenv("MASTERIA_DATABASE_URL", database_url)
    rig.clock.now_ms = time.time_ns() // 1_000_000
    given = Namespace(data_dir=tmp_path, email=EMAIL.upper(), json=True)
    assert await asyncio.to_thread(reset_password, given) == 0
    page, _, token = json.loads(capsys.readouterr().out)["link"].partition("#")
    assert page == "https://masteria.example/reset-password"
    body = {"token": token, "password": "senha nova, vida nova"}
    assert (await Browser(rig.stranger).call("POST", "/api/v1/auth/reset-password", body)).status == 204
