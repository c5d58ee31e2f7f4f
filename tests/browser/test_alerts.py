"""An alert is made with its past told beforehand, found again by its address, and switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.world import World

_NAME = "Incertas demais"


@pytest.fixture
def clean(world: World) -> Iterator[None]:
    """Whatever became of the test, its alert is gone."""
    yield
    for alert in world.api.pages("/alerts"):
        if alert["name"] == _NAME:
            world.api.call("DELETE", f"/alerts/{alert['id']}")


@pytest.mark.usefixtures("clean")
def test_an_alert_tells_its_past_and_is_switched_off(world: World, visit: Guests, company_id: str) -> None:
    one = visit(expected=(422,))
    page = one.open(company_id, "alerts")
    page.get_by_role("button", name="Novo alerta").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Salvar").click()
    expect(dialog.locator("[name=name]")).to_be_focused()
    expect(dialog.locator("[data-field=name] .text-danger-fg")).to_be_visible()
    dialog.locator("[name=name]").fill(_NAME)
    dialog.locator("[name=metric]").select_option("uncertain")
    dialog.locator("[name=threshold]").fill("1")
    dialog.locator("[name=window_s]").fill("60")
    expect(dialog.get_by_role("status")).to_contain_text("nos últimos 7 dias")
    one.judge("alerts-new")
    dialog.get_by_role("button", name="Salvar").click()
    expect(dialog).to_have_count(0)
    row = page.locator("[data-row]:visible", has_text=_NAME)
    expect(row).to_contain_text("dispara a partir de 1 em 1 h")
    row.click()
    panel = page.get_by_role("dialog", name=_NAME)
    expect(panel.get_by_role("status").filter(has_text="nos últimos 7 dias")).to_be_visible()
    expect(page).to_have_url(re.compile("alert=[0-9a-f-]{36}"))
    alert_id = page.url.split("alert=")[1][:36]
    one.judge("alerts-detail")
    page.reload()
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    switch = row.get_by_role("switch")
    switch.click()
    expect(row).to_contain_text("Desligado")
    assert wait_until(lambda: world.api.call("GET", f"/alerts/{alert_id}")["active"] is False, 10.0)
    one.judge("alerts")
    row.get_by_role("button", name="Ações").click()
    page.get_by_role("menuitem", name="Excluir").click()
    page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
    expect(row).to_have_count(0)
