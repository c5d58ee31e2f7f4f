"""Events: filters live in the address, an event's way is told with its reasons, a replay is counted first."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.look import Look
from tests.browser.world import World

_ROWS = "[data-row]:visible"


def _filter(page: Page, field: str, text: str) -> None:
    page.locator("[data-filter]").select_option(field)
    page.locator("main form input").fill(text)
    page.keyboard.press("Enter")


def test_filters_survive_a_reload_and_the_way_back(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "events")
    _filter(page, "event_type", "order_approved")
    expect(page.locator(_ROWS, has_text="PIX gerado")).to_have_count(0)
    count = page.locator(_ROWS).count()
    assert count > 0
    assert "event_type=order_approved" in page.url
    page.reload()
    expect(page.locator(_ROWS)).to_have_count(count)
    page.locator(_ROWS).first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/events/[0-9a-f-]{36}"))
    one.settled()
    page.go_back()
    expect(page.locator(_ROWS)).to_have_count(count)
    page.get_by_role("button", name="Tirar o filtro Tipo").click()
    expect(page.locator(_ROWS, has_text="PIX gerado").first).to_be_visible()
    _filter(page, "event_type", "pix gerado")  # the type's name in words
    expect(page).to_have_url(re.compile("event_type=pix_created"))
    expect(page.get_by_text("Tipo: PIX gerado")).to_be_visible()


def test_a_filter_that_matches_nothing_says_so_and_can_be_cleared(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "events?order_id=nao-existe")
    expect(page.locator("[data-empty=no-match]")).to_be_visible()
    one.judge("events-no-match")
    page.get_by_role("button", name="Limpar filtros").click()
    expect(page.locator(_ROWS).first).to_be_visible()


def test_an_event_tells_what_became_of_it_and_why(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    order = world.sender.order("pix_created")
    page = one.open(company_id, f"events?order_id={order}")
    page.locator(_ROWS).first.get_by_role("link").first.click()
    main = page.locator("main")
    expect(main).to_contain_text("PIX criado: envia o código")
    expect(main).to_contain_text("Lida", timeout=30_000)
    expect(main).to_contain_text("é de outro tipo de evento")
    one.judge("event-trace")


def test_a_name_is_text_and_never_markup(world: World, visit: Guests, company_id: str) -> None:
    page = visit().open(company_id, "events")
    expect(page.get_by_text("Gabriela <b>Luz</b>", exact=False).first).to_be_visible()
    assert page.locator("main b").count() == 0


def test_a_replay_is_counted_before_it_runs(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    order = world.sender.order("order_approved")
    page = one.open(company_id, f"events?order_id={order}")
    page.locator(_ROWS).first.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("Lida", timeout=30_000)
    page.get_by_role("button", name="Reprocessar").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nenhuma mensagem nova vai sair.", timeout=20_000)
    one.judge("event-replay")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_replay_whose_rule_changed_meanwhile_asks_again(world: World, visit: Guests, company_id: str) -> None:
    order = world.sender.order("order_refused")  # nothing answers that yet
    send = {"session_id": world.session_id, "text": "Vamos tentar de novo?"}
    rule = {"name": "Recusados", "trigger": {"event_type": "order_refused"}, "action": {"send": send}}
    made = world.api.call("POST", "/rules", rule)["id"]
    try:
        one = visit(expected=(409,))
        page = one.open(company_id, f"events?order_id={order}")
        page.locator(_ROWS).first.get_by_role("link").first.click()
        page.get_by_role("button", name="Reprocessar").click()
        dialog = page.get_by_role("dialog")
        run = dialog.get_by_role("button", name="Reprocessar 1")
        expect(run).to_be_enabled(timeout=20_000)
        changed = {"action": {"send": {**send, "text": "Quer tentar outro cartão?"}}}
        world.api.call("PATCH", f"/rules/{made}", changed)
        run.click()
        expect(dialog).to_contain_text("contado de novo")
        assert world.messages_of(order) == []
        expect(run).to_be_enabled(timeout=20_000)
        one.judge("event-replay-changed")
        run.click()
        expect(dialog).to_have_count(0)
        sent = [changed["action"]["send"]["text"]]
        assert wait_until(lambda: [each["text"] for each in world.messages_of(order)] == sent, 20.0)
    finally:
        world.api.call("DELETE", f"/rules/{made}")


def test_rows_are_walked_by_keyboard(world: World, visit: Guests, company_id: str) -> None:
    one = visit(Look())
    page = one.open(company_id, "events")
    expect(page.locator(_ROWS).first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement?.dataset.row") == page.locator(_ROWS).nth(1).get_attribute("data-row")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/events/[0-9a-f-]{36}"))
    one.settled()
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.locator("[data-kpi]").first).to_be_visible()
