"""JSON merge patches (RFC 7396): what turns one state of a live topic into the next."""

from __future__ import annotations

from typing import Any

_SAME = object()


def diff(old: Any, new: Any) -> dict[str, Any]:
    """Return the patch that turns the object ``old`` into ``new``; empty when they say the same.

    A null in an object means "not there" (a merge patch cannot say anything else); arrays are replaced whole.
    """
    patch = _diff(old, new)
    return patch if isinstance(patch, dict) else {}


def apply(target: Any, patch: Any) -> Any:
    """Return ``target`` with ``patch`` applied, as RFC 7396 says; neither argument is changed."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = apply(result.get(key), value)
    return result


def _diff(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return _SAME if old == new and type(old) is type(new) else new
    patch: dict[str, Any] = {key: None for key, value in old.items() if value is not None and new.get(key) is None}
    for key, value in new.items():
        if value is None:
            continue
        before = old.get(key)
        if before is None:
            patch[key] = value
            continue
        change = _diff(before, value)
        if change is not _SAME:
            patch[key] = change
    return patch or _SAME
