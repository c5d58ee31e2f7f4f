"""Why a number or a template stopped, in words, whoever stopped it."""

from __future__ import annotations

from engine.error_classes import error_brain
from engine.meta_notices import WORDS
from engine.reading_reasons import Words
from engine.web_reasons import web_words

_WHATSAPP = "whatsapp_"  # engine/failures.py: the error code follows


def stop_words(reason: str) -> Words:
    """Return a reason in words; one that nobody knows stands for itself."""
    number = reason.removeprefix(_WHATSAPP)
    if reason.startswith(_WHATSAPP) and number.isdecimal():
        of = error_brain().classify(int(number))
        return Words(of.meaning_pt, of.meaning_en)
    return WORDS.get(reason) or web_words(reason) or Words(reason, reason)
