"""Numbers: a wrong token says why before anything is saved, a right one connects; a pause says how many wait."""

from __future__ import annotations

import json
import secrets
import urllib.request

import pytest
from playwright.sync_api import expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.world import World


@pytest.fixture
def number(world: World) -> dict[str, str]:
    """A number that WhatsApp knows, and nobody here."""
    digits = f"{secrets.randbelow(10**14):015d}"
    made = {
        "phone_number_id": digits,
        "waba_id": digits[::-1],
        "phone": f"+55119{digits[-8:]}",
        "token": f"EAA{digits}",
    }
    spec = json.dumps({"app_secret": digits, "numbers": [made]}).encode()
    request = urllib.request.Request(f"{world.simulator_url}/_sim/apps/{digits}", spec, method="PUT")
    with urllib.request.urlopen(request, timeout=20):
        return made


@pytest.mark.usefixtures("clean")
def test_a_wrong_token_says_why_and_nothing_is_saved_until_it_is_right(
    world: World, visit: Guests, company_id: str, number: dict[str, str]
) -> None:
    one = visit(expected=(422,))
    page = one.open(company_id, "sessions")
    page.get_by_role("button", name="Conectar número").first.click()
    dialog = page.get_by_role("dialog")
    one.judge("sessions-ways")
    dialog.get_by_role("button", name="API oficial").click()
    dialog.locator("[name=name]").fill("Vendas 2")
    for field in ("phone_number_id", "waba_id", "phone"):
        dialog.locator(f"[name={field}]").fill(number[field])
    dialog.locator("[name=token]").fill("EAA-de-ontem")
    dialog.get_by_role("button", name="Verificar e salvar").click()
    expect(dialog.locator("[data-field=token] .text-danger-fg")).to_be_visible()
    expect(dialog.locator("[name=token]")).to_be_focused()
    expect(dialog.locator("[name=name]")).to_have_value("Vendas 2")
    one.judge("sessions-refused")
    assert "Vendas 2" not in [session["name"] for session in world.api.pages("/sessions")]
    dialog.locator("[name=token]").fill(number["token"])
    dialog.get_by_role("button", name="Verificar e salvar").click()
    expect(dialog).to_have_count(0)
    card = page.get_by_role("listitem", name="Vendas 2")
    expect(card).to_contain_text("Conectado", timeout=30_000)
    one.judge("sessions")
    assert number["token"] not in page.content()
    assert "Vendas 2" in [session["name"] for session in world.api.pages("/sessions")]


@pytest.mark.usefixtures("clean")
def test_a_pause_says_what_waits_and_a_resumed_number_sends_it(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "sessions")
    card = page.locator(f'[data-session="{world.session_id}"]')
    card.get_by_role("button", name="Pausar").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("espera")
    one.judge("sessions-pause")
    dialog.get_by_role("button").last.click()
    expect(card).to_contain_text("Pausado")
    buyer = {"name": "Nair Lopes", "phoneNumber": "11955550301"}
    order = world.sender.order("order_approved", customer=buyer)
    assert wait_until(lambda: [message["status"] for message in world.messages_of(order)] == ["held"], 30.0)
    one.open(company_id, "messages?status=held")
    expect(page.locator("[data-row]:visible").first).to_contain_text("Retida")
    one.judge("messages-held")
    one.open(company_id, "sessions")
    expect(card.get_by_role("button", name="Retomar")).to_be_visible()
    one.judge("sessions-paused")
    card.get_by_role("button", name="Retomar").click()
    expect(card).to_contain_text("Conectado")
    assert wait_until(lambda: bool(world.texts_of("5511955550301")), 60.0), "what waited was not sent"
