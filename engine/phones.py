"""Phone numbers → E.164 keys. What people type and what WhatsApp calls a number are two functions.

The numbering plan is Anatel's (area codes; nine digits for every mobile since 2016). WhatsApp kept the old ids of
accounts that were made before the ninth digit.
"""

from __future__ import annotations

import re

# By first digit: the second digits that exist.
_AREA_DIGITS = {
    "1": "123456789", "2": "12478", "3": "1234578", "4": "123456789", "5": "1345",
    "6": "123456789", "7": "134579", "8": "123456789", "9": "123456789",
}  # fmt: skip
AREA_CODES = frozenset(first + second for first, seconds in _AREA_DIGITS.items() for second in seconds)

NOBODY = "+0000000"  # what an erased message is addressed to: nobody's number
_MAX_TYPED = 64
# What may stand between digits: spaces, punctuation, the dashes and invisible marks that copying brings along.
_FILLING = re.compile(r"[\s().\-/_\u00a0\u00ad\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202f\u2060-\u2069\ufeff]+")
_SCHEME = re.compile(r"(?:tel|whatsapp|phone):", re.IGNORECASE)


def normalise_typed(value: object) -> str | None:
    """Return E.164 for what a person or a checkout wrote; Brazil unless it begins with ``+`` or ``00``.

    An old Brazilian mobile of eight digits gets its ninth. None where it is no number that could be called:
    a wrong guess would write to a stranger.
    """
    if type(value) is str:
        # The usual spelling first: area code and a mobile's nine digits.
        if len(value) == 11 and value[2] == "9" and value.isascii() and value.isdigit():
            return "+55" + value if value[:2] in AREA_CODES else _national_or_trunk(value)
        return _typed_text(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**15:
        return _national_or_trunk(str(value))
    return None


def without_filling(text: str) -> str:
    """Return a text without what may stand between a number's digits."""
    return _FILLING.sub("", text)


def normalise_wa_id(digits: str) -> str | None:
    """Return E.164 for WhatsApp's digits, which always carry the country code (``55…`` may lack the ninth digit).

    Keep the id itself beside this key: WhatsApp knows the person by it.
    """
    plain = digits.removeprefix("+")
    if not (plain.isascii() and plain.isdigit() and 7 <= len(plain) <= 15) or plain[0] == "0":
        return None
    if plain.startswith("55"):
        return _brazilian(plain[2:]) or "+" + plain
    return "+" + plain


def whatsapp_forms(e164: str) -> tuple[str, ...]:
    """Return the forms (E.164) under which WhatsApp may know a number; ask for all of them in one check.

    Accounts made before the ninth digit, in area codes above 30, keep an id without it; only a look-up tells.
    """
    subscriber = e164[5:]
    if (
        e164.startswith("+55")
        and len(e164) == 14
        and e164[3:5] > "30"
        and subscriber[0] == "9"
        and subscriber[1] in "6789"
    ):
        return e164, e164[:5] + subscriber[1:]
    return (e164,)


def area_code(e164: str) -> str | None:
    """Return the two digits of a Brazilian number's area code; None for other countries."""
    return e164[3:5] if e164.startswith("+55") and e164[3:5] in AREA_CODES else None


def _typed_text(value: str) -> str | None:
    if len(value) > _MAX_TYPED:
        return None
    text = _SCHEME.sub("", value.strip(), count=1)
    text = _FILLING.sub("", text)
    international = text.startswith(("+", "00"))
    digits = text.removeprefix("+") if text.startswith("+") else text.removeprefix("00")
    if not (digits.isascii() and digits.isdigit()):
        return None
    return _international(digits) if international else _national_or_trunk(digits)


def _international(digits: str) -> str | None:
    if digits.startswith("55"):
        return _brazilian(digits[2:].removeprefix("0"))
    return "+" + digits if 7 <= len(digits) <= 15 and digits[0] != "0" else None


def _national_or_trunk(digits: str) -> str | None:
    if digits[0] == "0":
        digits = digits[1:]
        # 0 + two digits of a carrier + area code + number.
        return _brazilian(digits[2:] if len(digits) in (12, 13) else digits)
    if len(digits) in (12, 13):
        return _brazilian(digits[2:]) if digits.startswith("55") else None
    return _brazilian(digits)


def _brazilian(national: str) -> str | None:
    area, subscriber = national[:2], national[2:]
    if area not in AREA_CODES:
        return None
    if len(subscriber) == 9:
        return "+55" + national if subscriber[0] == "9" else None
    if len(subscriber) == 8 and subscriber[0] in "6789":
        return f"+55{area}9{subscriber}"
    if len(subscriber) == 8 and subscriber[0] in "2345":
        return "+55" + national
    return None
