"""A template is written beside a phone with a real event's values: what is missing is red, a name's marks stay text."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Guests
from tests.browser.world import World

_EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def _begin(page: Page, name: str, body: str) -> None:
    page.locator("[name=name]").fill(name)
    page.locator("textarea[name=body]").fill(body)


def test_a_template_is_written_seen_on_the_phone_and_saved(world: World, visit: Guests, company_id: str) -> None:
    buyer = {"name": "Marta Telles", "phoneNumber": "11955550101"}
    world.sender.order("order_approved", customer=buyer)
    one = visit(expected=(422,))  # an unknown variable that stands longer than a moment is refused by the preview, too
    page = one.open(company_id, "templates")
    page.get_by_role("button", name="Novo modelo").first.click()
    page.locator("textarea[name=body]").fill("Use {{cupom_secreto}}.")
    expect(page.locator("[data-field=body]")).to_contain_text("Não existe: {{cupom_secreto}}")
    _begin(page, "lembrete_de_teste", "Oi *{{customer_name|first_name}}*, faltou {{customer_email}}.")
    phone = page.locator("[data-phone]")
    expect(page.get_by_role("alert").filter(has_text="ficaria retida")).to_contain_text("customer_email")
    expect(phone.locator(".bg-danger")).to_have_text("sem valor: customer_email")
    one.judge("template-missing")
    page.locator("textarea[name=body]").fill(
        "Oi *{{customer_name|first_name}}*, seu pedido vale {{order_value|money}}."
    )
    expect(page.get_by_role("alert").filter(has_text="ficaria retida")).to_have_count(0)
    expect(phone.locator("strong")).to_have_text(re.compile(r"^\w+"))
    expect(phone).to_contain_text("R$")
    page.get_by_role("button", name="Escuro", exact=True).last.click()
    expect(page.locator('[data-phone="dark"]')).to_be_visible()
    one.judge("template-editor")
    page.get_by_role("button", name="Criar modelo").click()
    expect(page).to_have_url(re.compile("/templates/[0-9a-f-]{36}$"))
    stored = world.api.call("GET", f"/templates/{page.url.rsplit('/', 1)[1]}")
    assert (stored["name"], stored["category"]) == ("lembrete_de_teste", "utility")
    page.get_by_role("button", name="Excluir", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nenhuma regra usa este modelo.")
    dialog.get_by_role("button", name="Excluir modelo").click()
    expect(page).to_have_url(re.compile("/templates$"))
    expect(page.locator("[data-row]:visible", has_text="lembrete_de_teste")).to_have_count(0)


def test_a_name_that_looks_like_a_script_is_text_wherever_it_stands(
    world: World, visit: Guests, company_id: str
) -> None:
    order = world.sender.order("order_approved", customer={"name": _EVIL, "phoneNumber": "11955550102"})
    one = visit()
    page = one.open(company_id, "templates/new")
    _begin(page, "com_nome", "Olá, {{customer_name}}!")
    expect(page.locator("[data-phone]")).to_contain_text(_EVIL)
    one.judge("template-script")
    page = one.open(company_id, f"events?order_id={order}")
    expect(page.locator("[data-row]:visible")).to_contain_text(_EVIL)
    assert page.locator("main script, main img[src=x]").count() == 0
    one.judge("events-script")


def test_an_idea_fills_the_editor(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "templates/new")
    page.get_by_role("button", name="Ideias").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Ver ideias").click()
    ideas = dialog.locator("[data-ideas] li")
    expect(ideas.first).to_contain_text("do conjunto revisado")
    one.judge("template-ideas")
    dialog.get_by_role("button", name="Usar esta: pix_lembrete").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[name=name]")).to_have_value("pix_lembrete")
    expect(page.locator("textarea[name=body]")).to_have_value(re.compile("Falta só o PIX de"))
    expect(page.locator("[data-phone]")).to_contain_text("Falta só o PIX de")
