"""A phone is linked: codes in rotation, never one that is over, a code to type, a restart, a session that fell silent.

WhatsApp is a script (scripted_whatsapp/neonize); the session's process, the API and the page are the real ones.
"""

from __future__ import annotations

import importlib.util
import re
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from masteria.processes import wait_until
from tests.browser.ageing import change
from tests.browser.conftest import Guests, Phones
from tests.browser.look import PHONE, Look
from tests.browser.scripted_whatsapp.neonize.phone import Phone
from tests.browser.visit import Visit
from tests.browser.world import World
from tests.e2e.rig import Instance

pytestmark = [
    pytest.mark.usefixtures("clean"),
    pytest.mark.skipif(importlib.util.find_spec("neonize") is None, reason="the extra 'web' is missing"),
]
_API = re.compile(r"/api/v1/")
_STARTS_MS, _BACK_S, _SHOWS_MS = 60_000, 60.0, 20_000
_HEARD_MS = 2_000  # from WhatsApp's code to the clock that its time is counted by
_SWAPPED_MS = 10_000  # the page asks every second
_NUMBER = "5511911112222"
# Every code that stands on the page, and from when; null while there is none.
_WATCH = """() => {
  window.__codes = [];
  const look = () => {
    const code = document.querySelector("[data-qr]")?.dataset.qr ?? null;
    if (__codes.at(-1)?.[1] !== code) __codes.push([Date.now(), code]);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-qr"] });
  look();
}"""


def _connect(one: Visit, company_id: str, name: str) -> str:
    """Add a phone's number by the page; return its id. The dialog that links it stands open."""
    page = one.open(company_id, "sessions?connect=1")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="WhatsApp Web").click()
    expect(dialog).to_contain_text("o número pode ser bloqueado")
    one.judge("sessions-web")
    page.evaluate(_WATCH)
    dialog.locator("[name=name]").fill(name)
    dialog.get_by_role("button", name="Continuar").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"Ligar o celular de {name}", timeout=_STARTS_MS)
    return str(parse_qs(urlsplit(page.url).query)["pair"][0])


def _left_s(page: Page) -> int:
    told = re.search(r"vale por mais (\d+) s", page.get_by_role("dialog").inner_text())
    assert told, "the code does not say for how long it is good"
    return int(told[1])


def _never_stale(page: Page, phone: Phone) -> None:
    """Hold what stood on the page against what WhatsApp gave: each code from then on, at most until its own end."""
    given: list[dict[str, Any]] = phone.diary("code")
    seen: list[tuple[int, str | None]] = page.evaluate("[...__codes, [Date.now(), null]]")
    order = [entry["code"] for entry in given]
    assert [code for _, code in seen if code] == order[: sum(code is not None for _, code in seen)]
    for (since, code), (until, _) in pairwise(seen):
        if code is not None:
            at = order.index(code)
            assert since >= given[at]["at_ms"] - _HEARD_MS
            assert until <= given[at]["at_ms"] + given[at]["lasts_ms"] + _HEARD_MS, "a code outlived its time"
            if at + 1 < len(given):
                assert until <= given[at + 1]["at_ms"] + _SWAPPED_MS, "a code that was replaced stayed"


def _refuse(route: Route) -> None:
    route.abort("connectionrefused")


