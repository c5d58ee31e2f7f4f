"""One person's browser: it opens pages, and nothing that goes wrong in it stays unnoticed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Response, expect

from tests.browser.look import Look

_ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = _ROOT / "build" / "screenshots"
_AXE = _ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What is in order is not listed: on a page with a long table that takes as long as finding what is wrong.
_RUN_AXE = """(tags) => axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] })"""
_NOTE_VIOLATIONS = """
window.__violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
  __violations.push(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`));
"""
# Skeletons and waiting buttons; what is live for ever (charts, times) is none of them.
_BUSY = '[role=status][aria-label="Carregando"], [role=status][aria-label="Loading"]'
_PATIENCE_MS = 15_000
_CALM = 2
_DRAWN = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))"""
_WIDE = 1280
_SCREENS = 3  # how much of a long list a picture shows


class Visit:
    """A browser context of its own with one look.

    Args:
        browser: a running Chromium.
        base_url: the gateway.
        look: size, language, theme.
        state: cookies and storage of somebody who has signed in; None: nobody.
        expected: statuses of the API that this visit provokes, which the browser's console reports as errors.
    """

    def __init__(
        self, browser: Browser, base_url: str, look: Look, state: dict[str, Any] | None, expected: tuple[int, ...] = ()
    ) -> None:
        self.look = look
        self.base_url = base_url
        self.troubles: list[str] = []
        self._on_their_way: set[Request] = set()
        self.expected = expected
        self.context = browser.new_context(
            viewport={"width": look.width, "height": look.height},
            locale=look.language,
            timezone_id="America/Sao_Paulo",
            has_touch=look.phone,
            is_mobile=look.phone,
            reduced_motion="reduce",
            storage_state=state,
            permissions=["clipboard-read", "clipboard-write"],
        )
        chosen = json.dumps({"masteria.language": look.language, "masteria.theme": look.theme})
        self.context.add_init_script(_NOTE_VIOLATIONS)
        self.context.add_init_script(f"for (const [k, v] of Object.entries({chosen})) localStorage.setItem(k, v);")
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open another tab."""
        page = self.context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"uncaught: {error}"))
        page.on("response", self._see)
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)
        page.on("dialog", self._refuse)
        return page

    def _begun(self, request: Request) -> None:
        self._on_their_way.add(request)

    def _ended(self, request: Request) -> None:
        self._on_their_way.discard(request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # What an answer's status means is judged in _see; the browser repeats each refusal in its console.
        if not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text}")

    def _refuse(self, dialog: Dialog) -> None:
        """Note a box of the browser's own: the dashboard asks in its own dialogs, and foreign scripts ask nothing."""
        self.troubles.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    def _see(self, response: Response) -> None:
        if response.status < 400 or response.status in self.expected:
            return
        if response.status == 401 and response.url.endswith("/api/v1/me"):
            return  # the page asks who is there before it shows its sign-in form
        self.troubles.append(f"{response.status} of {response.request.method} {response.url}")

    def open(self, company_id: str, path: str = "") -> Page:
        """Open a page of a company and wait until it shows what it has to show."""
        self._on_their_way.clear()
        self.page.goto(f"{self.base_url}/c/{company_id}/{path}".rstrip("/"))
        return self.settled()

    def settled(self) -> Page:
        """Return the page once its heading stands there and nothing of it is being loaded."""
        expect(self.page.locator("h1").first).to_be_visible(timeout=_PATIENCE_MS)
        expect(self.page.locator(_BUSY)).to_have_count(0, timeout=_PATIENCE_MS)
        self._wait_until_quiet()
        return self.page

    def _wait_until_quiet(self) -> None:
        """Wait until nothing is on its way, now and when what came last has been drawn: charts are loaded after that.

        Playwright's own "networkidle" is half a second of silence at every page, for what two frames tell.
        """
        calm, end = 0, time.monotonic() + _PATIENCE_MS / 1000
        while calm < _CALM and time.monotonic() < end:
            self.page.evaluate(_DRAWN)
            calm = 0 if self._on_their_way else calm + 1

    def judge(self, name: str | None = None, *, axe: bool = True, tables: bool = False) -> None:
        """Hold what stands on the screen against what every page must keep; with a name, keep its picture.

        ``tables``: they show all their columns on a wide screen, not only what is left of its edge.

        Raises:
            AssertionError: with everything that is wrong.
        """
        page = self.page
        if name is not None:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            tall = min(page.evaluate("document.scrollingElement.scrollHeight"), _SCREENS * self.look.height)
            part = {"x": 0, "y": 0, "width": self.look.width, "height": tall}
            page.screenshot(path=SCREENSHOTS / f"{name}-{self.look}.png", full_page=True, clip=part)
        wrong = self.troubles + [f"content policy: {one}" for one in page.evaluate("window.__violations")]
        wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        if wide > 0:
            wrong.append(f"the page is {wide} px wider than the screen: {page.evaluate(_WIDEST)}")
        if tables and self.look.width >= _WIDE:
            wrong += [f"a table is cut off: {one}" for one in page.evaluate(_CUT_TABLES)]
        if page.evaluate("document.documentElement.lang") != self.look.language:
            wrong.append("<html lang> is not the language of the page")
        if page.evaluate("document.documentElement.dataset.theme") != self.look.theme:
            wrong.append("the theme is not the one that was chosen")
        wrong += self.axe() if axe else []
        assert not wrong, f"{name or page.url} at {self.look}:\n" + "\n".join(wrong)

    def axe(self) -> list[str]:
        """Return what axe finds against WCAG A and AA."""
        page = self.page
        if not page.evaluate("'axe' in window"):
            page.evaluate(_AXE.read_text(encoding="utf-8"))
        found = page.evaluate(_RUN_AXE, _TAGS)
        return [
            f"axe {one['id']} ({one['impact']}): {node['html'][:220]} | {node.get('failureSummary', '')[:260]}"
            for one in found["violations"]
            for node in one["nodes"][:3]
        ]

    def close(self) -> None:
        self.context.close()


_CUT_TABLES = """[...document.querySelectorAll("main table")]
  .map((one) => [one.getAttribute("aria-label"), one.parentElement.scrollWidth - one.parentElement.clientWidth])
  .filter(([, missing]) => missing > 0)
  .map(([name, missing]) => `${name} by ${missing} px`)"""
_WIDEST = """[...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(-3)
  .map((one) => one.outerHTML.slice(0, 160)).join("\\n")"""
