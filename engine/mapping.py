"""A webhook's own mapping: which JSON path (or constant) gives a canonical field, instead of the aliases, and what its
source's event types are called here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.aliases import ACCEPTED_TYPES, accept
from engine.event_types import event_type_of
from engine.events import CANONICAL_FIELDS
from engine.jsonpath import MISSING, Path, compile_path
from engine.problems import encodable
from engine.suggestions import unknown_name

TYPES = "types"  # the entry that is no field: the source's event types and their names here
_MAX_PATHS = 10
_MAX_CONSTANT = 500
_MAX_TYPES = 200
_MAX_TYPE = 200


@dataclass(frozen=True, slots=True)
class MappedField:
    """Where one field comes from: the first path that has something, else the constant."""

    name: str
    paths: tuple[Path, ...]
    constant: str | None

    def get(self, root: object) -> object:
        """Return the value as it came, or None."""
        for path in self.paths:
            found = path.get(root)
            if found is not MISSING:
                hit = accept(found, ACCEPTED_TYPES[self.name])
                if hit is not None:
                    return hit
                if self.name == "event_type" and type(found) is int:  # some sources number their types
                    return str(found)
        return self.constant


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """A compiled mapping. A mapped field is read from its mapping alone: its aliases no longer count.

    ``types``: the source's event types (as written, trimmed) → canonical ones; they go before every other name.
    """

    fields: dict[str, MappedField]
    types: dict[str, str] = field(default_factory=dict)


NO_MAPPING = FieldMapping({})


def compile_mapping(mapping: Mapping[str, object] | None) -> FieldMapping:
    """Return the mapping that a webhook's row holds; entries that make no sense are left out.

    An entry is ``"field": "$.path"``, ``"field": ["$.first", "$.second"]`` or ``"field": {"value": "constant"}``
    (which may also hold ``"path"``: the constant then stands in where the path has nothing). ``"types"`` holds the
    source's names of event types: ``{"VENDA_OK": "order_approved"}``.
    """
    fields = {}
    for name, entry in (mapping or {}).items():
        try:
            if name != TYPES:
                fields[name] = _compile(name, entry)
        except ValueError:
            continue
    return FieldMapping(fields, _compile_types((mapping or {}).get(TYPES)))


def validate_mapping(mapping: object) -> list[dict[str, str]]:
    """Return what is wrong with a mapping, as ``{"field", "reason"}`` pairs; empty where it is sound."""
    if not isinstance(mapping, Mapping):
        return [{"field": "mapping", "reason": "an object of canonical fields and paths is needed"}]
    errors = []
    for name, entry in mapping.items():
        if name == TYPES:
            errors += _types_problems(entry)
            continue
        try:
            _compile(str(name), entry)
        except ValueError as problem:
            errors.append({"field": f"mapping.{name}", "reason": str(problem)})
    return errors


def _compile_types(types: object) -> dict[str, str]:
    if not isinstance(types, Mapping):
        return {}
    own = ((raw.strip(), event_type_of(name)) for raw, name in types.items() if not _type_problem(raw, name))
    return {raw: name for raw, name in own if name}


def _types_problems(types: object) -> list[dict[str, str]]:
    field = f"mapping.{TYPES}"
    if not isinstance(types, Mapping):
        return [{"field": field, "reason": 'an object is needed, such as {"VENDA_OK": "order_approved"}'}]
    if len(types) > _MAX_TYPES:
        return [{"field": field, "reason": f"must have at most {_MAX_TYPES} entries"}]
    told = ((raw, _type_problem(raw, name)) for raw, name in types.items())
    return [{"field": f"{field}.{raw:.60}", "reason": reason} for raw, reason in told if reason]


def _type_problem(raw: str, name: object) -> str | None:
    if not raw.strip() or len(raw) > _MAX_TYPE or not encodable(raw):
        return f"the source's name must have 1 to {_MAX_TYPE} characters, and no NUL or half a character"
    if not isinstance(name, str) or len(name) > _MAX_TYPE or not encodable(name) or event_type_of(name) is None:
        return "must be an event type such as order_approved"
    return None


def _compile(name: str, entry: object) -> MappedField:
    if name not in CANONICAL_FIELDS:
        raise ValueError(unknown_name("field", name, (*CANONICAL_FIELDS, TYPES)))
    constant = None
    if isinstance(entry, Mapping):
        if set(entry) - {"path", "value"} or not entry:
            raise ValueError('the keys are "path" and "value"')
        constant = entry.get("value")
        if constant is not None and not (isinstance(constant, str) and 0 < len(constant) <= _MAX_CONSTANT):
            raise ValueError(f"a constant is a text of 1 to {_MAX_CONSTANT} characters")
        entry = entry.get("path", [])
    paths = [entry] if isinstance(entry, str) else entry
    if not isinstance(paths, list) or len(paths) > _MAX_PATHS or (not paths and constant is None):
        raise ValueError(f"a path, a list of at most {_MAX_PATHS} paths, or a value is needed")
    if name == "external_id" and constant is not None:
        raise ValueError("a constant id would make every event a duplicate")
    return MappedField(name, tuple(compile_path(path) for path in paths), constant)
