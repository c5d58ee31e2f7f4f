"""What the assistant knows: a question with its answer is written, read, found by other words, and taken out again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Guests
from tests.browser.look import PHONE, Look
from tests.browser.world import World

_READ_MS = 60_000


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "pt-BR", "dark")], ids=str)
def test_a_question_is_taught_and_found(world: World, visit: Guests, company_id: str, look: Look) -> None:
    one = visit(look)
    page = one.open(company_id, "ai?tab=knowledge")
    page.get_by_role("button", name="Nova pergunta").first.click()
    question = f"Qual é o prazo de entrega ({look.width})?"
    page.locator("input[name=question]").last.fill(question)
    page.locator("textarea[name=text]").fill("O prazo é de 5 a 8 dias úteis depois do pagamento.")
    page.get_by_role("dialog").get_by_role("button", name="Salvar").click()
    row = page.locator("main [data-row]:visible", has_text=question)
    expect(row).to_contain_text("Pronto", timeout=_READ_MS)
    one.judge("ai-knowledge")
    page.locator("main input[name=question]").fill("quanto tempo demora pra chegar?")
    page.get_by_role("button", name="Perguntar").click()
    expect(page.locator("[data-found] li").first).to_contain_text("5 a 8 dias úteis")
    one.judge("ai-ask")
    row.get_by_role("button", name="Ações").click()
    page.get_by_role("menuitem", name="Excluir").click()
    page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
    expect(page.locator("main [data-row]:visible", has_text=question)).to_have_count(0)


def test_a_viewer_changes_nothing(world: World, visit: Guests, company_id: str) -> None:
    page = visit(role="viewer").open(company_id, "ai?tab=knowledge")
    for name in ("Nova pergunta", "Novo texto", "Mandar arquivo"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
