"""What a person writes back: the inbound message of Meta's webhook (facts: whatsapp.md §2.3)."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from whatsapp.simulator.registry import Number, digits
from whatsapp.simulator.statuses import change
from whatsapp.simulator.world import World


def reply_change(world: World, spec: dict[str, Any]) -> tuple[Number, str, str]:
    """Return the number, the new message's id and the ``changes`` entry for a ``POST /_sim/reply``.

    Raises:
        ValueError: the number is unknown, ``from`` is no phone, or not exactly one of text and button is given.
    """
    number = world.registry.numbers.get(str(spec.get("phone_number_id")))
    if number is None:
        raise ValueError("phone_number_id is unknown")
    phone = digits(spec.get("from"))
    text, button = spec.get("text"), spec.get("button")
    if (text is None) == (button is None):
        raise ValueError("give exactly one of text and button")
    content = _text(text) if text is not None else _button(button, world, number, phone)
    wamid = world.inbound_id(phone)
    who = world.people.wa_id(phone)
    name = spec.get("name", "Cliente Simulado")
    if not isinstance(name, str):
        raise ValueError("name must be text")
    message = f'{{"from":"{who}","id":"{wamid}","timestamp":"{world.clock.now_ms() // 1000}",{content}}}'
    contact = f'{{"profile":{{"name":{quoted(name)}}},"wa_id":"{who}"}}'
    return number, wamid, change(number, f'"contacts":[{contact}],"messages":[{message}]')


def _text(text: object) -> str:
    if not isinstance(text, str) or not text:
        raise ValueError("text must be text")
    return f'"type":"text","text":{{"body":{quoted(text)}}}'


def _button(button: object, world: World, number: Number, phone: int) -> str:
    """Answer a template's quick reply; its context is the last message this number sent to the person."""
    shown = button.get("text") if isinstance(button, dict) else button
    payload = button.get("payload", shown) if isinstance(button, dict) else button
    if not isinstance(shown, str) or not isinstance(payload, str):
        raise ValueError("button must be its text, or an object with text and payload")
    ledger = world.ledger
    answered = [index for index in ledger.sent_to(phone) if ledger.number[index] == number.index]
    context = ""
    if answered:
        context = f',"context":{{"from":"{number.phone}","id":"{ledger.wamid(answered[-1])}"}}'
    return f'"type":"button","button":{{"payload":{quoted(payload)},"text":{quoted(shown)}}}{context}'
