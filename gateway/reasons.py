"""Reason codes in words, Portuguese and English: one look-up over the engine's tables."""

from __future__ import annotations

from collections.abc import Mapping

from engine.ai.answer_reasons import ANSWERS
from engine.ai.knowledge_reasons import KNOWLEDGE
from engine.ai.outcomes import REASONS as UNDERSTOOD
from engine.ai.variant_reasons import variant_words
from engine.campaign_reasons import CAMPAIGN
from engine.conversations import AI_OFF
from engine.dead_letters import SKIPS
from engine.error_classes import error_brain
from engine.history_reasons import history_words
from engine.hold_reasons import BUDGETS
from engine.meta_notices import WORDS as NOTICES
from engine.outgoing_reasons import OUTGOING
from engine.reading_reasons import PAYLOAD, SIGNATURE, UNPARSED, Words
from engine.replay import SKIPS as REPLAY_SKIPS
from engine.rule_reasons import RUN, case_words, hold_words
from engine.web_reasons import web_words

_WHATSAPP = "whatsapp_"  # engine/failures.py: the error code follows
_WAITING: Mapping[str, Words] = {
    "retry": Words("Nova tentativa marcada.", "Another try is due."),
    "no_answer": Words(
        "Não houve resposta: não se sabe se saiu. Os recibos podem dizer.",
        "There was no answer: nobody knows whether it left. Receipts may tell.",
    ),
    "sender_lost": Words(
        "Quem enviava parou no meio: não se sabe se saiu. Os recibos podem dizer.",
        "Its sender went away in between: nobody knows whether it left. Receipts may tell.",
    ),
    "sent_again": Words(
        "Nada disse que saiu: foi enviada de novo, como a política manda.",
        "Nothing told that it left: it was sent again, as the policy says.",
    ),
    "session_paused": Words("A sessão está pausada.", "The session is paused."),
    "session_stopped": Words("A sessão está parada.", "The session is stopped."),
    "session_removed": Words("A sessão foi removida.", "The session was removed."),
    "erased": Words("Os dados da pessoa foram apagados (LGPD).", "The person's data was erased (LGPD)."),
    "changed_already": Words("Já está assim.", "It is so already."),
    "cancelled": Words("Cancelada a pedido.", "Cancelled on request."),
    "paused_by_user": Words("Pausada por uma pessoa.", "Paused by a person."),
    "event_type_not_named": Words(
        "A regra não menciona este tipo de evento.", "The rule does not name this type of event."
    ),
    "marketing_stopped": Words("A pessoa não quer receber marketing.", "The person wants no marketing."),
    "opted_out": Words(
        "A pessoa pediu para não receber mais mensagens (opt-out).",
        "The person has asked for no more messages (opt-out).",
    ),
    "probably_not_on_whatsapp": Words(
        "Este número provavelmente não está no WhatsApp: foi recusado em dois dias diferentes.",
        "This number is probably not on WhatsApp: it was refused on two different days.",
    ),
    "country_restricted": Words(
        "O WhatsApp não deixa a empresa enviar para este país; campanhas não o tentam por um dia.",
        "WhatsApp does not let the company write to this country; bulk spares it for a day.",
    ),
    "replayed": Words("Outra mensagem do mesmo evento tomou o lugar.", "A replay of its event took its place."),
    "row_refused": Words("O banco não aceitou os campos do evento.", "The database refused the event's fields."),
}
_PREFIXES: Mapping[str, Words] = {
    "cancelled_by": Words("Cancelada por outro evento do pedido:", "Cancelled by another event of its order:"),
    "payload_refused": Words("O banco não aceitou o JSON:", "The database refused the JSON:"),
}


def in_words(code: str | None) -> dict[str, str] | None:
    """Return a reason in words; None where there is no reason, or one that nobody knows."""
    if code is None:
        return None
    for table in (
        _WAITING,
        CAMPAIGN,
        AI_OFF,
        BUDGETS,
        UNPARSED,
        PAYLOAD,
        SIGNATURE,
        RUN,
        SKIPS,
        REPLAY_SKIPS,
        NOTICES,
        OUTGOING,
        KNOWLEDGE,
        ANSWERS,
        UNDERSTOOD,
    ):
        if code in table:
            return _both(table[code])
    if words := (hold_words(code) or web_words(code) or case_words(code) or history_words(code) or variant_words(code)):
        return _both(words)
    prefix, _, rest = code.partition(":")
    if prefix in _PREFIXES:
        return {name: f"{text} {rest}" for name, text in _both(_PREFIXES[prefix]).items()}
    if prefix.startswith(_WHATSAPP) and (number := prefix.removeprefix(_WHATSAPP)).isdecimal():
        return dict(error_brain().classify(int(number)).texts()["meaning"])
    return None


def _both(words: Words) -> dict[str, str]:
    return {"pt": words.pt, "en": words.en}
