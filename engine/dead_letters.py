"""What could not be processed or sent, in words: classes with advice, and why a retry leaves one alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.campaigns import CANCELLED, PAUSED
from engine.error_classes import error_brain
from engine.message_states import RANKS
from engine.phones import NOBODY
from engine.reading_reasons import Words
from engine.web_send_errors import ERRORS as WEB_ERRORS

_WEB_PREFIX = "web_"


@dataclass(frozen=True, slots=True)
class LetterClass:
    """A class of dead letters: what it means and what to do about it."""

    meaning: Words
    advice: Words


CLASSES: Mapping[str, LetterClass] = {
    "transient": LetterClass(
        Words("Falha passageira que não passou dentro das tentativas.", "A passing failure that outlasted its tries."),
        Words("Pode tentar de novo agora.", "Try it again now."),
    ),
    "permanent": LetterClass(
        Words("O WhatsApp recusou em definitivo.", "WhatsApp has refused it for good."),
        Words(
            "Confira o número e o conteúdo; tentar de novo sem mudar nada costuma falhar outra vez.",
            "Check number and content; trying again without a change usually fails again.",
        ),
    ),
    "fix": LetterClass(
        Words("Há algo a corrigir na mensagem ou no modelo.", "Something in the message or template has to be mended."),
        Words("Corrija o modelo ou a regra e reprocesse o evento.", "Mend the template or rule and replay the event."),
    ),
    "suppress": LetterClass(
        Words("A pessoa não quer, ou não pode, receber.", "The person does not want it, or cannot get it."),
        Words("Descarte; não insista com esta pessoa.", "Discard it; do not insist with this person."),
    ),
    "hold": LetterClass(
        Words("Esperou além do limite.", "It waited beyond the limit."),
        Words("Veja o estado do número e tente de novo.", "Look at the number's state, then try again."),
    ),
    "stop": LetterClass(
        Words("O número ou a conta parou de enviar.", "The number or account has stopped sending."),
        Words("Resolva o problema do número e tente de novo.", "Solve the number's problem, then try again."),
    ),
    "unparsed": LetterClass(
        Words("O corpo do webhook não pôde ser lido.", "The webhook's body could not be read."),
        Words(
            "Veja os bytes como chegaram e corrija quem envia; tentar de novo lê o corpo outra vez.",
            "See the bytes as they came and mend the sender; a retry reads the body again.",
        ),
    ),
    "failed": LetterClass(
        Words("O evento não pôde ser guardado como veio.", "The event could not be stored as it came."),
        Words("Os bytes estão guardados; tente de novo ou fale com o suporte.", "Its bytes are kept; try again."),
    ),
}

# Why a bulk action leaves a dead letter alone.
SKIPS: Mapping[str, Words] = {
    "resolved_already": Words("Já foi resolvida.", "It has been dealt with already."),
    "accepted_already": Words(
        "A mensagem acabou aceita ou entregue: não vai de novo.", "It was accepted or delivered after all."
    ),
    "replaced_already": Words(
        "Outra mensagem já tomou o lugar desta.", "Another message has taken this one's place already."
    ),
    "template_paused": Words("A Meta pausou o modelo.", "Meta has paused the template."),
    "template_removed": Words("O modelo não existe mais.", "The template does not exist any more."),
    "message_gone": Words("A mensagem não existe mais.", "The message does not exist any more."),
    "event_gone": Words("O evento não existe mais.", "The event does not exist any more."),
    "bytes_gone": Words("Os bytes do evento não existem mais.", "The event's bytes do not exist any more."),
    "still_unreadable": Words("O corpo continua ilegível.", "The body still cannot be read."),
    "not_found": Words("Não há tal entrada.", "There is no such entry."),
    "not_in_preview": Words(
        "Não estava entre as mostradas na prévia.", "It was not among those that the preview showed."
    ),
}


def advice_of(
    error_class: str, code: str | None, reason: str, error: Mapping[str, Any] | None = None
) -> dict[str, str] | None:
    """Return what to do about a dead letter, in both languages: its own error's advice, its code's, or its class's."""
    if error and isinstance(error.get("advice"), dict):
        return {"pt": str(error["advice"].get("pt", "")), "en": str(error["advice"].get("en", ""))}
    if code is not None and code.isdecimal():
        if reason.startswith(_WEB_PREFIX) and (web := WEB_ERRORS.get(int(code))) is not None:
            return {"pt": web.advice_pt, "en": web.advice_en}
        texts = error_brain().classify(int(code))
        if texts.code_from >= 0:
            return {"pt": texts.advice_pt, "en": texts.advice_en}
    known = CLASSES.get(error_class)
    return None if known is None else {"pt": known.advice.pt, "en": known.advice.en}


def class_words(error_class: str) -> dict[str, str] | None:
    """Return a class in words."""
    known = CLASSES.get(error_class)
    return None if known is None else {"pt": known.meaning.pt, "en": known.meaning.en}


def retry_refusal(letter: Mapping[str, Any]) -> str | None:
    """Return why a message's dead letter is not tried again now (a code), or None.

    Args:
        letter: as ``storage.dead_letters.weigh_letters`` gives it.
    """
    if letter["resolved_at"] is not None:
        return "resolved_already"
    status = letter["status"]
    if status is None:
        return "message_gone"
    if status != "failed":
        return "accepted_already" if RANKS["uncertain"] <= RANKS[status] < RANKS["cancelled"] else "resolved_already"
    refusals = (
        ("replaced_already", letter["replaced"]),
        ("session_removed", letter["session_gone"]),
        ("campaign_paused", letter["campaign_state"] == PAUSED),
        ("campaign_cancelled", letter["campaign_state"] == CANCELLED),
        ("no_phone", not letter["to_phone"]),
        ("erased", letter["to_phone"] == NOBODY),
        (letter["stopped"], letter["stopped"]),
        ("probably_not_on_whatsapp", letter["undeliverable"]),
        ("country_restricted", letter["barred"]),
    )
    return next((reason for reason, holds in refusals if holds), None) or _template_refusal(letter)


def _template_refusal(letter: Mapping[str, Any]) -> str | None:
    if letter["template_id"] is None:
        return None
    if letter["template_status"] is None:
        return "template_removed"
    status = letter["template_status"].lower()
    if status == "approved" or letter["template_kind"] != "meta":
        return None
    return "template_paused" if status == "paused" else "template_not_approved"
