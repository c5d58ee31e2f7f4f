"""From an empty data directory to a message that is read: without a document, in under two minutes. Runs first, so that
nobody has used the instance before."""

from __future__ import annotations

import time

from playwright.sync_api import expect

from tests.browser.conftest import Guests, People
from tests.browser.figures import Figures
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
    page.locator("main").get_by_role("button", name="Copiar", exact=True).first.click()
    assert '"duplicate":false' in paste(copied(page))
    line = page.locator("[data-feed] li").first
    expect(line).to_contain_text("Compra aprovada")
    expect(line).to_contain_text("Lida", timeout=60_000)
    took = time.monotonic() - begun
    one.judge("first-visit")
    figures.note("empty data directory to a message that is read", instance.boot_s + took, "s", "< 120", _AT_MOST_S)
