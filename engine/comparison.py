"""How a value is read for a comparison: as folded text, as a number, as a moment. Nothing here raises."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime
from decimal import Decimal

from engine.money import MoneyProblem, to_cents
from engine.times import parse_time

_MAX_NUMBER_TEXT = 40
_LARGEST_SHOWN = 10**400  # Python refuses to write integers of thousands of digits
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
# Digits alone are an amount or an id before they are a time.
_LOOKS_LIKE_TIME = re.compile(r"\s*\d{1,4}[-/]\d\d?[-/]\d", re.ASCII)


def fold(text: str) -> str:
    """Return the form in which texts are compared: trimmed, composed, without case. Accents count."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.strip().casefold()


def text_of(value: object) -> str | None:
    """Return a scalar as text (``97.00``, ``true``, ISO times); None for what is no scalar."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int | float):
        number = number_of(value)
        return str(number) if number is not None and -_LARGEST_SHOWN < number < _LARGEST_SHOWN else None
    if isinstance(value, datetime):
        return value.isoformat()
    return None


def number_of(value: object) -> int | Decimal | None:
    """Return a number, or a text that is one (``97``, ``97.00``, ``R$ 1.234,56``), exactly; None for the rest.

    Text with a comma is Brazilian, with only a dot a decimal point (shared facts on webhook sources, §2).
    """
    if value.__class__ is Decimal:  # what most rules compare, before the slower questions
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, float):
        return Decimal(repr(float(value))) if math.isfinite(value) else None
    if isinstance(value, str) and len(value) <= _MAX_NUMBER_TEXT:
        return _number_in_text(value.strip())
    return None


def moment_of(value: object) -> datetime | None:
    """Return an aware time, a text that is one, or unix seconds or milliseconds as a number; None for the rest.

    A text without an offset is São Paulo's time, a date alone its midnight there.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and not _LOOKS_LIKE_TIME.match(value):
        return None
    return parse_time(value)


def shortened(value: object, limit: int = 80) -> object:
    """Return a value as small JSON that Postgres can hold, for an explanation.

    Texts are cut and cleaned of what JSONB refuses, long lists and objects are told by their size.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _small_text(value, limit)
    if isinstance(value, list | tuple):
        return f"list of {len(value)}" if len(value) > 5 else [shortened(item, limit // 2) for item in value]
    if isinstance(value, int | float) and abs(value) < 2**53:
        return float(value) if isinstance(value, float) else value
    size = f"object of {len(value)}" if isinstance(value, dict) else type(value).__name__
    return _small_text(text_of(value) or size, limit)


def _small_text(text: str, limit: int) -> str:
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable() and text.isascii():
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "�")


def _number_in_text(text: str) -> Decimal | None:
    if _PLAIN_NUMBER.fullmatch(text):
        return Decimal(text)
    if text[-1:].isdigit() and ("," in text or "$" in text):
        try:
            return Decimal(to_cents(text)).scaleb(-2)
        except MoneyProblem:
            return None
    return None
