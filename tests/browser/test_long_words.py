"""Words of another language may be longer by two fifths: no page gets wider than its screen, no label is cut off."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Guests
from tests.browser.look import PHONE, Look
from tests.browser.pages import in_menu
from tests.browser.world import World

# What the dashboard says becomes longer, in the document; what people and systems wrote (rows, previews) stays.
_LENGTHEN = """() => {
  const said = "h1, h2, h3, button, label, legend, th, dt, summary, [role=tab], nav a";
  for (const one of document.querySelectorAll(said)) {
    if (one.closest("tbody, [data-phone], [data-feed]")) continue;
    for (const node of one.childNodes)
      if (node.nodeType === 3 && node.data.trim().length > 1)
        node.data = node.data + "~".repeat(Math.ceil(node.data.length * 0.4));
  }
}"""
_CUT = """() => [...document.querySelectorAll("h1, h2, h3, button:not([aria-label]), label, legend")]
  .filter((one) => one.offsetParent && !one.closest("tbody, .sr-only") && one.clientWidth > 1)
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).textOverflow !== "ellipsis"
    && !one.querySelector(".truncate"))
  .map((one) => one.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "en", "dark")], ids=str)
@pytest.mark.parametrize("path", in_menu().values(), ids=lambda path: path or "overview")
def test_longer_words_have_room(world: World, visit: Guests, company_id: str, path: str, look: Look) -> None:
    one = visit(look)
    page = one.open(company_id, path)
    page.evaluate(_LENGTHEN)
    cut = page.evaluate(_CUT)
    assert not cut, "these labels are cut off:\n" + "\n".join(cut)
    one.judge(f"long-{path.replace('/', '-') or 'overview'}", axe=False)
