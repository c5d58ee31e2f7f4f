"""The API stops: every page says so and keeps what it had, and comes back by itself."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from masteria.api_client import ApiClient
from tests.browser.conftest import Guests
from tests.browser.pages import addresses, in_menu
from tests.browser.world import World
from tests.e2e.rig import Instance

_API = re.compile(r"/api/v1/")
_STALE_MS = 130_000  # beyond what any page takes for fresh
_BACK_MS = 60_000
# A skeleton that stays too long says that something is wrong as well, in other words.
_AWAY = re.compile("Não foi possível carregar.*O servidor não respondeu")
_SAYS_MS = 20_000
# Nothing has been exported, and no source has a history, in this installation.
_WITHOUT_ROWS = ("exports", "history")
_phase = "header [data-phase]"
_AGE = """() => Number.parseFloat(document.querySelector("header [data-phase] .tnum").textContent.replace(",", "."))"""
_OLDER, _YOUNG = f"(than) => ({_AGE})() >= than", f"() => ({_AGE})() < 3"


def _refuse(route: Route) -> None:
    route.abort("connectionrefused")


@pytest.mark.parametrize("path", addresses(), ids=lambda path: path or "overview")
def test_a_page_says_that_nobody_answers_and_shows_no_zero(
    world: World, visit: Guests, company_id: str, path: str
) -> None:
    """First without any data: an error and a way out, no skeleton that stays and no number that is a guess."""
    one = visit()
    page = one.page
    page.route(_API, lambda route: route.continue_() if route.request.url.endswith("/me") else _refuse(route))
    page.goto(f"{one.base_url}/c/{company_id}/{path}")
    expect(page.get_by_role("alert").filter(has_text=_AWAY).first).to_be_visible(timeout=_SAYS_MS)
    expect(page.get_by_role("button", name="Tentar de novo").first).to_be_visible()
    assert page.locator("[data-kpi]", has_text=re.compile(r"^0")).count() == 0
    page.unroute_all()
    with suppress(PlaywrightTimeout):  # the page may have come back by itself before the button is hit
        page.get_by_role("button", name="Tentar de novo").first.click(timeout=5_000)
    expect(page.get_by_role("alert").filter(has_text="Não foi possível carregar")).to_have_count(0, timeout=_SAYS_MS)


@pytest.mark.parametrize("path", [one for one in in_menu().values() if one], ids=str)
def test_old_data_stays_and_is_called_old(world: World, visit: Guests, company_id: str, path: str) -> None:
    one = visit()
    page = one.open(company_id, path)
    before = _shown(page)
    page.clock.install()
    page.route(_API, _refuse)  # first: what has become old is read again at once
    page.clock.fast_forward(_STALE_MS)
    page.locator(f'nav a[href="/c/{company_id}"]:visible').first.click()
    expect(page.locator("[data-kpi]").first).to_be_visible()
    page.locator(f'nav a[href="/c/{company_id}/{path}"]:visible').first.click()
    page.clock.run_for(5_000)
    expect(page.get_by_role("alert").filter(has_text=_AWAY).first).to_be_visible(timeout=_SAYS_MS)
    assert _shown(page) >= before, "what was there has gone with the API"
    assert before > 0 or path in _WITHOUT_ROWS


def test_a_killed_gateway_is_seen_and_comes_back_without_a_reload(
    instance: Instance, world: World, api: ApiClient, visit: Guests, company_id: str
) -> None:
    one = visit(expected=(502, 503))
    page = one.open(company_id)
    expect(page.locator(_phase)).to_have_attribute("data-phase", "live")
    page.evaluate("window.__kept = true")
    page.route(_API, _refuse)  # nor does anybody answer for it until its age has been seen to grow
    for name in [part for part in instance.status()["parts"] if part.startswith(("gateway", "fanout"))]:
        instance.kill_actor(name)
    expect(page.locator(_phase)).not_to_have_attribute("data-phase", "live")
    younger = _age_s(page)
    page.wait_for_function(_OLDER, arg=younger + 2)
    page.unroute_all()
    expect(page.locator(_phase)).to_have_attribute("data-phase", "live", timeout=_BACK_MS)
    buyer = {"name": "Zélia Volta", "phoneNumber": "11977770001"}
    world.sender.order("order_approved", customer=buyer)
    expect(page.locator("[data-feed] li", has_text="Zélia Volta")).to_contain_text("Lida", timeout=_BACK_MS)
    page.wait_for_function(_YOUNG)
    assert page.evaluate("window.__kept"), "the page was loaded again"
    now = datetime.now(UTC)
    asked = urlencode({"from": (now - timedelta(days=1)).isoformat(), "to": now.isoformat()})
    events = api.call("GET", f"/metrics/summary?{asked}")["period"]["events"]
    expect(page.locator('[data-kpi="Eventos"]')).to_have_text(f"{events:,}".replace(",", "."), timeout=_STALE_MS)


def _shown(page: Page) -> int:
    """Count what the page shows: rows of its tables (of long ones only some are in the document), and cards."""
    rows: int = page.evaluate(
        "Array.from(document.querySelectorAll('main table')).reduce((sum, one) => sum + one.ariaRowCount - 1, 0)"
    )
    return rows + int(page.locator("main .card").count())


def _age_s(page: Page) -> float:
    """Return how old the dot says that the last update is."""
    return float(page.evaluate(_AGE))
