"""The PIX flow: activated in one form, a delay changed, a part switched, orders listed, a reminder called off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.world import World

_REMINDER = "Lembrete: seu PIX vence logo"


@pytest.fixture
def no_flow(world: World) -> Iterator[None]:
    """The company's own rules answer again when the test is over."""
    yield
    if any(one["in_use"] for one in world.api.call("GET", "/flows")["data"]):
        world.api.call("DELETE", "/flows/pix")


@pytest.mark.usefixtures("no_flow")
def test_the_flow_is_activated_changed_and_its_reminder_called_off(
    world: World, visit: Guests, company_id: str
) -> None:
    one = visit()
    page = one.open(company_id, "pix")
    one.judge("pix-begin")
    page.get_by_role("button", name=re.compile("^Número: ")).click()
    page.locator("[cmdk-item]").first.click()
    page.locator('[name="parts.reminder.minutes_before"]').fill("30")
    page.locator('textarea[name="parts.reminder.text"]').fill(_REMINDER)
    page.get_by_role("button", name="Ativar fluxo PIX").click()
    expect(page.get_by_role("region", name="Resultado dos lembretes")).to_be_visible()
    settings = world.api.call("GET", "/flows/pix")["settings"]["parts"]
    assert settings["reminder"]["minutes_before"] == 30

    expires = datetime.now(UTC) + timedelta(hours=2)
    order = world.sender.order(
        "pix_created",
        customer={"name": "Olga Pires", "phoneNumber": "11955550201"},
        pixExpirationAt=expires.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )
    orders = f"/flows/pix/orders?order_id={order}"
    assert wait_until(lambda: bool((world.api.call("GET", orders)["data"] or [{}])[0].get("next_reminder")), 30.0)
    page = one.open(company_id, f"pix?tab=orders&order_id={order}")
    row = page.locator("[data-row]:visible", has_text="Olga Pires")
    expect(row).to_contain_text("Aberto")
    one.judge("pix-orders")
    row.get_by_role("button", name="Cancelar lembrete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Cancelar os lembretes do pedido {order}?")
    one.judge("pix-cancel")
    dialog.get_by_role("button", name="Cancelar lembrete").click()
    expect(dialog).to_have_count(0)  # behind a dialog nothing has a role: the row's button would seem to be gone
    expect(row.get_by_role("button", name="Cancelar lembrete")).to_have_count(0)
    assert wait_until(lambda: world.api.call("GET", orders)["data"][0]["next_reminder"] is None, 15.0)

    page = one.open(company_id, "pix")
    page.locator('[name="parts.reminder.minutes_before"]').fill("45")
    page.get_by_role("switch", name="Expirado ativo").click()
    active = page.get_by_role("switch", name="Expirado ativo").is_checked()
    one.judge("pix-flow")
    page.get_by_role("button", name="Salvar fluxo").click()

    def saved() -> bool:
        settings = world.api.call("GET", "/flows/pix")["settings"]["parts"]
        return bool((settings["reminder"]["minutes_before"], settings["expired"]["active"]) == (45, active))

    assert wait_until(saved, 15.0), "the flow was not saved as it was filled in"
    expect(page.get_by_role("button", name="Salvar fluxo")).to_be_disabled()
    page.get_by_role("button", name="Encerrar fluxo").click()
    page.get_by_role("dialog").get_by_role("button", name="Encerrar fluxo").click()
    expect(page.get_by_role("button", name="Ativar fluxo PIX")).to_be_visible()


def test_a_delay_that_is_no_number_is_refused_under_its_field(world: World, visit: Guests, company_id: str) -> None:
    one = visit(expected=(422,))
    page = one.open(company_id, "pix")
    page.get_by_role("button", name=re.compile("^Número: ")).click()
    page.locator("[cmdk-item]").first.click()
    minutes = page.locator('[name="parts.reminder.minutes_before"]')
    minutes.fill("logo")
    page.get_by_role("button", name="Ativar fluxo PIX").click()
    expect(minutes).to_be_focused()
    expect(minutes).to_have_value("logo")
    expect(page.locator('[data-field="parts.reminder.minutes_before"] .text-danger-fg')).to_be_visible()
    one.judge("pix-refused")
    assert not any(one["in_use"] for one in world.api.call("GET", "/flows")["data"])
