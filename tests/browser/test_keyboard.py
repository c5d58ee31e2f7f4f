"""Without a mouse: everything is reached by Tab and seen while it is, dialogs keep the focus in and give it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Guests
from tests.browser.look import Look
from tests.browser.pages import in_menu
from tests.browser.world import World

_TABS = 40
# What has the focus, whether it can be seen (inside the window, not transparent), and whether it is marked.
_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0;
  const marked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
  return [one.outerHTML.slice(0, 140), seen, marked];
}"""


@pytest.mark.parametrize("path", in_menu().values(), ids=lambda path: path or "overview")
def test_the_focus_is_seen_wherever_tab_leads(world: World, visit: Guests, company_id: str, path: str) -> None:
    one = visit(Look(theme="dark"))
    page = one.open(company_id, path)
    hidden: list[str] = []
    for _ in range(_TABS):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        if focus is not None and not (focus[1] and focus[2]):
            hidden.append(focus[0])
    assert not hidden, "the focus cannot be seen on:\n" + "\n".join(hidden)


@pytest.mark.parametrize(
    ("path", "button"),
    [("webhooks", "Novo webhook"), ("alerts", "Novo alerta"), ("exports", "Nova exportação"), ("sessions", "Pausar")],
    ids=lambda one: one,
)
def test_a_dialog_keeps_the_focus_and_gives_it_back(
    world: World, visit: Guests, company_id: str, path: str, button: str
) -> None:
    page = visit().open(company_id, path)
    opener = page.get_by_role("button", name=button).first
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(15):
        page.keyboard.press("Tab")
        assert dialog.evaluate("(one) => one.contains(document.activeElement)"), "Tab leads out of the dialog"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
