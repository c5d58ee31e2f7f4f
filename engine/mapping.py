"""A webhook's own mapping: which JSON path (or constant) gives a canonical field, instead of the aliases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.aliases import ACCEPTED_TYPES, accept
from engine.events import CANONICAL_FIELDS
from engine.jsonpath import MISSING, Path, compile_path

_MAX_PATHS = 10
_MAX_CONSTANT = 500


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
        return self.constant


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """A compiled mapping. A mapped field is read from its mapping alone: its aliases no longer count."""

    fields: dict[str, MappedField]


NO_MAPPING = FieldMapping({})


def compile_mapping(mapping: Mapping[str, object] | None) -> FieldMapping:
    """Return the mapping that a webhook's row holds; entries that make no sense are left out.

    An entry is ``"field": "$.path"``, ``"field": ["$.first", "$.second"]`` or ``"field": {"value": "constant"}``
    (which may also hold ``"path"``: the constant then stands in where the path has nothing).
    """
    fields = {}
    for name, entry in (mapping or {}).items():
        try:
            fields[name] = _compile(name, entry)
        except ValueError:
            continue
    return FieldMapping(fields)


def validate_mapping(mapping: object) -> list[dict[str, str]]:
    """Return what is wrong with a mapping, as ``{"field", "reason"}`` pairs; empty where it is sound."""
    if not isinstance(mapping, Mapping):
        return [{"field": "mapping", "reason": "an object of canonical fields and paths is needed"}]
    errors = []
    for name, entry in mapping.items():
        try:
            _compile(str(name), entry)
        except ValueError as problem:
            errors.append({"field": f"mapping.{name}", "reason": str(problem)})
    return errors


def _compile(name: str, entry: object) -> MappedField:
    if name not in CANONICAL_FIELDS:
        raise ValueError("this is no canonical field")
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
