"""The country calling code of an E.164 number (ITU-T E.164: one to three digits, no code begins another)."""

from __future__ import annotations

_ONE = frozenset("17")
# By first digit: the second digits that make a code of two.
_SECOND = {"2": "07", "3": "0123469", "4": "013456789", "5": "12345678", "6": "0123456", "8": "1246", "9": "0123458"}
_TWO = frozenset(first + second for first, seconds in _SECOND.items() for second in seconds)


def calling_code(e164: str) -> str:
    """Return the digits of the calling code: ``55`` for ``+5511…``."""
    digits = e164.removeprefix("+")
    if digits[:1] in _ONE:
        return digits[:1]
    return digits[:2] if digits[:2] in _TWO else digits[:3]
