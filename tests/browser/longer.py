"""Words of another language may be longer by two fifths: they are made so in the document, and none may be cut off."""

from __future__ import annotations

from playwright.sync_api import Page

# What the dashboard says becomes longer, in the document; what people and systems wrote (rows, previews) stays.
_LENGTHEN = """(place) => {
  const said = "h1, h2, h3, button, label, legend, th, dt, summary, [role=tab], nav a";
  for (const one of document.querySelectorAll(`${place} :is(${said})`)) {
    if (one.closest("tbody, [data-phone], [data-feed]")) continue;
    for (const node of one.childNodes)
      if (node.nodeType === 3 && node.data.trim().length > 1)
        node.data = node.data + "~".repeat(Math.ceil(node.data.length * 0.4));
  }
}"""
_CUT = """(place) => [...document
  .querySelectorAll(`${place} :is(h1, h2, h3, button:not([aria-label]), label, legend)`)]
  .filter((one) => one.offsetParent && !one.closest("tbody, .sr-only") && one.clientWidth > 1)
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).textOverflow !== "ellipsis"
    && !one.querySelector(".truncate"))
  .map((one) => one.outerHTML.slice(0, 160))"""
# Code, tables and rows of tabs are moved sideways, rightly.
_MOVES = '"pre, code, textarea, table, :has(> table), [role=tablist]"'
_WIDER = """(place) => [...document.querySelectorAll(`${place}, ${place} *`)]
  .filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowY) && one.clientWidth > 1)
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && !one.matches(_MOVES))
  .map((one) => `${one.scrollWidth - one.clientWidth} px too wide: ${one.outerHTML.slice(0, 160)}`)"""


def lengthen(page: Page, place: str = "body") -> None:
    """Make every word that the dashboard says longer by two fifths."""
    page.evaluate(_LENGTHEN, place)


def cut_off(page: Page, place: str = "body") -> list[str]:
    """Return the labels that have no room."""
    return list(page.evaluate(_CUT, place))


def too_wide(page: Page, place: str) -> list[str]:
    """Return what has to be moved sideways in there to be read."""
    return list(page.evaluate(_WIDER.replace("_MOVES", _MOVES), place))
