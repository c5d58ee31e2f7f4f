"""Campaigns as people make them: four steps, dry run, start, and a report whose numbers open their people."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.look import PHONE, Look
from tests.browser.visit import Visit
from tests.browser.world import World

_LONG_MS = 60_000
_MOVING = ("queued", "sending", "accepted", "sent", "delivered")
_ABSENT, _PASSING, _UNKNOWN = "5521900000000", "5521900000001", "5521900000004"


def _draft(world: World, name: str, **more: object) -> str:
    body = {
        "name": name,
        "audience": {"tags": {"any": ["cliente", "vip"]}},
        "variants": [{"template_id": world.templates["pedido_aprovado"], "share": 1}],
        "variables": {"order_value": {"value": "97.00"}, "product_name": {"value": "Curso de Fotografia"}},
        "sessions": [{"session_id": world.session_id, "share": 1}],
    }
    return str(world.api.call("POST", "/campaigns", {**body, **more})["id"])


def _saved(page: Page) -> None:
    expect(page.locator("[data-saved=saved]")).to_be_visible()


def test_a_campaign_goes_from_nothing_to_its_report(world: World, visit: Guests, company_id: str) -> None:
    one = visit(Look())
    page = one.open(company_id, "campaigns")
    page.get_by_role("button", name="Nova campanha").first.click()
    expect(page).to_have_url(re.compile(r"/campaigns/[0-9a-f-]{36}/audience$"))
    page.get_by_label("Nome", exact=True).fill("Semana do cliente")
    page.get_by_role("button", name=re.compile("Com qualquer destas etiquetas")).click()
    page.get_by_role("option", name=re.compile("^cliente")).click()
    page.keyboard.press("Escape")
    _saved(page)
    people = page.locator("[data-people]")
    expect(people).to_contain_text("pessoas")
    page.reload()
    one.settled()
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Semana do cliente")
    expect(people).to_contain_text("pessoas")
    one.judge("campaign-audience")
    people.get_by_role("button").first.click()
    expect(page.get_by_role("dialog").locator("[data-row]").first).to_be_visible()
    one.judge("campaign-audience-people")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("button", name=re.compile("^Modelo: ")).click()
    page.get_by_role("option", name=re.compile("^pedido_aprovado")).click()
    value = page.locator('[data-field="variables.order_value"]')
    value.get_by_role("combobox").first.select_option("value")
    value.get_by_label("Valor").fill("97.00")
    _saved(page)
    expect(page.get_by_role("region", name="Como chega").first).to_contain_text("97,00")
    page.reload()
    one.settled()
    expect(value.get_by_label("Valor")).to_have_value("97.00")
    one.judge("campaign-message")

    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("switch", name="Não enviar à noite").click()
    page.get_by_role("switch", name="Não enviar à noite").click()
    _saved(page)
    page.reload()
    one.settled()
    expect(page.get_by_role("checkbox").first).to_be_checked()
    one.judge("campaign-sending")

    page.get_by_role("button", name="Continuar").click()
    told = page.locator("[data-would]")
    expect(told).to_be_visible(timeout=20_000)
    would = told.get_attribute("data-would")
    assert would and int(would) > 0
    expect(page).to_have_url(re.compile(r"/check\?run=[0-9a-f-]{36}$"))
    run = page.url
    page.reload()
    one.settled()
    expect(told).to_have_attribute("data-would", would)
    assert page.url == run
    one.judge("campaign-check")
    page.get_by_role("button", name=f"Enviar para {would}").click()
    confirm = page.get_by_role("dialog")
    send = confirm.get_by_role("button", name=f"Enviar para {would}")
    expect(send).to_be_disabled()
    confirm.get_by_role("textbox").fill(would)
    one.judge("campaign-start")
    send.click()
    expect(page).to_have_url(re.compile(r"/campaigns/[0-9a-f-]{36}$"))

    # It moves by itself until everybody has read it.
    funnel = page.get_by_role("region", name="Até onde chegaram")
    expect(funnel.get_by_role("button", name=re.compile(rf"^Entregues {would} "))).to_be_visible(timeout=_LONG_MS)
    expect(page.locator("header").get_by_text("Terminada")).to_be_visible(timeout=_LONG_MS)
    funnel.get_by_role("button", name=re.compile("^Entregues")).click()
    expect(page).to_have_url(re.compile("state=delivered"))
    expect(page.locator("[data-row]:visible")).to_have_count(int(would))
    page.reload()
    one.settled()
    expect(page.locator("[data-row]:visible")).to_have_count(int(would))
    one.judge("campaign-report")
    page.locator("[data-row]:visible").first.click()
    expect(page.get_by_role("dialog").get_by_role("group", name="Prévia no telefone")).to_be_visible()
    one.judge("campaign-person")


def test_failures_are_retried_as_a_child_and_what_may_have_arrived_is_left_out(
    world: World, visit: Guests, company_id: str
) -> None:
    """One number is not on WhatsApp, one failed for a while, and nobody knows of the third whether it arrived."""
    with ExitStack() as lasting:
        lasting.enter_context(world.faulty({"error_code": 131026}, to=_ABSENT))
        lasting.enter_context(world.faulty({"drop_after_accept": True}, to=_UNKNOWN))
        lasting.enter_context(world.faulty({"statuses": "lost"}, to=_UNKNOWN))
        before = len(world.texts_of(_UNKNOWN))
        campaign = _draft(world, "Com falhas")
        with world.faulty({"error_code": 131052}, to=_PASSING):
            world.api.call("POST", f"/campaigns/{campaign}/start", {})
            assert wait_until(lambda: _landed(world, campaign), _LONG_MS / 1000), "the campaign did not come so far"
        _retry_one(visit(Look()), company_id, campaign)
        assert len(world.texts_of(_UNKNOWN)) == before + 1, "what may have arrived was sent again"


def _retry_one(one: Visit, company_id: str, campaign: str) -> None:
    page = one.open(company_id, f"campaigns/{campaign}")
    one.judge("campaign-failures")
    _every_bar_opens_its_people(page)
    page.get_by_role("button", name="Reenviar falhas").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Reenviar 1 de 2 falhas?")
    expect(dialog).to_contain_text("2 ficam de fora:")
    expect(dialog).to_contain_text("1: Não se sabe se chegou")
    one.judge("campaign-retry")
    dialog.get_by_role("button", name="Reenviar 1").click()
    expect(page).not_to_have_url(re.compile(campaign))
    expect(page.locator("header").get_by_text("Terminada")).to_be_visible(timeout=_LONG_MS)
    row = page.locator("[data-row]:visible")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Lida", timeout=_LONG_MS)
    one.judge("campaign-retried")


def _landed(world: World, campaign: str) -> bool:
    """Tell whether nothing moves any more: who got it has read it."""
    counts = world.api.call("GET", f"/campaigns/{campaign}")["counts"]
    return counts["failed"] == 2 and counts["uncertain"] == 1 and not any(counts[status] for status in _MOVING)


def _every_bar_opens_its_people(page: Page) -> None:
    """Press each bar that counts somebody: so many people, by that name, stand below."""
    bars = page.locator(':is([aria-label="Até onde chegaram"], [aria-label="À parte do funil"]) button:has(.tnum)')
    assert bars.count() > 6, "the report has hardly any bars"
    for at in range(bars.count()):
        bar = bars.nth(at)
        number = int(bar.locator(".tnum").inner_text().partition(" ")[0].replace(".", ""))
        if number:
            bar.click()
            expect(page.locator("[data-row]:visible")).to_have_count(number)
    page.get_by_role("button", name="Mostrar todas as pessoas").click()


def _ended(world: World, campaign: str) -> None:
    ended = wait_until(lambda: world.api.call("GET", f"/campaigns/{campaign}")["status"] == "finished", 150)
    assert ended, "the campaign did not end"


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "en", "dark")], ids=str)
def test_lists_and_sums_in_every_look(world: World, visit: Guests, company_id: str, look: Look) -> None:
    campaign = _draft(world, f"Consolidada {look}", audience={"tags": {"any": ["recorrente"]}})
    world.api.call("POST", f"/campaigns/{campaign}/start", {})
    _ended(world, campaign)
    draft = _draft(world, f"Rascunho {look}")
    one = visit(look)
    one.open(company_id, "campaigns")
    one.judge("campaigns")
    one.open(company_id, "campaigns?tab=summary")
    one.judge("campaigns-summary")
    for step in ("audience", "message", "sending", "check"):
        one.open(company_id, f"campaigns/{draft}/{step}")
        one.judge(f"campaign-{step}")
    one.open(company_id, f"campaigns/{campaign}")
    one.judge("campaign-report")


def test_a_viewer_is_shown_no_control_that_changes_anything(world: World, visit: Guests, company_id: str) -> None:
    draft = _draft(world, "Só para olhar")
    one = visit(Look(), "viewer")
    page = one.open(company_id, "campaigns")
    for name in ("Nova campanha", "Continuar", "Ações"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page = one.open(company_id, f"campaigns/{draft}/message")
    expect(page).to_have_url(re.compile(f"/campaigns/{draft}$"))
    for name in ("Iniciar", "Duplicar", "Excluir"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    one.judge("campaign-viewer")
