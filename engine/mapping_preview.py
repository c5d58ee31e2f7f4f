"""What a mapping makes of a payload: each canonical field, from which path, what is wrong, and what nobody reads.

For ``POST /webhooks/{id}/mapping/preview``; the event itself is read by the same code as the shard's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.aliases import ACCEPTED_TYPES, accept, locate_fields
from engine.events import CANONICAL_FIELDS, CanonicalEvent
from engine.jsonpath import MISSING, compile_path
from engine.mapping import FieldMapping, MappedField
from engine.money import cents_to_text
from engine.payload_shape import Leaf, leaves
from engine.times import parse_time, rfc3339

_ANY_TIME = ACCEPTED_TYPES["occurred_at"]
_TIMES = ("approved_at", "created_at", "timestamp")  # in the order in which they tell occurred_at


@dataclass(frozen=True, slots=True)
class FieldFound:
    """One canonical field of a previewed event.

    ``origin``: mapping, constant, alias, header, receipt (the time of receipt), or None where nothing was found.
    ``problem``: a code of ``engine.reading_reasons.FIELD``.
    """

    field: str
    value: str | None
    origin: str | None
    path: str | None
    problem: str | None


def explain(event: CanonicalEvent, value: Mapping[str, object], mapping: FieldMapping) -> list[FieldFound]:
    """Return every canonical field in the order of :data:`CANONICAL_FIELDS`.

    Args:
        event: what the reader made of ``value`` with ``mapping``.
        value: the event's value.
        mapping: the compiled mapping.
    """
    places = locate_fields(dict(value))
    problems = dict(event.problems)
    return [_explain(name, event, value, mapping, places, problems.get(name)) for name in CANONICAL_FIELDS]


def unread(value: object, found: list[FieldFound]) -> list[Leaf]:
    """Return the payload's values that no canonical field was read from."""
    used = {entry.path for entry in found if entry.path is not None}
    return [leaf for leaf in leaves(value) if not any(_below(leaf.path, path) for path in used)]


def _below(leaf: str, path: str) -> bool:
    return leaf == path or leaf.startswith((path + ".", path + "["))


def _explain(
    name: str,
    event: CanonicalEvent,
    value: Mapping[str, object],
    mapping: FieldMapping,
    places: Mapping[str, str],
    problem: str | None,
) -> FieldFound:
    shown = _shown(event, name)
    mapped = mapping.fields.get(name)
    if mapped is not None:
        path = _mapped_path(mapped, value)
        if path is None and mapped.constant is not None:
            return FieldFound(name, shown, "constant", None, problem)
        origin = "mapping" if path is not None else None
    else:
        path = _time_path(value, places) if name == "occurred_at" else places.get(name)
        origin = "alias" if path is not None else None
    if origin is None and shown is not None:
        origin = "receipt" if name == "occurred_at" else "header"
    return FieldFound(name, shown, origin, path, problem)


def _time_path(value: Mapping[str, object], places: Mapping[str, str]) -> str | None:
    """Return where the first time stands that can be read."""
    paths = (places[name] for name in _TIMES if name in places)
    return next((path for path in paths if parse_time(accept(compile_path(path).get(value), _ANY_TIME))), None)


def _mapped_path(mapped: MappedField, value: Mapping[str, object]) -> str | None:
    accepted = ACCEPTED_TYPES[mapped.name]
    for path in mapped.paths:
        found = path.get(value)
        numbered = mapped.name == "event_type" and type(found) is int
        if found is not MISSING and (numbered or accept(found, accepted) is not None):
            return path.canonical
    return None


def _shown(event: CanonicalEvent, name: str) -> str | None:
    if name == "order_value":
        return None if event.order_value_cents is None else cents_to_text(event.order_value_cents)
    if CANONICAL_FIELDS[name].kind == "time":
        moment = getattr(event, name)
        return None if moment is None else rfc3339(moment)
    text: str | None = getattr(event, name)
    return text
