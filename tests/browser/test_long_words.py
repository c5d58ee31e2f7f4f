"""Pages whose words are longer by two fifths: none gets wider than its screen, no label is cut off.

Dialogs are lengthened where all of them are opened (test_owner.py).
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Guests
from tests.browser.longer import cut_off, lengthen
from tests.browser.look import PHONE, Look
from tests.browser.pages import in_menu
from tests.browser.world import World


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "en", "dark")], ids=str)
@pytest.mark.parametrize("path", in_menu().values(), ids=lambda path: path or "overview")
def test_longer_words_have_room(world: World, visit: Guests, company_id: str, path: str, look: Look) -> None:
    one = visit(look)
    page = one.open(company_id, path)
    lengthen(page)
    cut = cut_off(page)
    assert not cut, "these labels are cut off:\n" + "\n".join(cut)
    one.judge(f"long-{path.replace('/', '-') or 'overview'}", axe=False)
