"""Presses the buttons of a page one by one and tells which of them did nothing, or asked for a change."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Request, Route
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.visit import Visit

# What is pressed already does nothing, rightly; menus and pickers say that they opened by an attribute.
_BUTTONS = "main button:not([disabled]):not([aria-pressed=true]):not([aria-selected=true]):not([aria-disabled=true])"
# Questions that are asked with a body.
_QUESTIONS = re.compile(r"/live/tickets?$|/preview$|/dry-run$|/me$")
_API = re.compile(r"/api/v1/")
_WATCH = """() => {
  window.__moved = 0;
  new MutationObserver((all) => { window.__moved += all.length; })
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""
# A press may also lead to where something is to be typed, or away.
_MOVED = """(address) => window.__moved !== 0 || location.href !== address
  || document.activeElement?.matches("input, textarea")"""
_NAME = "(one) => one.getAttribute('aria-label') || one.textContent.trim()"
OPENED = "[role=dialog], [role=menu], [data-radix-popper-content-wrapper]"
_COVERED_MS = 3_000
_LOOKS_MS = (400, *[100] * 11)  # what a press does shows within the first; a busy machine may need them all
_FETCHED_MS = 3_000  # what a press opens may have to be fetched first
# Two frames: what was fetched is drawn.
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def is_change(request: Request) -> bool:
    """Tell whether a request of the page asks for a change."""
    asked = request.method != "GET" and _API.search(request.url) is not None
    return asked and not _QUESTIONS.search(request.url.split("?")[0])


def _escape(page: Page, _: str) -> None:
    page.keyboard.press("Escape")


class Presser:
    """See the module.

    Args:
        most: of a page's buttons; the rest are the same ones in further rows.
        opened: is given the page when a press has opened a dialog or a menu, and closes it; by default with Escape.
            The page is loaded anew where that does not help.
    """

    def __init__(self, one: Visit, company_id: str, most: int, opened: Callable[[Page, str], None] = _escape) -> None:
        self._one = one
        self._company_id = company_id
        self._most = most
        self._opened = opened
        self.asked = 0
        self.changes: list[str] = []
        self._under_way: set[Request] = set()
        one.page.on("request", self._note)
        one.page.on("requestfinished", self._ended)
        one.page.on("requestfailed", self._ended)
        one.page.on("filechooser", lambda _: self._see())

    def refuse_changes(self) -> None:
        """Let no change through to the API; questions are answered as ever."""

        def judge(route: Route) -> None:
            if is_change(route.request):
                route.abort("connectionrefused")
            else:
                route.continue_()

        self._one.page.route(_API, judge)

    def _see(self) -> None:
        self.asked += 1

    def _note(self, request: Request) -> None:
        self.asked += 1
        self._under_way.add(request)
        if is_change(request):
            self.changes.append(f"{request.method} {request.url}")

    def _ended(self, request: Request) -> None:
        self._under_way.discard(request)

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
            try:
                button.click(timeout=_COVERED_MS)
            except PlaywrightTimeout:  # what the last press opened came later, and lies above it
                self._leave(page, path, address, name)
                button.click()
            if not self._does_something(page, address, asked):
                dead.append(name)
            self._leave(page, path, address, name)
            if len(seen) == self._most:
                break
        return dead

    def _does_something(self, page: Page, address: str, asked: int) -> bool:
        """Tell whether the page has moved or asked for something since the press."""
        for look_ms in _LOOKS_MS:
            with suppress(PlaywrightTimeout):
                page.wait_for_function(_MOVED, arg=address, timeout=look_ms)
                return True
            if self.asked != asked:
                return True
        return False

    def _let_come(self, page: Page) -> None:
        until = time.monotonic() + _FETCHED_MS / 1000
        while self._under_way and time.monotonic() < until:
            page.wait_for_timeout(20)
        with suppress(PlaywrightError):  # the press has led to another page
            page.evaluate(_DRAWN)

    def _leave(self, page: Page, path: str, address: str, name: str) -> None:
        """Close what is open, or about to be, and go back to where the buttons are."""
        self._let_come(page)
        if page.locator(OPENED).count():
            self._opened(page, name)
        if page.url != address or page.locator(OPENED).count():
            self._one.open(self._company_id, path)
