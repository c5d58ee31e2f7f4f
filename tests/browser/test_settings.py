"""Settings: every section; people invited by a link good once; keys shown once; a second factor by its QR code."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine.totp import STEP_S, totp_code
from masteria.api_client import ApiClient
from tests.browser.conftest import Guests
from tests.browser.look import Look, looks_of
from tests.browser.people import add_person, sign_in
from tests.browser.visit import Visit
from tests.browser.world import World
from tests.e2e.rig import Instance

SECTIONS = ("company", "users", "keys", "outgoing", "audit", "profile")
_OPEN_TO_VIEWERS = {"company", "outgoing", "profile"}
_HOOK = {"name": "ERP", "url": "https://erp.example.com/hooks", "event_types": ["message.failed"]}


@pytest.fixture(scope="module")
def hook(api: ApiClient) -> str:
    """An outgoing webhook and a delivery of it that nobody takes."""
    made = api.call("POST", "/outgoing-webhooks", _HOOK)
    api.call("POST", f"/outgoing-webhooks/{made['id']}/test")
    return str(made["id"])


@pytest.mark.parametrize(
    ("section", "look"),
    [pytest.param(name, look, id=f"{name}-{look}") for at, name in enumerate(SECTIONS, 2) for look in looks_of(at)],
)
def test_each_section(world: World, hook: str, visit: Guests, company_id: str, section: str, look: Look) -> None:
    one = visit(look)
    one.open(company_id, f"settings/{section}")
    one.judge(f"settings-{section}")


def test_a_viewer_is_shown_no_section_of_owners(world: World, visit: Guests, company_id: str) -> None:
    one = visit(role="viewer")
    page = one.open(company_id, "settings")
    names = page.locator("main nav a").evaluate_all("(all) => all.map((one) => one.href.split('/').at(-1))")
    assert set(names) == _OPEN_TO_VIEWERS
    one.open(company_id, "settings/users")
    expect(page).to_have_url(f"{one.base_url}/c/{company_id}/settings/company")
    expect(page.locator("main form")).to_have_count(0)


def test_who_is_invited_joins_by_the_link_and_only_once(visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "settings/users")
    page.get_by_role("button", name="Convidar").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[name=email]").fill("nova@exemplo.test")
    dialog.locator("select[name=role]").select_option("viewer")
    one.judge("settings-invite")
    dialog.locator("button[type=submit]").click()
    link = dialog.locator("pre").inner_text()
    assert f"{one.base_url}/invitation#" in link
    page.get_by_role("button", name="Já guardei").click()
    expect(page.get_by_role("table", name="Convites em aberto").get_by_text("nova@exemplo.test")).to_be_visible()

    guest = visit(role=None, expected=(422,))
    guest.page.goto(link)
    guest.settled()
    guest.judge("invitation")
    assert "#" not in guest.page.url, "the token stays in the address bar"
    guest.page.locator("input[name=name]").fill("Nova Pessoa")
    guest.page.locator("input[name=password]").fill("curta")
    guest.page.locator("button[type=submit]").click()
    expect(guest.page.locator("[data-field=password]")).to_contain_text("de 8 a 200")
    expect(guest.page.locator("input[name=password]")).to_be_focused()
    guest.page.locator("input[name=password]").fill("uma senha de verdade")
    guest.page.locator("button[type=submit]").click()
    expect(guest.page).to_have_url(f"{guest.base_url}/c/{company_id}")

    late = visit(role=None, expected=(422,))
    late.page.goto(link)
    expect(late.page.get_by_role("alert")).to_contain_text("não vale mais")
    page.reload()
    expect(page.get_by_role("table", name="Usuários").get_by_text("nova@exemplo.test")).to_be_visible()


def test_the_last_owner_can_neither_go_nor_get_another_role(visit: Guests, company_id: str) -> None:
    page = visit().open(company_id, "settings/users")
    row = page.get_by_role("table", name="Usuários").locator("tbody tr", has_text="dono@exemplo.test")
    expect(row).to_contain_text("o último")
    expect(row.locator("select, [aria-haspopup=menu]")).to_have_count(0)


def test_a_key_is_shown_once_narrowed_and_revoked(instance: Instance, visit: Guests, company_id: str) -> None:
    one = visit(expected=(422,))
    page = one.open(company_id, "settings/keys")
    page.get_by_role("button", name="Criar chave").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[data-field=name]")).to_contain_text("caracteres")
    expect(dialog.locator("input[name=name]")).to_be_focused()
    dialog.locator("input[name=name]").fill("relatório")
    dialog.locator("input[name=narrow]").check()
    dialog.get_by_label("events", exact=True).select_option("read")
    one.judge("settings-key")
    dialog.locator("button[type=submit]").click()
    key = dialog.locator("pre").first.inner_text()
    narrowed = ApiClient(instance.base_url, key)
    assert narrowed.call("GET", "/events")["count"] >= 0
    page.get_by_role("button", name="Já guardei").click()
    row = page.locator("tbody tr", has_text="relatório")
    expect(row).to_contain_text("1 escopo")
    assert key not in page.content()
    row.get_by_role("button", name="Ações").click()
    page.get_by_role("menuitem", name="Revogar").click()
    page.get_by_role("dialog").get_by_role("button", name="Revogar").click()
    expect(row).to_contain_text("Revogada")


def test_a_delivery_is_looked_at_and_its_address_restores_it(
    world: World, hook: str, visit: Guests, company_id: str
) -> None:
    one = visit()
    page = one.open(company_id, f"settings/outgoing?webhook={hook}")
    panel = page.get_by_role("dialog")
    panel.get_by_role("button").filter(has_text="webhook.test").first.click()
    expect(panel.get_by_text("Corpo")).to_be_visible()
    assert "delivery=" in page.url
    one.judge("settings-delivery")
    page.reload()
    expect(page.get_by_role("dialog").get_by_text("Corpo")).to_be_visible()


def test_a_change_stands_in_the_audit_log_with_before_and_after(api: ApiClient, visit: Guests, company_id: str) -> None:
    before = api.call("GET", "/company")["name"]
    one = visit()
    page = one.open(company_id, "settings/company")
    page.locator("input[name=name]").fill("Loja Renomeada")
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_text("Salvo")).to_be_visible()
    try:
        one.open(company_id, "settings/audit?operation=updateCompany")
        page.locator("tbody tr").first.click()
        panel = page.get_by_role("dialog")
        expect(panel.locator("del")).to_contain_text(before)
        expect(panel.locator("ins")).to_contain_text("Loja Renomeada")
        one.judge("settings-audit-entry")
    finally:
        api.call("PATCH", "/company", {"name": before})


def test_a_second_factor_by_its_code_and_off_again(instance: Instance, visit: Guests) -> None:
    person = add_person(instance, "operator")
    one = visit(role=None)
    page = one.page
    sign_in(page, one.base_url, person)
    page.goto(page.url.split("?")[0].rstrip("/") + "/settings/profile")
    page.get_by_role("button", name="Ligar segundo fator").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[name=password]").fill(person.password)
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_role("img", name="Código QR")).to_be_visible()
    assert dialog.get_by_role("img").evaluate("(one) => one.naturalWidth") > 100
    one.judge("settings-totp")
    secret = dialog.locator("pre").inner_text()
    raw = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
    dialog.locator("input[name=code]").fill(totp_code(raw, int(time.time()) // STEP_S))
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_text("Códigos de recuperação")).to_be_visible()
    assert len(dialog.locator("pre").inner_text().split()) == 10
    page.get_by_role("button", name="Já guardei").click()
    page.get_by_role("button", name="Desligar segundo fator").click()
    page.get_by_role("dialog").locator("input[name=password]").fill(person.password)
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.get_by_role("button", name="Ligar segundo fator")).to_be_visible()


def test_language_and_theme_are_found_again_at_the_next_sign_in(instance: Instance, visit: Guests) -> None:
    person = add_person(instance, "viewer")
    one = visit(role=None)
    sign_in(one.page, one.base_url, person)
    one.page.goto(one.page.url.split("?")[0].rstrip("/") + "/settings/profile")
    with one.page.expect_response(lambda answer: answer.url.endswith("/me") and answer.request.method == "PATCH"):
        one.page.get_by_label("Idioma").select_option("en")
    other: Visit = visit(role=None)
    sign_in(other.page, other.base_url, person)
    expect(other.page.locator("html")).to_have_attribute("lang", "en")


def test_a_reset_link_changes_the_password_once(
    instance: Instance, visit: Guests, reset_link: Callable[[str], str]
) -> None:
    person = add_person(instance, "viewer")
    link = reset_link(person.email)
    one = visit(role=None, expected=(422, 401))
    one.page.goto(link)
    one.settled()
    one.page.locator("input[name=password]").fill("outra senha, melhor")
    one.page.locator("button[type=submit]").click()
    expect(one.page.get_by_text("Senha trocada")).to_be_visible()
    _sign_in_by_form(one.page, person.email, "outra senha, melhor")
    late = visit(role=None, expected=(422,))
    late.page.goto(link)
    late.page.locator("input[name=password]").fill("outra senha, pior")
    late.page.locator("button[type=submit]").click()
    expect(late.page.get_by_role("alert")).to_contain_text("não vale mais")


def _sign_in_by_form(page: Page, email: str, password: str) -> None:
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()
    expect(page.locator("#page-title")).to_be_visible()


@pytest.fixture
def reset_link(instance: Instance) -> Callable[[str], str]:
    def make(email: str) -> str:
        command = [sys.executable, "-m", "masteria", "user", "reset-password", email]
        command += ["--json", "--data-dir", str(instance.data_dir)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        return str(json.loads(done.stdout)["link"])

    return make
