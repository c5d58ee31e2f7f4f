"""Every page, walked by the dashboard's own list of addresses: no error, no violation of the content policy, nothing
that axe finds, not wider than its screen, in the language and theme that were chosen; each is kept as a picture."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Guests
from tests.browser.look import PHONE, Look, looks_of
from tests.browser.pages import addresses, alone, in_menu
from tests.browser.world import World

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BELOW = re.compile(r"/c/[0-9a-f-]{36}/(?P<path>[\w/-]+)/(?P<part>[\w-]+)(\?.*)?")
_ADDRESSES = {path.rpartition("/")[2] for path in addresses() if "/" in path}


def _cases(paths: list[str], begin: int = 0) -> list[object]:
    return [
        pytest.param(path, look, id=f"{path or 'overview'}-{look}")
        for number, path in enumerate(paths, begin)
        for look in looks_of(number)
    ]


@pytest.mark.parametrize(("path", "look"), _cases(addresses()))
def test_a_page_shows_what_it_has(world: World, visit: Guests, company_id: str, path: str, look: Look) -> None:
    one = visit(look)
    page = one.open(company_id, path)
    assert page.title().strip() not in ("", "Master IA"), "the page does not say in the title what it is"
    one.judge(_name(path), tables=True)
    for name, below in _below(page, path).items():
        page.goto(f"{one.base_url}{below}")
        one.settled()
        one.judge(f"{_name(path)}-{name}")


@pytest.mark.parametrize(("path", "look"), _cases(alone(), 3))
def test_a_page_for_everybody_needs_nobody_signed_in(visit: Guests, path: str, look: Look) -> None:
    one = visit(look, None)
    one.page.goto(f"{one.base_url}/{path}")
    one.settled()
    one.judge(path)


@pytest.mark.parametrize(("path", "look"), _cases(addresses(), 5))
def test_a_viewer_reads_every_page(world: World, visit: Guests, company_id: str, path: str, look: Look) -> None:
    one = visit(look, "viewer", expected=(403,) if path.startswith("settings") else ())
    one.open(company_id, path)
    one.judge(f"{_name(path)}-viewer", axe=False)  # the same parts as the owner's page, and fewer


def test_the_menu_leads_to_every_page_of_it(world: World, visit: Guests, company_id: str) -> None:
    page = visit().open(company_id)
    links = page.locator("nav a[href]:visible").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
    wanted = {f"/c/{company_id}/{path}".rstrip("/") for path in in_menu().values()}
    assert wanted <= {link.rstrip("/") for link in links}
    assert set(in_menu().values()) <= set(addresses()), "a link of the menu leads to no page"


def test_wide_screens_use_their_room(world: World, visit: Guests, company_id: str) -> None:
    one = visit(Look(3840))
    one.open(company_id)
    one.judge("overview")


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "en", "dark")], ids=str)
def test_menus_and_the_palette_open_without_a_violation(
    world: World, visit: Guests, company_id: str, look: Look
) -> None:
    one = visit(look)
    page = one.open(company_id)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    one.judge("palette")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Conta" if look.language == "pt-BR" else "Account", exact=True).click()
    expect(page.get_by_role("menu")).to_be_visible()
    one.judge("user-menu")


def _name(path: str) -> str:
    return path.replace("/", "-") or "overview"


def _below(page: Page, path: str) -> dict[str, str]:
    """Return the pages below this one that it leads to: its parts by name, and of what its rows lead to the first."""
    found: dict[str, str] = {}
    for href in page.locator("main a[href]").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))"):
        part = _BELOW.match(href or "")
        if part is not None and part["path"] == path and part["part"] not in _ADDRESSES:
            found.setdefault("detail" if _ID.fullmatch(part["part"]) else part["part"], href)
    return found
