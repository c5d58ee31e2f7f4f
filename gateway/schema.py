"""JSON Schemas as plain values: one description of a body, used to check it and to document it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from engine.problems import encodable
from engine.suggestions import unknown_name
from engine.times import parse_time

Schema = dict[str, Any]
Problem = dict[str, str]
_MOST_PROBLEMS = 50
_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def text(longest: int = 200, shortest: int = 1, **more: Any) -> Schema:
    """Return the schema of a text; lengths in characters."""
    return {"type": "string", "minLength": shortest, "maxLength": longest, **more}


def choice(*values: str, **more: Any) -> Schema:
    """Return the schema of one of several words."""
    return {"type": "string", "enum": list(values), **more}


def identifier(**more: Any) -> Schema:
    """Return the schema of an id."""
    return {"type": "string", "format": "uuid", **more}


def moment(**more: Any) -> Schema:
    """Return the schema of a time."""
    return {"type": "string", "format": "date-time", **more}


def whole(lowest: int, highest: int, **more: Any) -> Schema:
    """Return the schema of a whole number within bounds."""
    return {"type": "integer", "minimum": lowest, "maximum": highest, **more}


def boolean(**more: Any) -> Schema:
    """Return the schema of true or false."""
    return {"type": "boolean", **more}


def record(properties: Mapping[str, Schema], required: Sequence[str] = (), **more: Any) -> Schema:
    """Return the schema of an object that has these fields and no others."""
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False, **more}
    if required:
        schema["required"] = list(required)
    return schema


def anything(**more: Any) -> Schema:
    """Return the schema of an object that is checked by the engine, or is somebody else's."""
    return {"type": "object", "additionalProperties": True, **more}


def items(schema: Schema, most: int, **more: Any) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema, "maxItems": most, **more}


def nullable(schema: Schema) -> Schema:
    """Return a schema that also allows null."""
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    widened = {**schema, "type": [schema["type"], "null"]}
    if "enum" in widened:
        widened["enum"] = [*widened["enum"], None]
    return widened


COMPONENTS: dict[str, Schema] = {}
_PREFIX = "#/components/schemas/"


def ref(name: str) -> Schema:
    """Return a reference to a component schema."""
    return {"$ref": _PREFIX + name}


def define(name: str, schema: Schema) -> Schema:
    """Add a component schema and return a reference to it."""
    COMPONENTS[name] = schema
    return ref(name)


def problems_of(schema: Schema, value: object, path: str = "") -> list[Problem]:
    """Return everything that is wrong with a value as ``{"field", "reason"}``; [] if nothing is.

    Knows the keywords that the functions above produce, and no others.
    """
    found: list[Problem] = []
    _check(schema, value, path, found)
    return found[:_MOST_PROBLEMS]


def _check(schema: Schema, value: object, path: str, found: list[Problem]) -> None:
    if "$ref" in schema:
        schema = COMPONENTS[schema["$ref"].removeprefix(_PREFIX)]
    types = schema.get("type", [])
    allowed: list[str] = [types] if isinstance(types, str) else types
    kind = _kind(value)
    if allowed and kind not in allowed and not (kind == "integer" and "number" in allowed):
        found.append(_problem(path, "must be " + " or ".join(_WORDS[name] for name in allowed)))
    elif isinstance(value, str):
        found += [_problem(path, reason) for reason in _text_reasons(schema, value)]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        lowest, highest = schema.get("minimum"), schema.get("maximum")
        if (lowest is not None and value < lowest) or (highest is not None and value > highest):
            found.append(_problem(path, f"must be from {lowest} to {highest}"))
    elif isinstance(value, dict):
        _check_record(schema, value, path, found)
    elif isinstance(value, list):
        most = schema.get("maxItems")
        if len(value) < schema.get("minItems", 0) or (most is not None and len(value) > most):
            found.append(_problem(path, f"must have {schema.get('minItems', 0)} to {most} entries"))
        for index, entry in enumerate(value[:most]):
            _check(schema.get("items", {}), entry, f"{path}[{index}]", found)


def _check_record(schema: Schema, value: dict[str, object], path: str, found: list[Problem]) -> None:
    if schema.get("x-checked-by"):  # the engine names all its problems at once
        return
    properties: dict[str, Schema] = schema.get("properties", {})
    missing = (name for name in schema.get("required", ()) if name not in value)
    found += [_problem(_join(path, name), "is needed") for name in missing]
    for name, entry in value.items():
        if name in properties:
            _check(properties[name], entry, _join(path, name), found)
        elif schema.get("additionalProperties") is False:
            found.append(_problem(_join(path, f"{name:.60}"), unknown_name("field", name, properties)))
        elif isinstance(schema.get("additionalProperties"), dict):
            _check(schema["additionalProperties"], entry, _join(path, f"{name:.60}"), found)


def _text_reasons(schema: Schema, value: str) -> list[str]:
    reasons = []
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if len(value.strip()) < shortest or (longest is not None and len(value) > longest):
        reasons.append(f"must have {shortest} to {longest} characters")
    if "enum" in schema and value not in schema["enum"]:
        reasons.append("must be one of " + ", ".join(str(word) for word in schema["enum"] if word is not None))
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value[:500]):
        reasons.append(schema.get("x-reason", f"must match {schema['pattern']}"))
    if schema.get("format") == "uuid" and not _is_uuid(value):
        reasons.append("must be an id (UUID)")
    if schema.get("format") == "date-time" and parse_time(value) is None:
        reasons.append("must be a time such as 2026-01-31T12:00:00Z")
    if not encodable(value):
        reasons.append("must not hold NUL or half a character")
    return reasons


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    kinds: tuple[tuple[type, str], ...] = (
        (str, "string"),
        (int, "integer"),
        (float, "number"),
        (dict, "object"),
        (list, "array"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def _is_uuid(value: str) -> bool:
    try:
        return len(value) == 36 and UUID(value) is not None
    except ValueError:
        return False


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _problem(path: str, reason: str) -> Problem:
    return {"field": path or "body", "reason": reason}
