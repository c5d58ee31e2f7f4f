"""How well intents are read on messages of known meaning: figures for `masteria ai eval` and docs/AI.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

from engine.ai.intents import UNSURE, Verdict

_STEPS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class Labelled(NamedTuple):
    """A message and what it wants; ``part``: ``dev`` is for tuning, ``test`` for judging."""

    text: str
    intent: str
    part: str = "test"


def own_set() -> list[Labelled]:
    """Return the set that comes with the program."""
    return read_labelled((files("engine.ai") / "labelled_messages.jsonl").read_text("utf-8").splitlines())


def read_labelled(lines: Iterable[str]) -> list[Labelled]:
    """Read JSON lines ``{"text", "intent", "part"?}``; blank ones are passed over.

    Raises:
        ValueError: a line is none; the text names it.
    """
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            row = Labelled(value["text"], value["intent"], value.get("part", "test"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f'line {number} is not {{"text": …, "intent": …}}') from error
        if not all(isinstance(part, str) for part in row):
            raise ValueError(f"line {number}: text, intent and part are texts")
        found.append(row)
    return found


def measure(rows: Sequence[Labelled], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return accuracy, figures per intent, the confusion table and how far a confidence can be believed.

    An ``unsure`` counts as wrong: the message had a meaning.
    """
    pairs = Counter((row.intent, verdict.intent) for row, verdict in zip(rows, verdicts, strict=True))
    wanted, told = Counter(row.intent for row in rows), Counter(verdict.intent for verdict in verdicts)
    right = sum(count for (label, found), count in pairs.items() if label == found)
    names = sorted(wanted, key=lambda name: (name == "other", name))
    return {
        "messages": len(rows),
        "accuracy": _share(right, len(rows)),
        "unsure": told[UNSURE],
        "accuracy_when_sure": _share(right, len(rows) - told[UNSURE]),
        "intents": [
            {
                "intent": name,
                "messages": wanted[name],
                "recall": _share(pairs[name, name], wanted[name]),
                "precision": _share(pairs[name, name], told[name]),
            }
            for name in names
        ],
        "confusion": {
            name: {found: count for (label, found), count in pairs.items() if label == name} for name in names
        },
        "calibration": _calibration(rows, verdicts),
        "wrong": [
            {"text": row.text, "intent": row.intent, "told": verdict.intent, "confidence": round(verdict.confidence, 3)}
            for row, verdict in zip(rows, verdicts, strict=True)
            if row.intent != verdict.intent
        ],
    }


def _calibration(rows: Sequence[Labelled], verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    bands = []
    for low, high in zip(_STEPS, (*_STEPS[1:], 1.01), strict=True):
        inside = [
            (verdict.confidence, row.intent == verdict.intent)
            for row, verdict in zip(rows, verdicts, strict=True)
            if low <= verdict.confidence < high and verdict.intent != UNSURE
        ]
        if inside:
            bands.append(
                {
                    "confidence": f"{low:.1f}–{min(high, 1.0):.1f}",
                    "messages": len(inside),
                    "told": round(sum(told for told, _ in inside) / len(inside), 3),
                    "right": _share(sum(right for _, right in inside), len(inside)),
                }
            )
    return bands


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
