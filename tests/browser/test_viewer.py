"""Who may only read presses every button of every page: each does something, and none asks for a change."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Guests
from tests.browser.pages import addresses
from tests.browser.presser import Presser
from tests.browser.world import World

_MOST = 8


@pytest.mark.parametrize("path", addresses(), ids=lambda path: path or "overview")
def test_a_viewer_finds_no_dead_button_and_none_that_changes_anything(
    world: World, visit: Guests, company_id: str, path: str
) -> None:
    one = visit(role="viewer", expected=(403,) if path.startswith("settings") else ())
    presser = Presser(one, company_id, _MOST)
    dead = presser.press_all(path)
    assert not presser.changes, f"a viewer's button asks for a change: {presser.changes}"
    assert not dead, f"these buttons do nothing: {dead}"
    one.judge(axe=False)
