"""JSON text → values, without rounding ids and without giving up on what only a strict parser refuses.

Called by engine/bodies.py. orjson reads what is usual; the standard library reads again what orjson would round
(integers beyond 64 bits) or refuses (lone surrogates, NaN, numbers beyond a double, raw control characters).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import orjson

MAX_INT_DIGITS = 4300  # Python converts no longer ones (CVE-2020-10735); Postgres' numeric would

# Digits become 0 and what may stand before a number becomes ":", so that two plain searches find long integers.
_SHAPE = bytes.maketrans(b"123456789,[ \t\r\n", b"000000000::::::")
_BEYOND_U64 = b":" + b"0" * 20  # any 19 digits fit into an unsigned 64-bit integer
_BEYOND_I64 = b":-" + b"0" * 19
_NUL_ESCAPE = "\\u0000"


class SpelledFloat(float):
    """A number with a fraction or an exponent that remembers how it was written (``1.10`` is not ``1.1``)."""

    __slots__ = ("text",)

    text: str


class UnreadableJson(Exception):
    """The text is no JSON; ``reason`` is ``not_json`` or ``json_too_deep``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(slots=True)
class JsonDocument:
    """A parsed text: its value, and the text itself where Postgres can read the very same text."""

    value: object
    text: str | None


def rounds_integers(body: bytes) -> bool:
    """Return True where orjson may have rounded an integer (it reads those beyond 64 bits as floats).

    Long digits inside a string that follow a comma or a space are a false alarm, which costs a slower parse.
    """
    shape = body.translate(_SHAPE)
    return _BEYOND_U64 in shape or _BEYOND_I64 in shape


def parse_json(raw: bytes, text: str | None = None, *, spelled: bool = False) -> JsonDocument:
    """Return the value of a JSON text; never recurses to death.

    Args:
        raw: the text in UTF-8 (anything else is refused by orjson and read from ``text``).
        text: the same, decoded by the caller where the bytes are not plain UTF-8.
        spelled: numbers with a fraction come as :class:`SpelledFloat`.

    Raises:
        UnreadableJson: neither parser takes it.
    """
    try:
        value = orjson.loads(raw if text is None else text)
    except orjson.JSONDecodeError:
        return _parse_leniently(raw.decode("utf-8", "surrogateescape") if text is None else text)
    if text is None:
        text = raw.decode()
    else:
        raw = text.encode()
    if spelled or rounds_integers(raw):
        try:
            value = _parse_exactly(text)
        except (ValueError, RecursionError):
            # Deeper than the standard library goes: the value with rounded numbers is better than none.
            return JsonDocument(value, text)
    return JsonDocument(value, text)


def _parse_leniently(text: str) -> JsonDocument:
    try:
        return JsonDocument(_parse_exactly(text), None)
    except RecursionError:
        raise UnreadableJson("json_too_deep") from None
    except ValueError:
        raise UnreadableJson("not_json") from None


def _parse_exactly(text: str) -> object:
    parsed: object = json.loads(text, parse_int=_whole, parse_float=_spell, parse_constant=_no_number, strict=False)
    return parsed


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= MAX_INT_DIGITS else _spell(text)


def _spell(text: str) -> SpelledFloat:
    number = SpelledFloat(text)
    number.text = text
    return number


def _no_number(_: str) -> None:
    """NaN and the infinities are no JSON: they read as null."""


def holds_nul(text: str) -> bool:
    """Return True where JSON text holds the escape of NUL, which JSONB cannot store."""
    # Pairs of backslashes are taken out first: in "\\\\u0000" the second escapes nothing.
    return "\\" in text and _NUL_ESCAPE in text and _NUL_ESCAPE in text.replace("\\\\", "")


def to_jsonb(value: object) -> tuple[str | None, str | None]:
    """Return ``(text, None)`` for Postgres' jsonb, or ``(None, reason)`` where JSONB cannot hold the value."""
    try:
        text = orjson.dumps(value).decode()
    except (TypeError, RecursionError):
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except RecursionError:
            return None, "payload_too_deep"
        except ValueError:
            return None, "payload_number"
        if _LONE_SURROGATE.search(text):
            return None, "payload_surrogate"
    if holds_nul(text):
        return None, "payload_nul"
    return text, None


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
