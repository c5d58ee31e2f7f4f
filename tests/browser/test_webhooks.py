"""Webhooks: made in a dialog, the secret shown once, its command pasted; its line in the feed ends at "read"."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Guests
from tests.browser.terminal import copied, paste
from tests.browser.world import World


def _make(page: Page, name: str) -> None:
    page.get_by_role("button", name="Novo webhook").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=name]").fill(name)
    dialog.locator("[name=source]").fill("minha-loja")
    dialog.get_by_role("button", name="Criar webhook").click()
    expect(dialog).to_contain_text("está pronto")
    dialog.get_by_role("button", name=re.compile("guardei")).click()
    expect(dialog).to_have_count(0)


def test_a_webhook_is_made_and_its_command_ends_at_a_message_that_is_read(
    world: World, visit: Guests, company_id: str
) -> None:
    one = visit()
    page = one.open(company_id, "webhooks")
    _make(page, "Loja nova")
    page.get_by_role("link", name="Loja nova").first.click()
    page.get_by_role("tab", name="Código").click()
    page.get_by_role("tabpanel").last.get_by_role("button", name="Copiar").click()
    told = json.loads(paste(copied(page)))
    one.judge("webhook-code")
    page.get_by_role("link", name="Visão geral").first.click()
    line = page.locator(f'[data-feed] [data-event="{told["id"]}"]')
    expect(line).to_contain_text("Lida", timeout=60_000)
    expect(line).to_contain_text("Compra aprovada")


def test_a_webhook_is_switched_off_and_on_without_a_question(world: World, visit: Guests, company_id: str) -> None:
    page = visit().open(company_id, "webhooks")
    switch = page.get_by_role("switch").first
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()
    with page.expect_response(lambda answer: answer.url.endswith("/activate") and answer.ok):
        page.get_by_role("button", name="Desfazer").click()
    expect(switch).to_be_checked()
    page.reload()
    expect(page.get_by_role("switch").first).to_be_checked()


def test_deleting_a_webhook_says_what_depends_on_it(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "webhooks")
    _make(page, "Para excluir")
    page.locator("[data-row]:visible", has_text="Para excluir").get_by_role("button", name="Ações").click()
    page.get_by_role("menuitem", name="Excluir").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Excluir “Para excluir”?")
    one.judge("webhook-delete")
    typed = dialog.locator("input")
    if typed.count():
        typed.fill("Para excluir")
    dialog.get_by_role("button", name="Excluir webhook").click()
    expect(page.locator("[data-row]:visible", has_text="Para excluir")).to_have_count(0)


def test_a_viewer_is_shown_no_control_that_changes_anything(world: World, visit: Guests, company_id: str) -> None:
    page = visit(role="viewer").open(company_id, "webhooks")
    expect(page.locator("[data-row]:visible").first).to_be_visible()
    assert page.get_by_role("switch").count() == 0
    assert page.get_by_role("button", name="Novo webhook").count() == 0
    assert world.sender.url not in page.content(), "a viewer reads the address with its token"
