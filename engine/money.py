"""Money as sources write it → whole cents, rounded half to even; unreadable is better than guessed."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

MAX_CENTS = 10**15  # ten trillion reais; bigint and exact doubles both hold it
_MAX_TEXT = 48
_CENT = Decimal("0.01")
_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)  # more digits than any text that is read
_CURRENCY = re.compile(r"[\s\u00a0\u202f]|R\$|BRL", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")


class MoneyProblem(ValueError):
    """The value is no money; ``reason`` is ``unreadable`` or ``too_large``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def to_cents(value: object) -> int:
    """Return cents for a number or a text.

    Text with a comma is Brazilian (``1.234,56``), text with one dot has a decimal point (``1234.56``); ``R$``
    and spaces are ignored. A value with more digits is rounded half to even, from the digits as written.

    Raises:
        MoneyProblem: unreadable, or beyond ten trillion.
    """
    kind = type(value)
    if kind is int:
        return _bounded(value * 100)  # type: ignore[operator]
    if kind is str:
        return _text_to_cents(value)  # type: ignore[arg-type]
    if isinstance(value, float):
        if not -MAX_CENTS <= value <= MAX_CENTS:  # NaN too
            raise MoneyProblem("too_large")
        return _decimal_to_cents(Decimal(repr(float(value))))
    raise MoneyProblem("unreadable")


def cents_to_text(cents: int) -> str:
    """Return money as the API writes it: ``97.00``."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _text_to_cents(text: str) -> int:
    # The usual spelling first: digits, a dot, two digits.
    if len(text) < 16 and text[-3:-2] == "." and text.isascii():
        whole, cents = text[:-3], text[-2:]
        if whole.isdigit() and cents.isdigit():
            return _bounded(int(whole) * 100 + int(cents))
    if len(text) > _MAX_TEXT:
        raise MoneyProblem("unreadable")
    plain = _CURRENCY.sub("", text)
    sign = -1 if plain.startswith("-") else 1
    return sign * _decimal_to_cents(Decimal(_decimal_spelling(plain.lstrip("+-"), len(plain))))


def _decimal_spelling(plain: str, full_length: int) -> str:
    if full_length - len(plain) > 1:
        raise MoneyProblem("unreadable")
    if "," in plain:
        whole, _, fraction = plain.partition(",")
        if "." in whole:
            if not _GROUPED.fullmatch(whole):
                raise MoneyProblem("unreadable")
            whole = whole.replace(".", "")
    elif plain.count(".") > 1:
        if not _GROUPED.fullmatch(plain):
            raise MoneyProblem("unreadable")
        whole, fraction = plain.replace(".", ""), ""
    else:
        whole, _, fraction = plain.partition(".")
    digits = whole + fraction
    if not (digits.isascii() and digits.isdigit()):
        raise MoneyProblem("unreadable")
    return f"{whole or '0'}.{fraction or '0'}"


def _decimal_to_cents(amount: Decimal) -> int:
    if abs(amount) > MAX_CENTS:
        raise MoneyProblem("too_large")
    return _bounded(int(amount.quantize(_CENT, context=_EXACT).scaleb(2, context=_EXACT)))


def _bounded(cents: int) -> int:
    if not -MAX_CENTS <= cents <= MAX_CENTS:
        raise MoneyProblem("too_large")
    return cents
