"""A template is said in several ways: written, refused, mended, asked of a model, approved, taken by a rule."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Guests
from tests.browser.look import PHONE, Look
from tests.browser.model_server import agent_with, running
from tests.browser.world import World

_BODY = "Olá, {{customer_name|first_name}}! O pedido de {{order_value|money}} espera por você."
_ONE = "Oi {{customer_name|first_name}}, seu pedido de {{order_value|money}} está à sua espera."
_PROMISES = "{{customer_name|first_name}}, pague {{order_value|money}} e ganhe 50% de desconto."
_ASKED = "{{customer_name|first_name}}, falta só o pedido de {{order_value|money}} para concluir."
_WRITES_MS = 60_000


@contextmanager
def _template(world: World) -> Iterator[str]:
    """A plain template of its own, until the block ends."""
    name = f"falta_pagar_{secrets.token_hex(3)}"
    template_id = str(world.api.call("POST", "/templates", {"name": name, "body": _BODY})["id"])
    try:
        yield template_id
    finally:
        world.api.call("DELETE", f"/templates/{template_id}")


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "pt-BR", "dark")], ids=str)
def test_a_variation_is_written_refused_mended_and_approved(
    world: World, visit: Guests, company_id: str, look: Look
) -> None:
    one = visit(look, expected=(422,))
    with _template(world) as template_id:
        page = one.open(company_id, f"templates/{template_id}")
        page.get_by_role("tab", name="Variações").click()
        expect(page.locator("[data-no-model]")).to_contain_text("escritas à mão")
        one.judge("variants-empty")
        page.get_by_role("button", name="Escrever uma").click()
        dialog = page.get_by_role("dialog")
        text = dialog.get_by_label("Texto", exact=True)
        text.fill(_ONE.replace("|first_name", ""))
        dialog.get_by_role("button", name="Salvar").click()
        expect(text).to_have_attribute("aria-invalid", "true")
        expect(dialog.locator("[data-field=text]")).to_contain_text("variáveis")
        one.judge("variant-refused")
        text.fill(_ONE)
        dialog.get_by_role("button", name="Salvar").click()
        expect(dialog).to_have_count(0)
        row = page.locator("[data-variant=proposed]")
        expect(row).to_contain_text("está à sua espera")
        samples = page.locator("[data-samples] li")
        expect(samples.filter(has_text="está à sua espera").first).to_contain_text("Variação 1")
        row.get_by_role("button", name="Aprovar").click()
        expect(page.locator("[data-variant=approved]")).to_be_visible()
        one.judge("variants")
        # The template's text changes: what was approved for the old one is sent no more, and says so.
        world.api.call("PATCH", f"/templates/{template_id}", {"body": _BODY.replace("Olá", "Boa tarde")})
        page.reload()
        stale = page.locator("[data-variant=stale]")
        expect(stale).to_contain_text("mudou depois dela")
        stale.get_by_role("button", name="Excluir: Variação 1").click()
        page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
        expect(page.locator("[data-variant]")).to_have_count(0)


def test_a_model_is_asked_and_what_does_not_hold_is_told(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    with running() as server, agent_with(world.api, server, session_id=world.session_id), _template(world) as template:
        server.says = lambda _: {"content": json.dumps({"textos": [_ASKED, _PROMISES]}, ensure_ascii=False)}
        page = one.open(company_id, f"templates/{template}?tab=variants")
        page.get_by_role("button", name="Pedir ao modelo").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Como deve ser dito").fill("mais curto")
        dialog.get_by_label("Quantas").fill("1")
        one.judge("variants-ask")
        dialog.get_by_role("button", name="Pedir", exact=True).click()
        expect(dialog.locator("[data-told='1']")).to_be_visible(timeout=_WRITES_MS)
        expect(dialog).to_contain_text("ganhe 50% de desconto")
        one.judge("variants-asked")
        dialog.get_by_role("button", name="Fechar").last.click()
        expect(page.locator("[data-variant=proposed]")).to_contain_text("falta só o pedido")


def test_a_rule_takes_turns_with_what_is_approved(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    with _template(world) as template_id:
        world.api.call("POST", f"/templates/{template_id}/variants", {"text": _ONE, "state": "approved"})
        send = {"session_id": world.session_id, "template_id": template_id}
        rule = {"name": "alterna", "active": False, "trigger": {"event_type": "pix_expired"}, "action": {"send": send}}
        rule_id = world.api.call("POST", "/rules", rule)["id"]
        try:
            page = one.open(company_id, f"rules/{rule_id}")
            check = page.get_by_label("Alternar com as variações aprovadas")
            expect(page.locator("main")).to_contain_text("1 aprovada.")
            check.check()
            one.judge("rule-varies")
            page.get_by_role("button", name=re.compile("^Publicar v")).first.click()
            page.get_by_role("dialog").get_by_role("button", name=re.compile("^Publicar v")).click()
            expect(page.get_by_role("dialog")).to_have_count(0)
            [step] = world.api.call("GET", f"/rules/{rule_id}")["steps"]
            assert step["variants"] is True
        finally:
            world.api.call("DELETE", f"/rules/{rule_id}")
