"""Addresses: what a page shows stands in them, for a reload and for others; the way back finds the place again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Guests
from tests.browser.world import World

_ROWS = "[data-row]:visible"
# A filter, a period, a tab, an opened row: each page with what its address must restore, and where to see it.
_SHARED = (
    ("messages?status=failed", "button[aria-label^='Tirar o filtro']"),
    ("analytics?range=24h&tab=failures", "[role=tab][aria-selected=true]:has-text('Falhas')"),
    ("campaigns?tab=summary", "[role=tab][aria-selected=true]:has-text('Consolidado')"),
    ("queue?code=131026", "button[aria-label^='Tirar o filtro']"),
)


@pytest.mark.parametrize(("path", "seen"), _SHARED, ids=[path.partition("?")[0] for path, _ in _SHARED])
def test_a_link_shows_somebody_else_the_same(
    world: World, visit: Guests, company_id: str, path: str, seen: str
) -> None:
    one = visit()
    page = one.open(company_id, path)
    expect(page.locator(seen).first).to_be_visible()
    before = page.locator(_ROWS).count()
    other = visit(role="viewer")
    other.page.goto(page.url)
    other.settled()
    expect(other.page.locator(seen).first).to_be_visible()
    expect(other.page.locator(_ROWS)).to_have_count(before)


def test_an_opened_row_is_opened_again(world: World, visit: Guests, company_id: str) -> None:
    page = visit().open(company_id, "messages")
    page.locator(_ROWS).nth(2).click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    title = panel.locator("h2").first.inner_text()
    page.reload()
    expect(panel.locator("h2").first).to_have_text(title)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.reload()
    expect(page.locator(_ROWS).first).to_be_visible()
    expect(panel).to_have_count(0)


def test_the_way_back_from_a_detail_finds_the_place_in_the_list(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "events")
    row = page.locator(_ROWS).nth(20)
    row.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 200)")
    place = _place(page)
    assert place > 100, "the list is too short to scroll"
    row.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/events/[0-9a-f-]{36}"))
    one.settled()
    page.go_back()
    expect(page).to_have_url(re.compile("/events$"))
    expect(row).to_be_in_viewport()
    assert abs(_place(page) - place) < 60


def _place(page: Page) -> int:
    return int(page.evaluate("Math.round(scrollY)"))
