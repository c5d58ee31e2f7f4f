"""From an empty data directory to a message that is read: without a document, in under two minutes. Runs first, so that
nobody has used the instance before."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from tests.browser.conftest import Guests, People
from tests.browser.figures import Figures
from tests.browser.look import PHONE, Look
from tests.browser.people import sign_in
from tests.browser.terminal import copied, paste
from tests.e2e.rig import Instance

_AT_MOST_S = 120.0


def test_a_stranger_sees_a_message_read_within_two_minutes(
    instance: Instance, person: People, visit: Guests, figures: Figures
) -> None:
    begun = time.monotonic()
    one = visit(role=None)
    page = one.page
    sign_in(page, one.base_url, person("owner"))
    begun += _on_a_phone_nothing_is_cut(visit, instance)
    page.locator("main").get_by_role("button", name="Copiar", exact=True).first.click()
    assert '"duplicate":false' in paste(copied(page))
    line = page.locator("[data-feed] li").first
    expect(line).to_contain_text("Compra aprovada")
    expect(line).to_contain_text("Lida", timeout=60_000)
    took = time.monotonic() - begun
    expect(page.get_by_role("region", name="Até onde chegaram")).to_contain_text("1 · 100 %", timeout=30_000)
    one.judge("first-visit")
    figures.note("empty data directory to a message that is read", instance.boot_s + took, "s", "< 120", _AT_MOST_S)


def _on_a_phone_nothing_is_cut(visit: Guests, instance: Instance) -> float:
    """Look at the page that has nothing yet; return how long that took."""
    begun = time.monotonic()
    small = visit(Look(PHONE))
    small.open(instance.credentials.company_id)
    small.judge("first-visit-empty")
    return time.monotonic() - begun
