"""Reading a field of an event by its canonical name or by a ``$.path`` into the payload. For rules and templates."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from engine.events import CANONICAL_FIELDS, CanonicalEvent, FieldNote
from engine.jsonpath import MISSING, compile_path
from engine.problems import encodable
from engine.suggestions import unknown_name

MAX_FIELD = 200
# What only a `message_understood` has, by name; elsewhere these are empty.
UNDERSTOOD_FIELDS = {
    "intent": FieldNote("text", "Intenção de uma mensagem entendida", "Intent of a message that was understood"),
    "confidence": FieldNote("text", "Confiança da intenção, de 0 a 1", "How sure the intent is, 0 to 1"),
    "text": FieldNote("text", "O que a pessoa escreveu", "What the person wrote"),
}
_UNDERSTOOD = "message_understood"

Reader = Callable[[CanonicalEvent, object], object]


def field_problem(field: object) -> str | None:
    """Return why this names no field, in words for the person who wrote it; None where it does."""
    if not isinstance(field, str) or not field:
        return "must be the name of a field, or a path into the payload such as $.metadata.deviceType"
    if len(field) > MAX_FIELD or not encodable(field):
        return f"must have at most {MAX_FIELD} characters, and no NUL or half a character"
    if field in CANONICAL_FIELDS or field in UNDERSTOOD_FIELDS:
        return None
    if field.startswith("$"):
        return _path_problem(field)
    if "." in field or "[" in field:
        return f"unknown field '{field:.60}'; a path into the payload begins with $: '$.{field:.60}'"
    return unknown_name("field", field, CANONICAL_FIELDS)


def compile_field(field: str) -> Reader:
    """Return a function of (event, payload) that reads the field; it returns None for what is missing or blank.

    An order's value is read as a Decimal in reais, times as aware datetimes, the rest as the payload has it.

    Raises:
        ValueError: :func:`field_problem` has something to say about this name.
    """
    if problem := field_problem(field):
        raise ValueError(problem)
    if field == "order_value":
        return _read_order_value
    if field.startswith("$"):
        return _path_reader(field)
    return _understood_reader(field) if field in UNDERSTOOD_FIELDS else _attribute_reader(field)


def _read_order_value(event: CanonicalEvent, payload: object) -> object:
    cents = event.order_value_cents
    return None if cents is None else _reais(cents)


@lru_cache(maxsize=4096)
def _reais(cents: int) -> Decimal:
    """A shop's prices are few, and many rules ask for the same one."""
    return Decimal(cents).scaleb(-2)


def _attribute_reader(name: str) -> Reader:
    get = attrgetter(name)
    return lambda event, payload: get(event) or None


def _understood_reader(name: str) -> Reader:
    read = _path_reader(f"$.{name}")
    return lambda event, payload: read(event, payload) if event.event_type == _UNDERSTOOD else None


def _path_reader(path: str) -> Reader:
    get = compile_path(path).get

    def read(event: CanonicalEvent, payload: object) -> object:
        found = get(payload)
        if found is MISSING or (isinstance(found, str) and not found.strip()):
            return None
        return found

    return read


def _path_problem(path: str) -> str | None:
    try:
        compile_path(path)
    except ValueError as error:
        return str(error) or "is no path; write it like $.metadata.deviceType or $.items[0].name"
    return None
