"""Examples of what people write, with their vectors: how near a message is to each. Used by engine/ai/intents.py.

Nearness is the cosine of two vectors, taken from the middle of the built-in examples (E5's vectors all point the same
way), and beside it how many letters and words two messages have in common, rare ones counting more.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.ai.chat_words import grams

Vectors: TypeAlias = NDArray[np.float32]
_MEANING = 0.7  # what nearness owes to the vectors; the rest to letters. Tuned on the dev part (docs/AI.md)
VECTORS = "intent_vectors.npz"


class Yardstick:
    """What all nearness is measured by: the middle of the built-in examples, and how rare each piece of text is."""

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        self.middle: Vectors = vectors.mean(axis=0)
        held = Counter(gram for text in texts for gram in grams(text))
        self._rarity = {gram: math.log(len(texts) / count) for gram, count in held.items()}
        self._rarest = math.log(len(texts))

    def direction(self, vectors: Vectors) -> Vectors:
        """Return vectors as seen from the middle, of length one."""
        away = vectors - self.middle
        lengths = np.linalg.norm(away, axis=1, keepdims=True)
        turned: Vectors = away / np.maximum(lengths, 1e-9)
        return turned

    def weights(self, text: str) -> dict[str, float]:
        """Return a text's pieces and what each weighs, of length one together."""
        found = {
            gram: (1 + math.log(count)) * self._rarity.get(gram, self._rarest) for gram, count in grams(text).items()
        }
        length = math.sqrt(sum(weight * weight for weight in found.values()))
        return {gram: weight / length for gram, weight in found.items()} if length else {}


class ExampleSet:
    """Examples, each with the name of its intent."""

    def __init__(self, texts: Sequence[str], intents: Sequence[str], vectors: Vectors, by: Yardstick) -> None:
        self.texts = list(texts)
        self.intents = list(intents)
        self._by = by
        self._directions = by.direction(vectors) if self.texts else np.empty((0, by.middle.size), np.float32)
        places: dict[str, list[tuple[int, float]]] = {}
        for position, text in enumerate(self.texts):
            for gram, weight in by.weights(text).items():
                places.setdefault(gram, []).append((position, weight))
        held = [pair for pairs in places.values() for pair in pairs]
        self._number = {gram: number for number, gram in enumerate(places)}
        self._holders = np.array([len(pairs) for pairs in places.values()], np.intp)
        self._starts = np.cumsum(self._holders) - self._holders
        self._rows = np.array([row for row, _ in held], np.intp)
        self._shares = np.array([share for _, share in held], np.float32)

    def letters(self, weights: Mapping[str, float]) -> Vectors:
        """Return how much of its letters and words a message shares with each example, from 0 to 1: [examples]."""
        found = [(number, weight) for gram, weight in weights.items() if (number := self._number.get(gram)) is not None]
        numbers = np.array([number for number, _ in found], np.intp)
        holders = self._holders[numbers]
        # Where the holders of each piece stand, piece after piece.
        places = np.repeat(self._starts[numbers] - (np.cumsum(holders) - holders), holders) + np.arange(holders.sum())
        each = np.repeat(np.array([weight for _, weight in found], np.float32), holders)
        shared = np.bincount(self._rows[places], self._shares[places] * each, len(self.texts))
        return shared.astype(np.float32)

    def nearness(self, direction: Vectors, letters: Vectors) -> Vectors:
        """Return how near a message is to each example, from about -1 to 1; ``letters``: as :meth:`letters` tells."""
        # Not BLAS: its threads wait for one another wherever cores are shared (19 ms instead of 2 ms, measured on two).
        meaning = np.einsum("ij,j->i", self._directions, direction)
        near: Vectors = _MEANING * meaning + (1 - _MEANING) * letters
        return near


def fingerprint(texts: Sequence[str]) -> str:
    """Return what tells whether stored vectors are these texts'."""
    return blake2b("\n".join(texts).encode(), digest_size=16).hexdigest()


def built_in_texts() -> tuple[list[str], list[str]]:
    """Return the built-in examples and the intent of each."""
    by_intent: dict[str, list[str]] = json.loads((files("engine.ai") / "intent_examples.json").read_text("utf-8"))
    pairs = [(text, intent) for intent, texts in by_intent.items() for text in texts]
    return [text for text, _ in pairs], [intent for _, intent in pairs]


@cache
def built_in() -> tuple[ExampleSet, Yardstick]:
    """Return the built-in examples with the vectors that were computed when they were written.

    Raises:
        ValueError: the examples were changed and their vectors were not (`make intent-vectors`).
    """
    texts, intents = built_in_texts()
    with (files("engine.ai") / VECTORS).open("rb") as file, np.load(file) as stored:
        if str(stored["fingerprint"]) != fingerprint(texts):
            raise ValueError("the vectors of the built-in examples are of other examples: make intent-vectors")
        vectors = stored["vectors"].astype(np.float32)
    by = Yardstick(texts, vectors)
    return ExampleSet(texts, intents, vectors, by), by
