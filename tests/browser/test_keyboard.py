"""Without a mouse: everything is reached by Tab and seen while it is, dialogs keep the focus in and give it back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Guests
from tests.browser.look import Look
from tests.browser.pages import in_menu
from tests.browser.presser import is_change
from tests.browser.world import World

_TABS = 40
_IS_FOCUSED = """([wanted, text]) => {
  const one = document.activeElement;
  return one.matches(wanted) && one.innerText.includes(text);
}"""
_DONE = (200, 201, 202)
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


@dataclass(frozen=True)
class Making:
    """One thing that can be made.

    Attributes:
        opener: the button that opens its dialog.
        typed: what is typed, by the fields' names, in the order in which Tab reaches them.
        pressed: buttons inside that come before the fields.
        ticked: whether one of its boxes must be.
        remove: whether what was made is deleted by its own address.
    """

    path: str
    opener: str
    typed: tuple[tuple[str, str], ...] = ()
    pressed: tuple[str, ...] = ()
    ticked: bool = False
    remove: bool = True


_MADE = (
    Making("webhooks", "Novo webhook", (("name", "Loja sem mouse"), ("source", "sem-mouse"))),
    Making("alerts", "Novo alerta", (("name", "Sem mouse"),)),
    Making("exports", "Nova exportação", remove=False),
    Making("sessions", "Conectar número", (("name", "Ensaio"),), ("WhatsApp Web",)),
    Making("contacts", "Novo contato", (("phone", "+5531977776666"), ("name", "Teca Teclado"))),
    Making("contacts?tab=lists", "Nova lista", (("name", "Sem mouse"),)),
    Making("contacts?tab=opt-outs", "Descadastrar", (("phones", "+5531977775555"), ("source", "teste")), remove=False),
    Making(
        "ai?tab=intents",
        "Nova intenção",
        (("label", "Troco"), ("name", "troco_teclado"), ("examples", "tem troco?\nquero troco")),
    ),
    Making("ai?tab=knowledge", "Nova pergunta", (("question", "Aceitam troca?"), ("text", "Em até sete dias."))),
    Making("settings/users", "Convidar", (("email", "teclado@exemplo.test"),), remove=False),
    Making("settings/keys", "Criar chave", (("name", "só teclas"),)),
    Making(
        "settings/outgoing",
        "Novo webhook de saída",
        (("name", "Sem mouse"), ("url", "https://erp.example.com/teclas")),
        ticked=True,
    ),
)  # fmt: skip


@pytest.mark.parametrize("making", _MADE, ids=lambda making: making.path)
def test_what_can_be_made_is_made_without_a_mouse(world: World, visit: Guests, company_id: str, making: Making) -> None:
    """From the button to what was made: Tab, letters, Enter. The focus stays in the dialog and goes back at its end."""
    one = visit()
    page = one.open(company_id, making.path)
    opener = page.get_by_role("button", name=making.opener).first
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    for name in making.pressed:
        _tab_to(page, "button", name)
        page.keyboard.press("Enter")
    for name, text in making.typed:
        _tab_to(page, f"[name={json.dumps(name)}], [data-field={json.dumps(name)}] :is(input, textarea)")
        for line, more in enumerate(text.split("\n")):
            if line:
                page.keyboard.press("Enter")
            page.keyboard.type(more)
    if making.ticked:
        _tab_to(page, "[type=checkbox]")
        page.keyboard.press("Space")
    _tab_to(page, "button[type=submit]")
    with page.expect_response(lambda answer: is_change(answer.request) and answer.status in _DONE) as made:
        page.keyboard.press("Enter")
    if page.get_by_role("dialog").count():  # a secret that is shown once, or what comes next
        page.keyboard.press("Escape")
    one.judge(axe=False)
    if making.remove:
        address = urlsplit(made.value.url).path.partition("/api/v1")[2]
        world.api.call("DELETE", f"{address}/{made.value.json()['id']}")


def _tab_to(page: Page, selector: str, text: str = "") -> None:
    """Press Tab until what has this text has the focus; Tab never leads out of the dialog."""
    for _ in range(_TABS):
        if page.evaluate(_IS_FOCUSED, [selector, text]):
            return
        page.keyboard.press("Tab")
        inside = page.get_by_role("dialog").last.evaluate("(one) => one.contains(document.activeElement)")
        assert inside, "Tab leads out of the dialog"
    raise AssertionError(f"Tab does not lead to {selector}")


@pytest.mark.parametrize(("path", "button"), [("webhooks", "Novo webhook"), ("sessions", "Pausar")])
def test_a_dialog_that_is_left_gives_the_focus_back(
    world: World, visit: Guests, company_id: str, path: str, button: str
) -> None:
    page = visit().open(company_id, path)
    opener = page.get_by_role("button", name=button).first
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
