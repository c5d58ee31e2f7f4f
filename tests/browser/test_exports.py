"""An export is asked for in words, made in the background, fetched, and has as many rows as were promised."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import expect

from tests.browser.conftest import Guests
from tests.browser.world import World


def test_an_export_says_how_many_rows_and_has_them(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "exports")
    page.get_by_role("button", name="Nova exportação").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("O que exportar").select_option("contacts")
    dialog.locator("[data-filter]").select_option("tag")
    dialog.locator("form input").first.fill("vip")
    page.keyboard.press("Enter")
    said = dialog.get_by_role("status").filter(has_text="Exporta contatos")
    expect(said).to_contain_text(re.compile(r"Etiqueta: vip\. \d+ linhas"))
    promised = int(re.findall(r"(\d+) linhas", said.text_content() or "")[0])
    assert promised == world.api.call("GET", "/contacts?tag=vip")["count"] > 0
    one.judge("exports-new")
    dialog.get_by_role("button", name="Criar arquivo").click()
    row = page.locator("[data-row]:visible").first
    expect(row).to_contain_text("Contatos")
    fetch = row.get_by_role("button", name="Baixar")
    expect(fetch).to_be_visible(timeout=40_000)
    with page.expect_download() as file:
        fetch.click()
    assert file.value.suggested_filename.endswith(".csv")
    with file.value.path().open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text, delimiter=";"))
    assert len(rows) - 1 == promised
    one.judge("exports")
    row.get_by_role("button", name="Ações").click()
    page.get_by_role("menuitem", name="Excluir").click()
    confirm = page.get_by_role("dialog")
    expect(confirm).to_contain_text(f"O arquivo tem {promised} linhas.")
    confirm.get_by_role("button", name="Excluir").click()
    expect(page.locator("[data-empty=first]")).to_be_visible()
