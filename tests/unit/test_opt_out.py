"""What people write when they want no more messages, and what only looks like it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.opt_out import ALL, MARKETING, Stop, Wish, inbound_text, read_wish, stop_reason

WORDS = ("PARAR", "SAIR", "STOP", "CANCELAR", "DESCADASTRAR", "UNSUBSCRIBE", "REMOVER")
AROUND = st.text(alphabet=" \t\n.,!?;:-*_~\"'()🙏😡\u200b", max_size=6)


def _case(word: str, upper: list[bool]) -> str:
    return "".join(letter.upper() if big else letter.lower() for letter, big in zip(word, upper, strict=False))


@given(st.sampled_from(WORDS), st.lists(st.booleans(), min_size=12, max_size=12), AROUND, AROUND)
def test_a_word_of_its_own_stops_however_it_is_written(word: str, upper: list[bool], before: str, behind: str) -> None:
    assert read_wish(before + _case(word, upper) + behind) == Wish(True)


@pytest.mark.parametrize(
    "text",
    [
        "Parar por favor",
        "PARE de me mandar mensagem",
        "parem com isso!!",
        "Parar, não quero mais",
        "pare, não me mande mais nada",
        "Sair da lista",
        "cancelar inscrição",
        "Cancelar o recebimento de mensagens, por favor",
        "Descadastre meu número",
        "não quero mais receber mensagens",
        "Não quero receber mais nada de vocês",
        "me tira da lista por favor",
        "opt-out",
        "ＳＴＯＰ",
    ],
)
def test_these_stop_everything(text: str) -> None:
    assert read_wish(text) == Wish(True, ALL)


@pytest.mark.parametrize("text", ["Parar promoções", "stop marketing", "não quero mais receber ofertas"])
def test_these_stop_marketing(text: str) -> None:
    assert read_wish(text) == Wish(True, MARKETING)


@pytest.mark.parametrize("text", ["VOLTAR", "start", "Voltar por favor!", "quero voltar a receber mensagens", "opt in"])
def test_these_want_messages_again(text: str) -> None:
    assert read_wish(text) == Wish(False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙏",
        "Não quero parar",
        "nao parar",
        "não quero sair",
        "nunca parar",
        "Parar? Não!",
        "parar não, quero continuar",
        "stop? not yet",
        "parar não quero sair",
        "Cancelar meu pedido",
        "cancelar a compra",
        "Quero cancelar meu pedido",
        "Sair de casa hoje está difícil",
        "como faço para parar o boleto?",
        "voltar a comprar",
        "Volto amanhã",
        "não quero receber o boleto ainda",
        "parabéns",
        "Starting now",
        "pare" * 100,
    ],
)
def test_these_say_nothing_about_it(text: str) -> None:
    assert read_wish(text) is None


@given(st.text(max_size=60), st.sampled_from(["parar", "sair", "cancelar", "stop"]))
def test_a_negation_in_front_never_stops(rest: str, word: str) -> None:
    assert read_wish(f"não quero {word} {rest}") in (None, Wish(False))


@given(st.text())
def test_no_text_raises(text: str) -> None:
    read_wish(text)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"type": "text", "text": {"body": "PARAR"}}, "PARAR"),
        ({"type": "button", "button": {"text": "Parar promoções", "payload": "x"}}, "Parar promoções"),
        ({"type": "interactive", "interactive": {"button_reply": {"id": "1", "title": "Sair"}}}, "Sair"),
        ({"type": "interactive", "interactive": {"list_reply": {"id": "1", "title": "Sair"}}}, None),
        ({"type": "image", "image": {"caption": "PARAR"}}, None),
        ({"type": "text", "text": "PARAR"}, None),
        ({"type": "text", "text": {"body": 1}}, None),
        ({}, None),
    ],
)
def test_what_a_person_wrote_or_tapped(message: dict[str, Any], text: str | None) -> None:
    assert inbound_text(message) == text


def test_what_a_stop_stops() -> None:
    said_in = uuid4()
    out = Stop(all=True, event_id=said_in)
    for category in (None, "utility", "authentication", "marketing"):
        assert stop_reason(out, category=category) == "opted_out"
        assert stop_reason(Stop(), category=category) is None
    assert stop_reason(out, category=None, answers=True) is None
    assert stop_reason(out, category=None, event_id=said_in) is None
    assert stop_reason(out, category=None, event_id=uuid4()) == "opted_out"
    assert stop_reason(out, category="marketing", event_id=said_in, answers=True) == "opted_out"
    assert stop_reason(Stop(all=True), category=None, event_id=None) == "opted_out"
    spared = Stop(all=True, spares_utility=True)
    assert stop_reason(spared, category="utility") is None
    assert stop_reason(spared, category=None) == "opted_out"
    assert stop_reason(spared, category="marketing") == "opted_out"
    assert stop_reason(Stop(marketing=True), category="marketing") == "marketing_stopped"
    assert stop_reason(Stop(marketing=True), category="utility") is None
