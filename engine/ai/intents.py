"""What an inbound message wants: by stop words, else by examples with the same letters, else by those that mean the
same, else nobody knows.

Called by actors/understanding.py, by the route that tries a text, and by `masteria ai eval`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from engine.ai.examples import ExampleSet, Vectors, built_in
from engine.ai.outcomes import HANDED_OVER, SILENT
from engine.opt_out import read_wish

UNSURE = "unsure"
OPT_OUT = "opt_out"
OTHER = "other"
LONGEST = 400  # characters that are looked at: what a message is about stands in its beginning, and each costs time
THRESHOLD = 0.4
_THRESHOLDS: dict[str, float] = {}
STRONG = 0.9
MANY_EXAMPLES = 200
_NEIGHBOURS = 8
_SOFTNESS = 0.1
_SHOWN = 5
# A message that is near to nothing is like nothing that was ever asked, whatever its neighbours agree on.
_TOO_FAR = 0.18
# Letters alone decide where examples share so much and agree so far, and no example of an opt-out shares more than a
# little. Tuned on the dev part: half of its messages, all rightly (the test part: docs/AI.md).
_SAME_LETTERS = 0.3
_LETTERS_AGREE = 0.8
_PERHAPS_OPT_OUT = 0.2


class IntentNote(NamedTuple):
    """An intent in words."""

    pt: str
    en: str


BUILT_IN: dict[str, IntentNote] = {
    OPT_OUT: IntentNote("Não quer mais receber mensagens", "Wants no more messages"),
    "already_paid": IntentNote("Diz que já pagou", "Says it is paid"),
    "price": IntentNote("Pergunta preço, desconto ou forma de pagamento", "Asks for price, discount or ways to pay"),
    "wants_person": IntentNote("Quer falar com uma pessoa", "Wants to talk to a person"),
    "no_access": IntentNote("Não recebeu ou não consegue o acesso", "Has no access to what was bought"),
    "complaint_refund": IntentNote("Reclama, quer cancelar ou reembolso", "Complains, cancels, wants money back"),
    "thanks": IntentNote("Agradece ou elogia", "Says thanks or praises"),
    "product_question": IntentNote("Pergunta sobre o produto", "Asks about the product"),
    OTHER: IntentNote("Outro assunto", "Something else"),
}
UNSURE_NOTE = IntentNote("Não dá para ter certeza", "Cannot be told")


class Neighbour(NamedTuple):
    """An example that is near, and how near."""

    text: str
    intent: str
    nearness: float


class Verdict(NamedTuple):
    """What a message wants.

    Attributes:
        intent: a built-in one, one of the company's, or ``unsure``.
        confidence: the share of its nearest examples, 0 to 1; 1 where words decided.
        second: what it may want instead (where unsure: the likeliest).
        second_confidence: likewise.
        neighbours: the nearest examples.
        by: ``words``, ``letters`` or ``model``.
    """

    intent: str
    confidence: float
    second: str | None
    second_confidence: float
    neighbours: tuple[Neighbour, ...] = ()
    by: str = "model"


class Reading(NamedTuple):
    """A message as far as it is read without a model.

    Attributes:
        letters: how much it shares with each example, by set of examples: [examples].
        verdict: what it wants; None: the model decides.
    """

    letters: tuple[Vectors, ...]
    verdict: Verdict | None


class OwnIntent(NamedTuple):
    """An intent of a company: its examples with their vectors, and how sure it must be."""

    name: str
    examples: Sequence[str]
    vectors: Vectors
    threshold: float | None = None


class IntentReader:
    """Knows the built-in examples and a company's own.

    Args:
        own: a company's intents. One of a built-in name adds examples to it.
    """

    def __init__(self, own: Sequence[OwnIntent] = ()) -> None:
        base, self._by = built_in()
        self._sets = [base]
        self._own: tuple[ExampleSet, Vectors] | None = None
        texts = [text for intent in own for text in intent.examples]
        if texts:
            names = [intent.name for intent in own for _ in intent.examples]
            vectors = np.concatenate([intent.vectors for intent in own if len(intent.examples)])
            self._own = ExampleSet(texts, names, vectors, self._by), vectors
            self._sets.append(self._own[0])
        self._texts = [text for known in self._sets for text in known.texts]
        self._intents = [name for known in self._sets for name in known.intents]
        self._opt_outs = np.array([at for at, name in enumerate(self._intents) if name == OPT_OUT], np.intp)
        self._thresholds = _THRESHOLDS | {one.name: one.threshold for one in own if one.threshold is not None}

    def read(self, texts: Sequence[str], vectors: Vectors) -> list[Verdict]:
        """Return what messages want; ``vectors`` has a row for each (of :func:`looked_at` of it): [texts, width]."""
        begun = [self.begin(text) for text in texts]
        told = self.finish(begun, vectors)
        return [one.verdict or verdict for one, verdict in zip(begun, told, strict=True)]

    def begin(self, text: str) -> Reading:
        """Return what needs no vector to be told. The model decides about what may be an opt-out, and about an intent
        for which the company has a threshold (which is one of the model's confidence)."""
        letters = tuple(self._letters(text))
        return Reading(letters, by_words(text) or self._by_letters(np.concatenate(letters)))

    def finish(self, begun: Sequence[Reading], vectors: Vectors) -> list[Verdict]:
        """Return what the model says of messages; ``vectors``: as of :meth:`read`."""
        if not begun:
            return []
        directions = self._by.direction(vectors)
        return [self._nearest(one.letters, row) for one, row in zip(begun, directions, strict=True)]

    def _by_letters(self, near: Vectors) -> Verdict | None:
        if near[self._opt_outs].max() > _PERHAPS_OPT_OUT:
            return None
        verdict = self._vote(near)
        alike = verdict.neighbours[0].nearness >= _SAME_LETTERS and verdict.confidence >= _LETTERS_AGREE
        return verdict._replace(by="letters") if alike and verdict.intent not in self._thresholds else None

    def _letters(self, text: str) -> list[Vectors]:
        weights = self._by.weights(looked_at(text))
        return [known.letters(weights) for known in self._sets]

    def read_own(self, positions: Sequence[int]) -> list[Verdict]:
        """Return what some of the company's own examples would be taken for, were each not an example itself.

        Args:
            positions: of its own examples, one intent's behind the other's, from 0.
        """
        if self._own is None or not positions:
            return []
        own, vectors = self._own
        first = len(self._texts) - len(own.texts)
        directions = self._by.direction(vectors[list(positions)])
        return [
            by_words(own.texts[at]) or self._nearest(self._letters(own.texts[at]), row, without=first + at)
            for at, row in zip(positions, directions, strict=True)
        ]

    def _nearest(self, letters: Sequence[Vectors], direction: Vectors, without: int | None = None) -> Verdict:
        sets = zip(self._sets, letters, strict=True)
        near = np.concatenate([known.nearness(direction, shared) for known, shared in sets])
        if without is not None:
            near[without] = -np.inf
        verdict = self._vote(near)
        name, confidence = verdict.intent, verdict.confidence
        if verdict.neighbours[0].nearness < _TOO_FAR or confidence < self._thresholds.get(name, THRESHOLD):
            return verdict._replace(intent=UNSURE, second=name, second_confidence=confidence)
        return verdict

    def _vote(self, near: Vectors) -> Verdict:
        """Return what the nearest examples are examples of, sure or not."""
        top = np.argpartition(-near, _NEIGHBOURS)[:_NEIGHBOURS]
        top = top[np.argsort(-near[top], kind="stable")]
        best = float(near[top[0]])
        shares: dict[str, float] = {}
        for position in top:
            name = self._intents[position]
            shares[name] = shares.get(name, 0.0) + math.exp((float(near[position]) - best) / _SOFTNESS)
        whole = sum(shares.values())
        ranked = sorted(((share / whole, name) for name, share in shares.items()), reverse=True)
        neighbours = tuple(
            Neighbour(self._texts[position], self._intents[position], round(float(near[position]), 4))
            for position in top[:_SHOWN]
        )
        second_share, second = ranked[1] if len(ranked) > 1 else (0.0, None)
        return Verdict(ranked[0][1], ranked[0][0], second, second_share, neighbours)


def looked_at(text: str) -> str:
    """Return what of a message is embedded and compared: its beginning, in small letters (E5 knows them best)."""
    return text[:LONGEST].lower()


def by_words(text: str) -> Verdict | None:
    """Return what stop words decide, before any model; None where they say nothing."""
    wish = read_wish(text)
    if wish is None:
        return None
    return Verdict(OPT_OUT if wish.stop else OTHER, 1.0, None, 0.0, by="words")


def stops_messages(verdict: Verdict) -> bool:
    """Tell whether a model's opt-out is sure enough to act upon; a weaker one is a person's to decide."""
    return verdict.intent == OPT_OUT and verdict.by == "model" and verdict.confidence >= STRONG


def overruled(verdict: Verdict | None) -> tuple[str, str] | None:
    """Return outcome and reason that stand above any answer: who wants no messages, or seems to, gets none of a
    machine's. None: the answer stands."""
    if verdict is None or verdict.intent != OPT_OUT:
        return None
    if verdict.by == "words" or stops_messages(verdict):
        return SILENT, "opted_out"
    return HANDED_OVER, "perhaps_opt_out"


def intent_note(name: str, own: Mapping[str, str] | None = None) -> IntentNote:
    """Return an intent in words; a company's own is called as the company calls it."""
    if name == UNSURE:
        return UNSURE_NOTE
    called = (own or {}).get(name, name)
    return BUILT_IN.get(name) or IntentNote(called, called)
