"""Conversations: what a person writes stands in the list without a reload, is answered, and its ticks arrive."""

from __future__ import annotations

import base64
import json
import re
import secrets

import pytest
from playwright.sync_api import expect

from masteria.processes import wait_until
from tests.browser.ageing import change
from tests.browser.conftest import Guests
from tests.browser.look import PHONE, Look
from tests.browser.model_server import agent_with, running
from tests.browser.world import World, post
from tests.e2e.rig import Instance

_ARRIVES_MS, _DELIVERED_MS = 20_000, 60_000
# Silence, as MPEG frames of 128 kbit/s at 44.1 kHz: each 417 bytes and 1,152 samples.
_SOUND, _SOUND_S = (b"\xff\xfb\x90\x64" + bytes(413)) * 80, 80 * 1_152 / 44_100
_PLACE_S = 1.0  # whole microseconds, as the browser counts them
_CAN_PLAY = """(one) => new Promise((done, failed) => {
  const tell = () => done(one.duration);
  one.addEventListener("error", () => failed(new Error(one.error?.message)));
  if (one.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) tell();
  else { one.addEventListener("canplay", tell); one.load(); }
})"""
_PLAYS_FROM = """(one, at) => new Promise((done) => {
  one.addEventListener("timeupdate", () => { if (!one.seeking) { one.pause(); done(one.currentTime); } });
  one.muted = true;
  one.currentTime = at;
  void one.play();
})"""
_PICTURE = (  # eight by eight pixels of blue
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mMwjL+LFTEMLQkAfNVbQdfA3I4AAAAASUVORK5CYII="
)


def _writes(world: World, text: str, phone: str | None = None) -> str:
    """Let somebody write to the demo's number, as WhatsApp tells it; return their phone."""
    return _sends(world, phone, text=text)


def _sends(world: World, phone: str | None = None, **what: object) -> str:
    number = world.api.call("GET", f"/sessions/{world.session_id}")["phone_number_id"]
    sender = phone or f"55119{secrets.randbelow(90_000_000) + 10_000_000}"
    post(f"{world.simulator_url}/_sim/reply", {"phone_number_id": number, "from": sender, **what})
    return sender


def _conversation(world: World, phone: str) -> str:
    """Return the id of a person's conversation, once there is one."""
    address = f"/conversations?q={phone}"
    assert wait_until(lambda: bool(world.api.call("GET", address)["data"]), _ARRIVES_MS / 1000), "nothing arrived"
    return str(world.api.call("GET", address)["data"][0]["id"])


def _a_day_passes(instance: Instance, conversation_id: str) -> None:
    """Let what a person wrote last be older than WhatsApp's window."""
    change(
        instance,
        "UPDATE conversations SET last_inbound_at = now() - interval '25 hours' WHERE id = $1",
        conversation_id,
    )


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "pt-BR", "dark")], ids=str)
def test_a_message_arrives_is_answered_and_read(world: World, visit: Guests, company_id: str, look: Look) -> None:
    one = visit(look)
    page = one.open(company_id, "conversations")
    page.evaluate("window.__kept = true")
    said = f"Oi, meu pedido {secrets.token_hex(3)} chegou errado"
    phone = _writes(world, said)
    row = page.locator("[data-conversations] [data-row]", has_text=said)
    expect(row).to_be_visible(timeout=_ARRIVES_MS)
    one.judge("conversations-list")
    row.click()
    thread = page.locator("[data-thread]")
    expect(thread.locator('[data-entry="in"]', has_text=said)).to_be_visible()
    page.get_by_role("textbox", name="Resposta").fill("Olá! Já vou ver isso.")
    page.get_by_role("button", name="Enviar", exact=True).click()
    answer = thread.locator('[data-entry="out"]', has_text="Já vou ver isso.")
    expect(answer).to_be_visible(timeout=_ARRIVES_MS)
    expect(answer).to_contain_text("Lida", timeout=_DELIVERED_MS)
    one.judge("conversations-thread")
    again = f"Obrigada {secrets.token_hex(3)}"
    _writes(world, again, phone)
    expect(thread.locator('[data-entry="in"]', has_text=again)).to_be_visible(timeout=_ARRIVES_MS)
    assert page.evaluate("window.__kept"), "the page was loaded again"


