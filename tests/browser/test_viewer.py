"""Who may only read presses every button of every page: each does something, and none asks for a change."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Request

from tests.browser.conftest import Guests
from tests.browser.pages import addresses
from tests.browser.visit import Visit
from tests.browser.world import World

# What is pressed already does nothing, rightly; menus and pickers say that they opened by an attribute.
_BUTTONS = "main button:not([disabled]):not([aria-pressed=true]):not([aria-selected=true]):not([aria-disabled=true])"
# Questions that are asked with a body.
_QUESTIONS = re.compile(r"/live/tickets?$|/preview$|/dry-run$|/me$")
_MOST = 8  # of a page: the rest are the same ones in further rows
_WATCH = """() => {
  window.__moved = 0;
  new MutationObserver((all) => { window.__moved += all.length; })
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""
# A press may also lead to where something is to be typed.
_MOVED = "window.__moved + Number(document.activeElement?.matches('input, textarea') ?? false)"
_NAME = "(one) => one.getAttribute('aria-label') || one.textContent.trim()"
_SETTLES_MS = 80


class Presser:
    """Presses the buttons of a page one by one."""

    def __init__(self, one: Visit, company_id: str) -> None:
        self._one = one
        self._company_id = company_id
        self.asked = 0
        self.changes: list[str] = []
        one.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.asked += 1
        if "/api/v1/" in request.url and request.method != "GET" and not _QUESTIONS.search(request.url.split("?")[0]):
            self.changes.append(f"{request.method} {request.url}")

    def press_all(self, path: str) -> list[str]:
        """Return the names of buttons that did nothing at all."""
        page, dead, seen = self._one.open(self._company_id, path), [], set[str]()
        for at in range(page.locator(_BUTTONS).count()):
            button = page.locator(_BUTTONS).nth(at)
            name = str(button.evaluate(_NAME)) if button.count() and button.is_visible() else ""
            if not name or name in seen:
                continue
            seen.add(name)
            page.evaluate(_WATCH)
            address, asked = page.url, self.asked
            button.click()
            page.wait_for_timeout(_SETTLES_MS)  # longer than any press needs to show
            if page.url == address and self.asked == asked and page.evaluate(_MOVED) == 0:
                dead.append(name)
            if page.url != address or page.locator("[role=dialog], [role=menu]").count():
                self._one.open(self._company_id, path)
            if len(seen) == _MOST:
                break
        return dead


@pytest.mark.parametrize("path", addresses(), ids=lambda path: path or "overview")
def test_a_viewer_finds_no_dead_button_and_none_that_changes_anything(
    world: World, visit: Guests, company_id: str, path: str
) -> None:
    one = visit(role="viewer", expected=(403,) if path.startswith("settings") else ())
    presser = Presser(one, company_id)
    dead = presser.press_all(path)
    assert not presser.changes, f"a viewer's button asks for a change: {presser.changes}"
    assert not dead, f"these buttons do nothing: {dead}"
    one.judge(axe=False)
