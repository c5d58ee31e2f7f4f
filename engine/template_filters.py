"""The filters of templates: ``{{order_value|money}}`` → ``R$ 97,00``. A filter that cannot make sense of a value
returns None, which counts as a missing variable: nobody gets a message with half a date in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from engine.comparison import moment_of, number_of, text_of

MAX_TRUNCATE = 4096
_CENT = Decimal("0.01")
_LARGEST_MONEY = Decimal(10) ** 15
_PARTICLES = frozenset(("da", "das", "de", "do", "dos", "e"))

Filter = Callable[[object, tzinfo], object]


@dataclass(frozen=True, slots=True)
class FilterKind:
    """How a filter is made from its argument, and what is wrong with an argument (None: nothing)."""

    build: Callable[[str | None], Filter]
    problem: Callable[[str | None], str | None]


def money(value: object, zone: tzinfo) -> object:
    """Return ``R$ 1.234,56`` for a number or a text that is one."""
    number = number_of(value)
    if number is None or not -_LARGEST_MONEY < number < _LARGEST_MONEY:
        return None
    amount = Decimal(number).quantize(_CENT, ROUND_HALF_UP)
    digits = f"{abs(amount):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{'-' if amount < 0 else ''}R$ {digits}"


def date(value: object, zone: tzinfo) -> object:
    """Return ``22/11/2026`` in the company's zone."""
    return _written(value, zone, "{0:%d}/{0:%m}/{0.year:04}")


def time(value: object, zone: tzinfo) -> object:
    """Return ``15:04`` in the company's zone."""
    return _written(value, zone, "{0:%H}:{0:%M}")


def date_and_time(value: object, zone: tzinfo) -> object:
    """Return ``22/11/2026 15:04`` in the company's zone."""
    return _written(value, zone, "{0:%d}/{0:%m}/{0.year:04} {0:%H}:{0:%M}")


def first_name(value: object, zone: tzinfo) -> object:
    """Return the first word of a name, with a capital where it came all in capitals or all small."""
    words = _text(value, zone).split()
    if not words:
        return None
    word = words[0]
    return word.capitalize() if word.isupper() or word.islower() else word


def title(value: object, zone: tzinfo) -> object:
    """Return a name with capitals as Portuguese writes them: ``Maria da Silva``."""
    words = (word if word in _PARTICLES else word.capitalize() for word in _text(value, zone).lower().split())
    written = " ".join(words)
    return written[:1].upper() + written[1:] or None


def upper(value: object, zone: tzinfo) -> object:
    """Return the text in capitals."""
    return _text(value, zone).upper() or None


def lower(value: object, zone: tzinfo) -> object:
    """Return the text in small letters."""
    return _text(value, zone).lower() or None


def digits(value: object, zone: tzinfo) -> object:
    """Return only the digits of a text: ``123.456.789-00`` → ``12345678900``."""
    return "".join(filter(str.isdecimal, text_of(value) or "")) or None


def display(value: object, zone: tzinfo) -> str | None:
    """Return how a value looks that passes no filter: reais for an order's value, date and time for a moment.

    Numbers and texts of a payload look as they came; ``sim`` and ``não`` for true and false; a list or an object
    has no look, so it counts as missing.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, Decimal):
        return money(value, zone)  # type: ignore[return-value]
    if isinstance(value, datetime):
        return date_and_time(value, zone)  # type: ignore[return-value]
    return text_of(value)


def _written(value: object, zone: tzinfo, pattern: str) -> str | None:
    moment = moment_of(value)
    try:
        return None if moment is None else pattern.format(moment.astimezone(zone))
    except OverflowError:  # the year 1 or 9999, moved beyond the calendar by its zone
        return None


def _text(value: object, zone: tzinfo) -> str:
    return (display(value, zone) or "").strip()


def _truncate(argument: str | None) -> Filter:
    limit = int(argument or 0)

    def truncate(value: object, zone: tzinfo) -> object:
        text = display(value, zone)
        return text if text is None or len(text) <= limit else text[: limit - 1].rstrip() + "…"

    return truncate


def _default(argument: str | None) -> Filter:
    return lambda value, zone: argument if value is None else value


def _plain(function: Filter) -> FilterKind:
    """Return a filter without an argument; it lets what is missing pass, so that a later default can fill it."""

    def apply(value: object, zone: tzinfo) -> object:
        return None if value is None else function(value, zone)

    return FilterKind(lambda argument: apply, lambda argument: "takes no argument" if argument is not None else None)


def _truncate_problem(argument: str | None) -> str | None:
    if argument and argument.isascii() and argument.isdecimal() and 2 <= int(argument[:6]) <= MAX_TRUNCATE:
        return None
    return f"needs a length from 2 to {MAX_TRUNCATE}, such as truncate:20"


def _default_problem(argument: str | None) -> str | None:
    return 'needs a text, such as default:"seu pedido"' if argument is None else None


FILTERS: dict[str, FilterKind] = {
    "money": _plain(money),
    "date": _plain(date),
    "time": _plain(time),
    "datetime": _plain(date_and_time),
    "first_name": _plain(first_name),
    "title": _plain(title),
    "upper": _plain(upper),
    "lower": _plain(lower),
    "digits": _plain(digits),
    "truncate": FilterKind(_truncate, _truncate_problem),
    "default": FilterKind(_default, _default_problem),
}
