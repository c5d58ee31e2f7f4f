"""Why a message of a WhatsApp-Web session waits, was skipped or failed, and why the session itself stands, in words.

For the gateway (``gateway/reasons.py``); caps and repeated texts share their codes with ``engine/hold_reasons.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.reading_reasons import Words
from engine.web_disconnects import RULES
from engine.web_send_errors import classify

WEB_PREFIX = "web_"  # the code of WhatsApp's refusal follows

WEB: Mapping[str, Words] = {
    **{rule.reason: Words(rule.meaning_pt, rule.meaning_en) for rule in RULES.values()},
    "not_on_whatsapp": Words(
        "O número não está no WhatsApp; nada foi enviado.", "The number is not on WhatsApp; nothing was sent."
    ),
    "number_check_budget": Words(
        "Esta sessão já consultou hoje tantos números quantos pode sem risco.",
        "This session has looked up as many numbers today as it safely may.",
    ),
    "number_check_failed": Words(
        "O WhatsApp não respondeu se o número existe; nova consulta em instantes.",
        "WhatsApp did not say whether the number exists; it is asked again shortly.",
    ),
    "new_chats_blocked": Words(
        "O WhatsApp não deixa este número iniciar conversas novas por enquanto.",
        "WhatsApp lets this number open no new chats for now.",
    ),
    "number_slowed": Words(
        "O WhatsApp pediu para este número enviar mais devagar.", "WhatsApp wants this number to send more slowly."
    ),
    "session_not_connected": Words("A sessão não está conectada ao WhatsApp.", "The session is not connected."),
    "pairing_timed_out": Words(
        "Ninguém escaneou o QR code a tempo, ou a conta exige uma chave de acesso (passkey) para conectar aparelhos: "
        "essas contas não podem ser conectadas aqui.",
        "Nobody scanned the QR code in time, or the account demands a passkey to link devices: such accounts cannot be "
        "linked here.",
    ),
    "pairing_failed": Words("O celular não aceitou conectar o aparelho.", "The phone did not link the device."),
    "ban_too_many_new_people": Words(
        "Banimento temporário: mensagens a pessoas demais que não conhecem o número.",
        "Temporary ban: messages to too many people who do not know the number.",
    ),
    "ban_blocked_by_users": Words(
        "Banimento temporário: muitas pessoas bloquearam o número.",
        "Temporary ban: too many people have blocked the number.",
    ),
    "ban_too_many_groups": Words("Banimento temporário: grupos demais.", "Temporary ban: too many groups."),
    "ban_same_message": Words(
        "Banimento temporário: a mesma mensagem para pessoas demais.",
        "Temporary ban: the same message to too many people.",
    ),
    "ban_broadcast_list": Words(
        "Banimento temporário: listas de transmissão demais.", "Temporary ban: too many broadcast lists."
    ),
}


def web_words(code: str) -> Words | None:
    """Return a reason in words; None for one that is not of WhatsApp-Web."""
    if code in WEB:
        return WEB[code]
    number = code.removeprefix(WEB_PREFIX)
    if code.startswith(WEB_PREFIX) and number.isdecimal():
        row = classify(int(number))
        return Words(row.meaning_pt, row.meaning_en)
    return None
