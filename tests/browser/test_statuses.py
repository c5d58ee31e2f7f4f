"""Statuses: an icon and a word each, and a reason for what did not get through; colour is never what tells."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.look import Look
from tests.browser.world import World

_CHIPS = "main [data-row]:visible span.rounded-full"
_WITHOUT_ICON = "(all) => all.filter((one) => !one.querySelector('svg') || !one.textContent.trim()).length"
_RULE = "Pedido aprovado: confirma"
_TOLD = {"failed": "Falhou", "held": "Retida"}


@pytest.mark.parametrize("look", [Look(), Look(theme="dark")], ids=str)
def test_every_status_is_told_without_its_colour(world: World, visit: Guests, company_id: str, look: Look) -> None:
    one = visit(look)
    page = one.open(company_id, "messages")
    chips = page.locator(_CHIPS)
    expect(chips.first).to_be_visible()
    assert chips.evaluate_all(_WITHOUT_ICON) == 0
    one.context.new_cdp_session(page).send("Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"})
    one.judge("messages-grey")


def test_what_was_skipped_stands_apart_and_says_why(world: World, visit: Guests, company_id: str) -> None:
    phone = f"+55119{secrets.randbelow(10_000_000) + 70_000_000}"
    world.api.call("POST", "/opt-outs", {"phones": [phone], "source": "pediu por telefone"})
    customer = {"name": "Rita Sem Aviso", "phoneNumber": phone.removeprefix("+55")}
    order = world.sender.order("order_approved", customer=customer)
    assert wait_until(lambda: [one["status"] for one in world.messages_of(order)] == ["skipped"], 20.0)
    message = world.messages_of(order)[0]
    one = visit()
    page = one.open(company_id, "messages?status=skipped")
    row = page.locator(f'[data-row="{message["id"]}"]:visible')
    expect(row).to_contain_text("Pulada")
    expect(row).to_contain_text(message["reason_text"]["pt"])
    one.judge("messages-skipped")
    page = one.open(company_id, "messages?status=failed")
    expect(page.locator("main [data-row]:visible").first).to_be_visible()
    expect(page.locator(f'[data-row="{message["id"]}"]')).to_have_count(0)


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("status", _TOLD)
def test_what_did_not_get_through_says_why(world: World, visit: Guests, company_id: str, status: str) -> None:
    one = visit()
    if status == "held":
        _hold(world)
    found = world.api.call("GET", f"/messages?status={status}&limit=1")["data"]
    assert found, f"nothing is {status} in the world of these tests"
    page = one.open(company_id, f"messages?status={status}")
    row = page.locator(f'[data-row="{found[0]["id"]}"]:visible')
    expect(row).to_contain_text(_TOLD[status])
    row.click()
    expect(page.get_by_role("dialog")).to_contain_text(found[0]["reason_text"]["pt"])
    one.judge(f"message-{status}")


def _hold(world: World) -> None:
    """Pause the number that an order's message is to go by."""
    world.api.call("POST", f"/sessions/{world.session_id}/pause", {})
    order = world.sender.order("order_approved", customer={"name": "Hugo Paz", "phoneNumber": "11955550601"})
    assert wait_until(lambda: [one["status"] for one in world.messages_of(order)] == ["held"], 30.0)


def test_messages_are_found_by_a_rules_name(world: World, visit: Guests, company_id: str) -> None:
    rule = next(one for one in world.api.call("GET", "/rules")["data"] if one["name"] == _RULE)
    found = world.api.call("GET", f"/messages?rule_id={rule['id']}&limit=100")["data"]
    one = visit()
    page = one.open(company_id, "messages")
    page.locator("[data-filter]").select_option("rule_id")
    page.get_by_label("Regra", exact=True).select_option(label=_RULE)
    expect(page).to_have_url(re.compile(f"rule_id={rule['id']}"))
    expect(page.get_by_text(f"Regra: {_RULE}")).to_be_visible()
    rows = page.locator("main [data-row]:visible")
    expect(rows.first).to_be_visible()
    one.settled()
    shown = rows.evaluate_all("(all) => all.map((row) => row.dataset.row)")
    assert shown
    assert set(shown) <= {message["id"] for message in found}
    page.get_by_role("button", name="Tirar o filtro Regra").click()
    page.get_by_label("Regra", exact=True).select_option(label="outro id…")  # deleted, or older than the names
    page.get_by_label("Regra", exact=True).fill(gone := "01980000-0000-7000-8000-00000000beef")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"rule_id={gone}"))
    expect(page.get_by_text("Regra: …00beef")).to_be_visible()
    expect(rows).to_have_count(0)
