"""The queue: what could not be sent is told with advice, and tried again once WhatsApp takes it."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from playwright.sync_api import expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.world import World
from tests.e2e.rig import Instance

_REFUSED = 131009  # a parameter that WhatsApp does not take: somebody has to correct it
_LETTERS = f"/dead-letters?code={_REFUSED}&resolved=false"


def _lost(world: World) -> None:
    """Have one message refused, and heal WhatsApp."""
    phone = f"+55119{80000000 + world.sender.sent:08d}"
    with world.faulty({"error_code": _REFUSED}, to=phone.removeprefix("+")):
        world.sender.order("order_approved", customer={"name": "Ana Souza", "phoneNumber": phone.removeprefix("+55")})
        assert wait_until(lambda: bool(world.api.call("GET", _LETTERS)["data"]), 20.0), "nothing was lost"


def test_a_dead_letter_is_tried_again_and_gets_through(world: World, visit: Guests, company_id: str) -> None:
    _lost(world)
    one = visit()
    page = one.open(company_id, f"queue?code={_REFUSED}")
    card = page.locator("[data-class]", has_text=str(_REFUSED))
    expect(card).to_be_visible()
    card.get_by_role("button", name="Tentar de novo").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Tentar 1")).to_be_visible(timeout=20_000)
    one.judge("queue-retry")
    dialog.get_by_role("button", name="Tentar 1").click()
    expect(page.locator('[data-job="done"]')).to_be_visible(timeout=30_000)
    expect(card).to_have_count(0)


def test_a_run_is_called_off_in_its_bar(instance: Instance, world: World, visit: Guests, company_id: str) -> None:
    _lost(world)
    one = visit()
    page = one.open(company_id, f"queue?code={_REFUSED}")
    card = page.locator("[data-class]", has_text=str(_REFUSED))
    card.get_by_role("button", name="Tentar de novo").click()
    start = page.get_by_role("dialog").get_by_role("button", name="Tentar 1")
    expect(start).to_be_enabled(timeout=20_000)
    worker = instance.actor_pid("worker-0")
    assert worker is not None
    os.kill(worker, signal.SIGSTOP)  # who would do it is held still: it is called off before it began
    try:
        start.click()
        with page.expect_response(lambda answer: answer.url.endswith("/cancel") and answer.ok):
            page.locator("[data-job]").get_by_role("button", name="Cancelar").click()
    finally:
        with suppress(ProcessLookupError):  # who is held still for long may be replaced
            os.kill(worker, signal.SIGCONT)
    expect(page.locator("[data-job=cancelled]")).to_be_visible(timeout=30_000)
    one.judge("queue-cancelled")
    assert world.api.call("GET", _LETTERS)["data"], "it was tried again all the same"