def test_a_person_takes_over_notes_and_closes(world: World, visit: Guests, company_id: str) -> None:
    said = f"Quero falar com alguém {secrets.token_hex(3)}"
    _writes(world, said)
    one = visit()
    page = one.open(company_id, "conversations")
    row = page.locator("[data-conversations] [data-row]", has_text=said)
    row.click(timeout=_ARRIVES_MS)
    page.get_by_role("button", name="Assumir").click()
    expect(page.locator('[data-open][data-ai="off"]')).to_be_visible()
    page.get_by_role("button", name="Nota interna").click()
    page.get_by_role("textbox", name="Nota interna").fill("Prometi ligar amanhã.")
    page.get_by_role("button", name="Guardar nota").click()
    expect(page.locator("[data-note]")).to_contain_text("Prometi ligar amanhã.")
    one.judge("conversations-note")
    page.get_by_role("button", name="Fechar conversa").click()
    expect(row).to_have_count(0)


def test_outside_the_window_a_template_goes(instance: Instance, world: World, visit: Guests, company_id: str) -> None:
    phone = _writes(world, f"Ainda dá tempo? {secrets.token_hex(3)}")
    conversation_id = _conversation(world, phone)
    _a_day_passes(instance, conversation_id)
    one = visit()
    page = one.open(company_id, f"conversations?open={conversation_id}")
    composer = page.locator("[data-composer=closed]")
    expect(composer).to_contain_text("Janela de 24 h fechada")
    expect(page.get_by_role("textbox", name="Resposta")).to_have_count(0)
    composer.get_by_role("button", name=re.compile("^Modelo:")).click()
    page.get_by_role("option", name="pedido_aprovado").first.click()
    composer.get_by_label("Valor de customer_name").fill("Ana")
    composer.get_by_label("Valor de order_value").fill("97.00")
    composer.get_by_label("Valor de product_name").fill("Curso de Fotografia")
    one.judge("conversations-window-closed")
    composer.get_by_role("button", name="Enviar modelo").click()
    answer = page.locator('[data-thread] [data-entry="out"]', has_text="Ana")
    expect(answer).to_contain_text("Lida", timeout=_DELIVERED_MS)
    assert any("Ana" in text for text in world.texts_of(phone))


def test_what_a_person_sends_is_seen_and_heard_where_it_stands(world: World, visit: Guests, company_id: str) -> None:
    phone = _sends(world, image={"mime_type": "image/png", "base64": _PICTURE, "caption": "Chegou assim"})
    one = visit()
    page = one.open(company_id, f"conversations?open={_conversation(world, phone)}")
    picture = page.locator("[data-media=image] img")
    expect(picture).to_be_visible(timeout=_ARRIVES_MS)
    expect(picture).to_have_js_property("naturalWidth", 8)  # it is drawn
    with page.expect_download() as saved:
        page.get_by_role("button", name="Baixar").click()
    assert saved.value.suggested_filename == "whatsapp.png"
    one.judge("conversations-picture")