def test_codes_rotate_and_none_outlives_its_time_and_a_restart_asks_for_none(
    instance: Instance, visit: Guests, company_id: str, phone: Phones
) -> None:
    one = visit()
    one.page.clock.install()  # goes as ever, until it is put forward
    session_id = _connect(one, company_id, "Vendas por QR")
    page, linked = one.page, phone(session_id)
    dialog, code = page.get_by_role("dialog"), page.locator("[data-qr]")
    expect(code).to_be_visible(timeout=_STARTS_MS)
    first = code.get_attribute("data-qr")
    assert [entry["code"] for entry in linked.diary("code")] == [first]
    assert code.locator("img").evaluate("(one) => one.complete && one.naturalWidth > 0"), "the code is not drawn"
    left_s = _left_s(page)
    assert 20 < left_s <= 60
    one.judge("sessions-qr")
    expect(dialog).not_to_contain_text(f"vale por mais {left_s} s")
    assert _left_s(page) < left_s
    linked.order("next_code")
    expect(code).not_to_have_attribute("data-qr", str(first))
    assert code.get_attribute("data-qr") == linked.diary("code")[-1]["code"]
    assert _left_s(page) <= 20

    # Nobody answers while this one's time runs out and WhatsApp makes another.
    page.route(_API, _refuse)
    page.clock.run_for(21_000)
    expect(code).to_have_count(0)
    expect(dialog.get_by_role("alert")).to_contain_text("Não foi possível carregar")
    _never_stale(page, linked)
    linked.order("next_code")
    assert wait_until(lambda: len(linked.diary("code")) == 3, 10.0)
    one.judge("sessions-qr-away")
    page.unroute_all()
    expect(code).to_have_attribute("data-qr", linked.diary("code")[-1]["code"])
    expect(dialog.get_by_role("alert")).to_have_count(0)

    linked.order("link", phone=_NUMBER)
    expect(dialog).to_contain_text("Ligado a +55 (11) 91111-2222", timeout=_SHOWS_MS)
    expect(code).to_have_count(0)
    one.judge("sessions-linked")
    dialog.get_by_role("button", name="Pronto").click()
    card = page.locator(f'[data-session="{session_id}"]')
    expect(card).to_contain_text("Conectado", timeout=_SHOWS_MS)

    given = len(linked.diary("code"))
    instance.kill_actor(f"web-{session_id.replace('-', '')}")
    assert wait_until(lambda: len(linked.diary("logged_in")) == 2, _BACK_S), "the session was not restored"
    expect(card).to_contain_text("Conectado", timeout=_SHOWS_MS)
    assert len(linked.diary("code")) == given, "a linked phone was asked to scan again"


def test_a_code_is_typed_on_a_small_screen_and_a_phone_that_falls_silent_is_called_so(
    instance: Instance, world: World, visit: Guests, company_id: str, phone: Phones
) -> None:
    one = visit(Look(PHONE))
    session_id = _connect(one, company_id, "Vendas por código")
    page, linked = one.page, phone(session_id)
    dialog, typed = page.get_by_role("dialog"), page.locator("[data-pair-code]")
    dialog.get_by_role("tab", name="QR code").click()
    expect(page.locator("[data-qr]")).to_be_visible(timeout=_STARTS_MS)
    one.judge("sessions-qr")
    _never_stale(page, linked)
    dialog.get_by_role("tab", name="Código", exact=True).click()
    dialog.locator("[name=phone]").fill("11 91111-2222")
    dialog.get_by_role("button", name="Receber código").click()
    expect(typed).to_be_visible()
    [told] = linked.diary("pair_code")
    assert (typed.inner_text().replace("-", ""), told["phone"]) == (told["code"], _NUMBER)
    one.judge("sessions-pair-code")
    linked.order("link", phone=_NUMBER)
    expect(dialog).to_contain_text("Ligado a", timeout=_SHOWS_MS)
    dialog.get_by_role("button", name="Pronto").click()
    card = page.locator(f'[data-session="{session_id}"]')
    expect(card).to_contain_text("Conectado", timeout=_SHOWS_MS)

    linked.fall_deaf()
    for number in range(3):
        message = {"session_id": session_id, "to": f"1198888000{number}", "text": "Seu pedido saiu."}
        world.api.call("POST", "/messages", message)
    assert wait_until(lambda: bool(linked.diary("sent")), 60.0), "nothing was handed to the phone"
    change(instance, "UPDATE message_queue SET due_at = now() - interval '6 minutes' WHERE session_id = $1", session_id)
    silent = card.get_by_role("status")
    expect(silent).to_contain_text("sem confirmação", timeout=_SHOWS_MS)
    expect(card).to_contain_text("Conectado", timeout=_SHOWS_MS)
    one.judge("sessions-silent")
    wide = visit(Look(theme="dark"))
    wide.open(company_id, "sessions")
    expect(wide.page.locator(f'[data-session="{session_id}"]').get_by_role("status")).to_contain_text(
        "sem confirmação", timeout=_SHOWS_MS
    )
    wide.judge("sessions-silent")
