"""What the assistant knows and understands: a question is taught and found by other words; a message is judged."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.look import PHONE, Look
from tests.browser.world import World, post

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
    expect(page.locator("[data-found] li").first).to_contain_text("5 a 8 dias úteis", timeout=_READ_MS)
    one.judge("ai-ask")
    row.get_by_role("button", name="Ações").click()
    page.get_by_role("menuitem", name="Excluir").click()
    page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
    expect(page.locator("main [data-row]:visible", has_text=question)).to_have_count(0)


def test_a_viewer_changes_nothing(world: World, visit: Guests, company_id: str) -> None:
    page = visit(role="viewer").open(company_id, "ai?tab=knowledge")
    for name in ("Nova pergunta", "Novo texto", "Mandar arquivo"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_a_message_is_understood_and_corrected(world: World, visit: Guests, company_id: str) -> None:
    said = f"oi, já paguei o pix de ontem, segue o comprovante {secrets.token_hex(3)}"
    number = world.api.call("GET", f"/sessions/{world.session_id}")["phone_number_id"]
    post(f"{world.simulator_url}/_sim/reply", {"phone_number_id": number, "from": "5511987650001", "text": said})
    one = visit()
    page = one.open(company_id, "ai")
    row = page.locator("main [data-row]:visible", has_text=said)
    expect(row).to_contain_text("%", timeout=_READ_MS)  # what it was taken for, and how surely
    one.judge("ai-decisions")
    row.get_by_role("button", name="Certo").click()
    expect(row.get_by_role("button", name="Certo")).to_have_attribute("aria-pressed", "true")
    row.click(position={"x": 20, "y": 20})
    expect(page.get_by_role("dialog")).to_contain_text("Exemplos mais próximos")
    one.judge("ai-decision")


def test_a_message_spelt_like_an_example_needs_no_model(world: World, visit: Guests, company_id: str) -> None:
    said = "quanto custa o curso?"
    number = world.api.call("GET", f"/sessions/{world.session_id}")["phone_number_id"]
    post(f"{world.simulator_url}/_sim/reply", {"phone_number_id": number, "from": "5511987650002", "text": said})
    page = visit().open(company_id, "ai")
    row = page.locator("main [data-row]:visible", has_text=said).first
    expect(row).to_contain_text("%", timeout=_READ_MS)
    row.click(position={"x": 20, "y": 20})
    expect(page.get_by_role("dialog")).to_contain_text("exemplos escritos quase igual")


def test_an_intent_is_taught_and_tried(world: World, visit: Guests, company_id: str) -> None:
    one = visit()
    page = one.open(company_id, "ai?tab=intents")
    page.get_by_role("button", name="Nova intenção").click()
    page.locator("input[name=label]").fill("Quer agendar")
    page.locator("input[name=name]").fill("booking")
    page.locator("textarea[name=examples]").fill(
        "quero marcar um horário\ntem horário na quinta?\ndá pra agendar sábado?\nqueria agendar uma visita"
    )
    page.get_by_role("dialog").get_by_role("button", name="Salvar").click()
    expect(page.locator("[data-own-intents]")).to_contain_text("4 exemplos")
    page.locator("main textarea[name=text]").fill("dá pra marcar um horário sábado de manhã?")
    page.get_by_role("button", name="Entender").click()
    expect(page.locator("[data-understood=booking]")).to_be_visible(timeout=_READ_MS)
    one.judge("ai-intents")


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "pt-BR", "dark")], ids=str)
def test_an_agent_is_made_refused_corrected_and_taken_away(
    world: World, visit: Guests, company_id: str, look: Look
) -> None:
    one = visit(look, expected=(422,))
    page = one.open(company_id, "ai?tab=agents")
    page.get_by_role("button", name="Novo agente").click()
    dialog = page.get_by_role("dialog")
    name = f"Lia {look.width}"
    dialog.get_by_label("Nome do agente").fill(name)
    dialog.get_by_label("Quem ele é").fill("Cuida de prazos e pagamentos.")
    dialog.get_by_label("Respostas por dia").fill("muitas")
    dialog.get_by_role("button", name="Sempre").click()
    dialog.get_by_label("Início", exact=True).fill("20:00")
    dialog.get_by_label("Fim", exact=True).fill("08:00")
    # It is made out of use: nobody else's conversation is to be answered by it.
    dialog.get_by_label("Responde a partir de agora").uncheck()
    dialog.get_by_role("button", name="Salvar").click()
    expect(dialog.get_by_label("Respostas por dia")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("Quem ele é")).to_have_value("Cuida de prazos e pagamentos.")
    one.judge("ai-agent-refused")
    dialog.get_by_label("Respostas por dia").fill("200")
    dialog.get_by_label("Fim", exact=True).fill("22:00")
    dialog.get_by_role("button", name="Salvar").click()
    expect(dialog).to_have_count(0)
    card = page.locator("[data-agents] li", has_text=name)
    expect(card).to_contain_text("20:00–22:00")
    one.judge("ai-agents")
    page.reload()
    card.get_by_role("button", name=f"Editar: {name}").click()
    expect(page.get_by_role("dialog").get_by_label("Respostas por dia")).to_have_value("200")
    page.keyboard.press("Escape")
    card.get_by_role("button", name=f"Excluir: {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Excluir").click()
    expect(card).to_have_count(0)


def test_a_text_is_rehearsed_and_nothing_of_it_is_sent(world: World, visit: Guests, company_id: str) -> None:
    before = sum(world.statuses().values())
    answer = f"Entregamos em 5 a 8 dias úteis, código {secrets.token_hex(2)}."
    question = {"kind": "question", "name": "Prazo", "question": "Qual é o prazo de entrega?", "text": answer}
    source = world.api.call("POST", "/ai/knowledge", question)["id"]
    assert wait_until(lambda: world.api.call("GET", f"/ai/knowledge/{source}")["state"] == "ready", _READ_MS / 1000)
    agent = world.api.call("POST", "/ai/agents", {"name": "Ensaio", "active": False})
    try:
        for look in (Look(), Look(PHONE, "pt-BR", "dark")):
            one = visit(look)
            page = one.open(company_id, "ai?tab=simulator")
            _choose_agent(page, "Ensaio")
            field = page.get_by_label("Mensagem do cliente")
            field.fill("qual é o prazo de entrega?")
            field.press("Enter")
            expect(page.locator("[data-answer]")).to_have_text(answer, timeout=_READ_MS)
            expect(page.locator("[data-decided=answered]")).to_contain_text("usada na resposta")
            field.fill("quero falar com uma pessoa agora")
            page.get_by_role("button", name="Ensaiar").click()
            expect(page.locator("[data-decided=handed_over]")).to_contain_text("não foi chamado", timeout=_READ_MS)
            one.judge("ai-simulator")
        english = visit(Look(PHONE, "en", "dark"))
        english.open(company_id, "ai?tab=simulator")
        english.judge("ai-simulator-empty")
    finally:
        world.api.call("DELETE", f"/ai/agents/{agent['id']}")
        world.api.call("DELETE", f"/ai/knowledge/{source}")
    assert sum(world.statuses().values()) == before


def _choose_agent(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile("^Quem responde: ")).click()
    page.locator("[cmdk-item]", has_text=name).click()


def test_examples_show_which_intents_they_confuse(world: World, visit: Guests, company_id: str) -> None:
    wholesale = {
        "name": "wholesale",
        "label": "Quer revender",
        "examples": ["vocês vendem no atacado?", "quanto sai pra revenda?", "a partir de quantas peças é atacado?"],
    }
    made = world.api.call("POST", "/ai/intents", wholesale)["id"]
    try:
        one = visit()
        page = one.open(company_id, "ai?tab=intents")
        expect(page.locator("[data-too-few]")).to_contain_text("a partir de 10", timeout=_READ_MS)
        more = ["quero comprar pra revender", "tem tabela de atacado?", "preço de atacado, como faço?"]
        more += ["sou lojista, vocês revendem?", "atacado a partir de quanto?", "revenda de vocês funciona como?"]
        examples = [*wholesale["examples"], *more, "quanto custa pra revender na minha loja?"]
        world.api.call("PATCH", f"/ai/intents/{made}", {"examples": examples})
        page.reload()
        table = page.get_by_role("region", name="Confusões entre as intenções").get_by_role("table")
        expect(table.get_by_role("rowheader", name="Quer revender")).to_be_visible(timeout=_READ_MS)
        one.judge("ai-confusion")
        phone = visit(Look(PHONE, "en", "dark"))
        phone.open(company_id, "ai?tab=intents")
        expect(phone.page.locator("[data-right]")).to_be_visible(timeout=_READ_MS)
        phone.judge("ai-confusion")
    finally:
        world.api.call("DELETE", f"/ai/intents/{made}")


def test_switching_ai_off_tells_how_many_conversations_go_back_to_people(
    world: World, visit: Guests, company_id: str
) -> None:
    agent = world.api.call("POST", "/ai/agents", {"name": "Bia"})["id"]
    try:
        told = world.api.call("POST", "/ai/off", {"preview": True})
        assert told["agents"] == 1
        one = visit()
        page = one.open(company_id, "ai?tab=agents")
        page.get_by_role("button", name="Desligar: Bia").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Desligar Bia?")
        expect(dialog.locator(f"[data-off='{told['conversations']}']")).to_be_visible()
        one.judge("ai-off-one")
        dialog.get_by_role("button", name="Cancelar").click()
        page.get_by_role("button", name="Desligar a IA").click()
        expect(dialog).to_contain_text("1 agente sai de uso.")
        one.judge("ai-off")
        dialog.get_by_role("button", name="Desligar a IA").click()
        expect(dialog).to_have_count(0)
        card = page.locator("[data-agents] li", has_text="Bia")
        expect(card).to_contain_text("Fora de uso")
        assert world.api.call("GET", f"/ai/agents/{agent}")["active"] is False
        card.get_by_role("button", name="Ligar: Bia").click()
        expect(card).to_contain_text("Responde")
        one.judge(axe=False)
    finally:
        world.api.call("DELETE", f"/ai/agents/{agent}")
