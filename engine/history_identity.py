"""By what an imported event is found among all stored ones, however old: JSON that its payload must contain."""

from __future__ import annotations

import json
from typing import NamedTuple

from engine.aliases import locate_fields
from engine.json_text import SpelledFloat
from engine.jsonpath import MISSING, Path, compile_path
from engine.mapping import FieldMapping
from engine.reading import ReadEvent


class Identity(NamedTuple):
    """What a stored event must have to be the same: an external id, and JSON in its payload (as text).

    ``external_id`` is None for a payload without an id: the whole of it must be contained.
    """

    external_id: str | None
    pattern: str


def identity_of(read: ReadEvent, mapping: FieldMapping) -> Identity | None:
    """Return by what an event of a history page is found; None where its payload says nothing, or is no object.

    Args:
        read: the event as the shard would read it, without headers: an id is the payload's.
        mapping: the webhook's, compiled.
    """
    value = read.item.value
    if read.event is None or read.item.jsonb is None or not isinstance(value, dict) or not value:
        return None
    if read.event.external_id is None:
        return Identity(None, read.item.jsonb)
    path = _id_path(value, mapping)
    found = MISSING if path is None else path.get(value)
    if path is None or not isinstance(found, str | int | float) or isinstance(found, SpelledFloat):
        return Identity(read.event.external_id, read.item.jsonb)
    return Identity(read.event.external_id, json.dumps(_nested(path, found)))


def _id_path(value: dict[str, object], mapping: FieldMapping) -> Path | None:
    mapped = mapping.fields.get("external_id")
    if mapped is not None:
        return next((path for path in mapped.paths if isinstance(path.get(value), str | int)), None)
    place = locate_fields(value).get("external_id")
    return None if place is None else compile_path(place)


def _nested(path: Path, found: object) -> object:
    for one in reversed(path.steps):
        found = [found] if isinstance(one, int) else {one: found}
    return found
