"""Statuses: an icon and a word each, and a reason for what did not get through; colour is never what tells."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Guests
from tests.browser.look import Look
from tests.browser.world import World

_CHIPS = "main [data-row]:visible span.rounded-full"
_WITHOUT_ICON = "(all) => all.filter((one) => !one.querySelector('svg') || !one.textContent.trim()).length"
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


@pytest.mark.parametrize("status", _TOLD)
def test_what_did_not_get_through_says_why(world: World, visit: Guests, company_id: str, status: str) -> None:
    one = visit()
    found = world.api.call("GET", f"/messages?status={status}&limit=1")["data"]
    assert found, f"nothing is {status} in the world of these tests"
    page = one.open(company_id, f"messages?status={status}")
    row = page.locator(f'[data-row="{found[0]["id"]}"]:visible')
    expect(row).to_contain_text(_TOLD[status])
    row.click()
    expect(page.get_by_role("dialog")).to_contain_text(found[0]["reason_text"]["pt"])
    one.judge(f"message-{status}")
