"""A rule is built from nothing, tried on what came in before, published, answers the next event, is switched off."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.world import World

_DELIVERED_S = 30.0


def _choose(page: Page, within: Locator, label: str, option: str) -> None:
    """Choose from a picker: its button tells label and choice, its list stands in a popover."""
    within.get_by_role("button", name=re.compile(f"^{label}: ")).click()
    page.locator("[cmdk-input]").fill(option)
    page.locator("[cmdk-item]").first.click()


def _begin(page: Page, name: str, event_type: str) -> None:
    page.locator("[name=name]").fill(name)
    _choose(page, page.locator("main"), "Gatilho", event_type)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)


def _publish(page: Page, version: int) -> None:
    page.get_by_role("button", name=f"Publicar v{version}").click()
    page.get_by_role("dialog").get_by_role("button", name=f"Publicar v{version}").click()


def test_a_rule_is_built_tried_published_and_answers_the_next_event(
    world: World, visit: Guests, company_id: str
) -> None:
    one = visit()
    page = one.open(company_id, "rules")
    page.get_by_role("button", name="Nova regra").first.click()
    _begin(page, "PIX vencido: oferece outro", "pix_expired")
    page.locator("[data-add-step]").select_option("send")
    page.locator('[data-field="steps[0].text"] textarea').fill("{{customer_name|first_name}}, quer um novo PIX?")
    page.get_by_role("button", name="Testar em eventos reais").click()
    told = page.locator("main").get_by_text(re.compile(r"Teria enviado em \d+ de \d+ eventos"))
    expect(told).to_be_visible()
    assert not (told.text_content() or "").startswith("Teria enviado em 0 "), "no stored event would have been answered"
    one.judge("rule-proof")
    _publish(page, 1)
    expect(page).to_have_url(re.compile("/rules/[0-9a-f-]{36}$"))
    rule_id = page.url.rsplit("/", 1)[1]
    try:
        phone = f"1197{world.sender.sent:07d}"
        buyer = {"name": "Rute Prado", "phoneNumber": phone}
        world.sender.order("pix_expired", customer=buyer)
        assert wait_until(lambda: "Rute, quer um novo PIX?" in world.texts_of(f"55{phone}"), _DELIVERED_S)
        page = one.open(company_id, f"rules/{rule_id}?tab=runs")
        expect(page.locator("[data-row]:visible", has_text="Rute Prado")).to_contain_text("disparou")
        one.judge("rule-runs")
        switch = page.get_by_role("switch")
        switch.click()
        expect(switch).not_to_be_checked()
        assert wait_until(lambda: world.api.call("GET", f"/rules/{rule_id}")["active"] is False, 10.0)
    finally:
        world.api.call("DELETE", f"/rules/{rule_id}")


def test_conditions_nest_a_step_branches_and_the_trial_names_what_was_to_blame(
    world: World, visit: Guests, company_id: str
) -> None:
    world.sender.order("pix_created", customer={"name": "Ivo Maia", "phoneNumber": "11955550501"})
    one = visit()
    page = one.open(company_id, "rules/new")
    _begin(page, "PIX de quem não é Ivo", "pix_created")
    outer = page.get_by_role("group", name="Grupo de condições").first
    outer.get_by_role("button", name="Grupo", exact=True).click()
    inner = outer.get_by_role("group", name="Grupo de condições")
    inner.get_by_role("combobox", name="Como as condições do grupo valem").select_option("not")
    _choose(page, inner, "Campo", "customer_name")
    inner.locator("[data-field$='.value'] input").fill("Ivo Maia")
    page.locator("[data-add-step]").select_option("branch")
    branch = page.get_by_role("list", name="Passos").get_by_role("listitem").first
    branch.get_by_role("button", name="Etiqueta do contato").click()
    branch.get_by_placeholder("vip, atacado").fill("vip")
    for way, tag in (("Se sim", "vip com PIX"), ("Se não", "PIX comum")):
        lane = branch.get_by_role("list", name=way).locator("..")
        lane.get_by_label("Adicionar passo").select_option("add_tag")
        lane.locator("[data-field$='.tag'] input").fill(tag)
    one.judge("rule-branch")
    page.get_by_role("button", name="Testar em eventos reais").click()
    blamed = page.get_by_role("list", name="Prova").get_by_role("listitem").filter(has_text="Ivo Maia").first
    expect(blamed).to_contain_text("Não")
    expect(blamed).to_contain_text("customer_name")
    one.judge("rule-blame")
    _publish(page, 1)
    expect(page).to_have_url(re.compile("/rules/[0-9a-f-]{36}$"))
    rule = world.api.call("GET", f"/rules/{page.url.rsplit('/', 1)[1]}")
    world.api.call("DELETE", f"/rules/{rule['id']}")
    assert rule["when"] == {"all": [{"not": [{"field": "customer_name", "op": "equals", "value": "Ivo Maia"}]}]}
    assert rule["steps"][0]["when"] == {"all": [{"contact_has_tag": "vip"}]}
    assert [rule["steps"][0][way][0]["tag"] for way in ("then", "else")] == ["vip com PIX", "PIX comum"]


def test_an_event_says_which_condition_kept_a_rule_back_what_was_wanted_and_what_came(
    world: World, visit: Guests, company_id: str
) -> None:
    step = {"type": "add_tag", "tag": "caro"}
    when = {"field": "order_value", "op": "greater", "value": 1000}
    rule = {"name": "Só pedidos caros", "trigger": {"event_type": "pix_created"}, "when": when, "steps": [step]}
    made = world.api.call("POST", "/rules", rule)["id"]
    try:
        order = world.sender.order("pix_created", total=97, subTotal=97)
        one = visit()
        page = one.open(company_id, f"events?order_id={order}")
        page.locator("[data-row]:visible").first.get_by_role("link").first.click()
        kept_back = page.locator("[data-trace] li", has_text="Só pedidos caros")
        expect(kept_back).to_contain_text("order_value")
        expect(kept_back).to_contain_text("1000")
        expect(kept_back).to_contain_text("97")
        one.judge("event-kept-back")
    finally:
        world.api.call("DELETE", f"/rules/{made}")


def test_what_a_rule_lacks_is_said_at_its_step_and_nothing_typed_is_lost(
    world: World, visit: Guests, company_id: str
) -> None:
    one = visit(expected=(422,))
    page = one.open(company_id, "rules/new")
    _begin(page, "Sem texto", "pix_expired")
    page.locator("[data-add-step]").select_option("send")
    _publish(page, 1)
    field = page.locator('[data-field="steps[0].text"]')
    expect(field.locator("textarea")).to_have_attribute("aria-invalid", "true")
    expect(field.locator("textarea")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("Sem texto")
    one.judge("rule-refused")
