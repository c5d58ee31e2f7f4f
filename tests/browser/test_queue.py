"""The queue: what could not be sent is told with advice, and tried again once WhatsApp takes it."""

from __future__ import annotations

from playwright.sync_api import expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.world import World

_REFUSED = 131009  # a parameter that WhatsApp does not take: somebody has to correct it


def _lost(world: World) -> None:
    """Have one message refused, and heal WhatsApp."""
    phone = f"+55119{80000000 + world.sender.sent:08d}"
    fault = world.fault({"error_code": _REFUSED}, to=phone.removeprefix("+"))
    world.sender.order("order_approved", customer={"name": "Ana Souza", "phoneNumber": phone.removeprefix("+55")})
    letters = f"/dead-letters?code={_REFUSED}"
    assert wait_until(lambda: bool(world.api.call("GET", letters)["data"]), 20.0), "nothing was lost"
    world.heal(fault)


def test_a_dead_letter_is_tried_again_and_gets_through(world: World, visit: Guests, company_id: str) -> None:
    _lost(world)
    one = visit()
    page = one.open(company_id, f"queue?code={_REFUSED}")
    card = page.locator("[data-class]", has_text=str(_REFUSED))
    expect(card).to_be_visible()
    card.get_by_role("button", name="Tentar de novo").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Tentar 1")).to_be_visible()
    one.judge("queue-retry")
    dialog.get_by_role("button", name="Tentar 1").click()
    expect(page.locator('[data-job="done"]')).to_be_visible(timeout=30_000)
    expect(card).to_have_count(0)
