"""“Did you mean”: the nearest known name to one that is unknown. Used by the checks of rules and templates."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def unknown_name(kind: str, name: object, known: Iterable[str]) -> str:
    """Return the sentence for an unknown name: with the nearest known one, else with all of them."""
    names = sorted(known)
    shown = f"{name!s:.60}"
    near = get_close_matches(shown.lower().replace("-", "_").replace(" ", "_"), names, n=1, cutoff=0.6)
    if near:
        return f"unknown {kind} '{shown}'; did you mean '{near[0]}'?"
    return f"unknown {kind} '{shown}'; known: {', '.join(names)}"
