"""Analytics: a filter changes sentence, chart and table; a number leads to its list; the file holds the table."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Guests
from tests.browser.world import World

_EVENTS = "Quantos eventos chegaram?"
_ACCEPTED = "Quantas mensagens o WhatsApp aceitou?"


def _card(page: Page, question: str) -> Locator:
    return page.locator("main .card", has=page.get_by_role("heading", name=question, exact=True))


def _first_number(sentence: Locator) -> int:
    said = re.match(r"[\d.]+", (sentence.text_content() or "").strip())
    assert said is not None, "the sentence begins with no number"
    return int(said[0].replace(".", ""))


def _begins_with(number: int) -> re.Pattern[str]:
    return re.compile(rf"^\s*{f'{number:,}'.replace(',', '[.]')}(?![\d.])")


def test_a_filter_changes_what_is_said_and_the_number_leads_to_its_list(
    world: World, visit: Guests, company_id: str
) -> None:
    one = visit()
    page = one.open(company_id, "analytics?range=24h")
    card = _card(page, _ACCEPTED)
    sentence = card.locator("p").first
    expect(sentence).to_contain_text("aceitas")
    everything = _first_number(sentence)
    one.judge("analytics-volume")
    page.locator("[data-filter]").select_option("rule_id")
    rule = page.locator("main form select").last
    rule.select_option(label="Pedido aprovado: confirma")
    expect(page).to_have_url(re.compile("rule_id="))
    expect(page.get_by_role("button", name="Tirar o filtro Regra")).to_be_visible()
    expect(_card(page, _EVENTS)).to_have_count(0)  # events are of no rule
    expect(sentence).not_to_have_text(_begins_with(everything))
    filtered = _first_number(sentence)
    assert 0 < filtered < everything
    page.reload()
    one.settled()
    expect(sentence).to_have_text(_begins_with(filtered))
    card.get_by_role("button", name="Ver como tabela").click()
    rows = card.locator("tbody tr")
    with page.expect_download() as file:
        card.get_by_role("button", name="Exportar CSV").click()
    with file.value.path().open(encoding="utf-8-sig", newline="") as text:
        table = list(csv.reader(text))
    assert len(table) - 1 == rows.count()
    assert sum(int(row[1] or 0) for row in table[1:]) == filtered
    one.judge("analytics-table")
    busy = next(number for number, row in enumerate(table[1:]) if int(row[1] or 0) > 0)
    rows.nth(busy).get_by_role("link").click()
    expect(page).to_have_url(re.compile("/messages.*rule_id="))
    expect(page.locator("[data-row]:visible").first).to_be_visible()


def test_every_tab_answers_and_a_failure_code_leads_to_its_messages(
    world: World, visit: Guests, company_id: str
) -> None:
    one = visit()
    page = one.open(company_id, "analytics?range=24h")
    for tab in ("Funil", "Latência", "Regras", "Modelos", "Números", "Receita", "Falhas"):
        page.get_by_role("tab", name=tab).click()
        one.settled()
        expect(page.locator("main .card").first).to_be_visible()
        one.judge(f"analytics-{tab.lower()}")
    code = page.get_by_role("list", name="Por que falharam?").get_by_role("link", name=re.compile("131026"))
    code.click()
    expect(page).to_have_url(re.compile("/messages.*131026"))
    expect(page.locator("[data-row]:visible").first).to_contain_text("Falhou")