def test_a_voice_is_heard_where_it_stands(world: World, visit: Guests, company_id: str) -> None:
    phone = _sends(world, audio={"mime_type": "audio/mpeg", "base64": base64.b64encode(_SOUND).decode()})
    one = visit()
    page = one.open(company_id, f"conversations?open={_conversation(world, phone)}")
    sound = page.locator("[data-media=audio]")
    expect(sound).to_be_visible(timeout=_ARRIVES_MS)
    with page.expect_response(lambda answer: answer.url.endswith("/media")) as fetched:
        sound.get_by_role("button", name="Ouvir").click()
    answer = fetched.value
    assert answer.headers["content-type"] == "audio/mpeg"
    assert (answer.headers["content-disposition"], answer.headers["x-content-type-options"]) == ("inline", "nosniff")
    # Who asks for a part gets the whole, as a server may answer that gives no parts, and is told no range.
    part = one.context.request.get(answer.url, headers={"range": "bytes=100-199"})
    assert (part.status, part.headers.get("content-range"), part.body()) == (200, None, _SOUND)
    player = sound.locator("audio")
    assert _PLACE_S < player.evaluate(_CAN_PLAY) < 2 * _SOUND_S, "the sound does not play"
    assert player.evaluate(_PLAYS_FROM, _PLACE_S) >= _PLACE_S, "one cannot go to a place in it"
    one.judge("conversations-voice")


def test_a_quick_reply_is_written_behind_a_slash(world: World, visit: Guests, company_id: str) -> None:
    said = f"Qual o frete? {secrets.token_hex(3)}"
    _writes(world, said)
    one = visit()
    page = one.open(company_id, "conversations")
    page.locator("[data-conversations] [data-row]", has_text=said).click(timeout=_ARRIVES_MS)
    page.get_by_role("button", name="Respostas rápidas").click()
    panel = page.get_by_role("dialog")
    panel.get_by_role("button", name="Nova resposta rápida").click()
    page.locator("input[name=shortcut]").fill("frete")
    page.locator("textarea[name=text]").fill("O frete é grátis acima de R$ 100.")
    page.get_by_role("button", name="Salvar").click()
    expect(panel.get_by_text("/frete", exact=True)).to_be_visible()
    one.judge("conversations-quick-replies")
    page.keyboard.press("Escape")
    field = page.get_by_role("textbox", name="Resposta")
    field.fill("/fre")
    page.keyboard.press("Enter")
    expect(field).to_have_value("O frete é grátis acima de R$ 100.")


def test_a_viewer_reads_with_masks_and_answers_nothing(world: World, visit: Guests, company_id: str) -> None:
    said = f"Só para olhar {secrets.token_hex(3)}"
    phone = _writes(world, said)
    page = visit(role="viewer").open(company_id, "conversations")
    page.locator("[data-conversations] [data-row]", has_text=said).click(timeout=_ARRIVES_MS)
    expect(page.locator("[data-thread]")).to_be_visible()
    expect(page.locator("[data-composer]")).to_have_count(0)
    expect(page.get_by_role("button", name="Assumir")).to_have_count(0)
    assert phone[-8:] not in page.locator("main").inner_text().replace("-", "").replace(" ", "")


def test_a_conversation_is_summed_up_and_says_who_wrote_it(world: World, visit: Guests, company_id: str) -> None:
    said = f"Meu pedido {secrets.token_hex(3)} ainda não chegou"
    phone = _writes(world, said)
    one = visit()
    page = one.open(company_id, f"conversations?open={_conversation(world, phone)}")
    page.get_by_role("button", name="Resumir a conversa").click()
    summary = page.locator("[data-summary=data]")
    expect(summary).to_contain_text(said[:20], timeout=_ARRIVES_MS)
    expect(summary).to_contain_text("montado com os dados")
    expect(summary).to_contain_text("Nenhum agente ativo da empresa tem um modelo de linguagem.")
    one.judge("conversations-summary")
    with running() as server, agent_with(world.api, server, settings={"outside": "silent"}):
        server.says = lambda _: {"content": json.dumps({"resumo": "A pessoa diz que o pedido ainda não chegou."})}
        page.get_by_role("button", name="Resumir de novo").click()
        told = page.locator("[data-summary=model]")
        expect(told).to_contain_text("A pessoa diz que o pedido ainda não chegou.", timeout=_ARRIVES_MS)
