"""An owner presses the buttons of every page: none is dead; what opens has room for longer words and closes again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Guests
from tests.browser.longer import cut_off, lengthen, too_wide
from tests.browser.look import PHONE, Look
from tests.browser.pages import addresses
from tests.browser.presser import OPENED, Presser
from tests.browser.world import World

_MOST = 12
_DIALOG = "[role=dialog]"
_LAYER = "[role=dialog], [role=menu]"
_LOOK = Look()
_SECTIONS = tuple(f"settings/{name}" for name in ("users", "keys", "outgoing", "profile"))
_REFUSED = {"rules/new": (422,)}  # a rule without anything is tried
_TABS = ("contacts?tab=lists", "contacts?tab=opt-outs", "ai?tab=intents", "ai?tab=agents", "history?tab=schedules")


class Opened:
    """What presses have opened."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def judge(self, page: Page, name: str) -> None:
        """Look at it with longer words on a wide screen and a phone's, then close it without a mouse."""
        if page.locator(_DIALOG).count():
            lengthen(page, _DIALOG)
            for width in (_LOOK.width, PHONE):
                page.set_viewport_size({"width": width, "height": Look(width).height})
                found = cut_off(page, _DIALOG) + too_wide(page, _DIALOG)
                self.wrong += [f"{name} at {width}: {one}" for one in found]
            page.set_viewport_size({"width": _LOOK.width, "height": _LOOK.height})
        layers = page.locator(_LAYER)
        for left in reversed(range(layers.count())):  # the press before may have opened one too, only now
            page.keyboard.press("Escape")
            expect(layers).to_have_count(left)
        expect(page.locator(OPENED)).to_have_count(0)


@pytest.mark.parametrize("path", [*addresses(), *_SECTIONS, *_TABS], ids=lambda path: path or "overview")
def test_no_button_is_dead_and_what_opens_closes(world: World, visit: Guests, company_id: str, path: str) -> None:
    one, opened = visit(_LOOK, expected=_REFUSED.get(path, ())), Opened()
    presser = Presser(one, company_id, _MOST, opened.judge)
    presser.refuse_changes()
    dead = presser.press_all(path)
    assert not dead, f"these buttons do nothing: {dead}"
    assert not opened.wrong, "no room for longer words:\n" + "\n".join(opened.wrong)
    one.judge(axe=False)
