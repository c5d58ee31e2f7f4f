"""How well a company's own examples tell its intents apart: each is read as if it were no example itself. Pure.

Called by actors/own_intents.py, in a thread of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Protocol

from engine.ai.intents import UNSURE, IntentReader, OwnIntent

LEAST_EXAMPLES = 10  # below it a table says more about chance than about the examples
MOST_JUDGED = 400
MOST_WRONG = 30


class Examples(Protocol):
    """What of an intent decides how texts are read."""

    @property
    def name(self) -> str: ...
    @property
    def examples(self) -> Sequence[str]: ...
    @property
    def threshold(self) -> float | None: ...


def version_of(own: Sequence[Examples]) -> str:
    """Return a name for intents as they are: another one as soon as an example or a threshold is another."""
    told = repr([(one.name, list(one.examples), one.threshold) for one in own])
    return blake2b(told.encode(), digest_size=8).hexdigest()


def confusion(own: Sequence[OwnIntent]) -> dict[str, Any]:
    """Return what each of a company's examples would be taken for without itself, by intent.

    Of more than :data:`MOST_JUDGED` so many are taken, evenly; below :data:`LEAST_EXAMPLES` none is judged.
    """
    texts = [(text, intent.name) for intent in own for text in intent.examples]
    positions = _spread(len(texts)) if len(texts) >= LEAST_EXAMPLES else []
    verdicts = IntentReader(own).read_own(positions)
    judged = [(*texts[at], verdict) for at, verdict in zip(positions, verdicts, strict=True)]
    pairs = Counter((intent, verdict.intent) for _, intent, verdict in judged)
    wrong = sorted(
        ((text, intent, verdict) for text, intent, verdict in judged if verdict.intent != intent),
        key=lambda one: -one[2].confidence,
    )
    return {
        "examples": len(texts),
        "least": LEAST_EXAMPLES,
        "judged": len(judged),
        "right": sum(count for (intent, told), count in pairs.items() if intent == told),
        "unsure": sum(count for (_, told), count in pairs.items() if told == UNSURE),
        "rows": [
            {
                "intent": name,
                "judged": sum(count for (intent, _), count in pairs.items() if intent == name),
                "right": pairs[name, name],
                "told": [
                    {"intent": told, "examples": count}
                    for (intent, told), count in pairs.most_common()
                    if intent == name
                ],
            }
            for name in dict.fromkeys(intent for _, intent, _ in judged)
        ],
        "wrong": [
            {
                "text": text,
                "intent": intent,
                "told": verdict.intent,
                "confidence": min(1.0, round(verdict.confidence, 4)),
            }
            for text, intent, verdict in wrong[:MOST_WRONG]
        ],
    }


def _spread(count: int) -> list[int]:
    most = min(count, MOST_JUDGED)
    return [number * count // most for number in range(most)]
