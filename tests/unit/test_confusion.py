"""Examples that judge each other: each without itself, evenly where there are very many, named by their version."""

from __future__ import annotations

import numpy as np

from engine.ai.confusion import LEAST_EXAMPLES, MOST_JUDGED, confusion, version_of
from engine.ai.examples import Vectors, built_in
from engine.ai.intents import OwnIntent

SOME = np.random.default_rng(7)


def _around(place: Vectors, count: int, spread: float = 0.02) -> Vectors:
    return (place + SOME.normal(0.0, spread, (count, place.size))).astype(np.float32)


def _place() -> Vectors:
    vector = SOME.normal(0.0, 1.0, built_in()[1].middle.size).astype(np.float32)
    return vector


def _intent(name: str, place: Vectors, count: int) -> OwnIntent:
    return OwnIntent(name, [f"{name} frase {number}" for number in range(count)], _around(place, count))


def test_intents_that_lie_apart_are_told_apart_and_one_astray_is_found() -> None:
    here, there = _place(), _place()
    b = _intent("b", there, 5)
    stray = OwnIntent("b", [*b.examples, "a frase a mais"], np.concatenate([b.vectors, _around(here, 1)]))
    table = confusion([_intent("a", here, 9), stray])
    assert (table["examples"], table["judged"]) == (15, 15)
    rows = {row["intent"]: row for row in table["rows"]}
    assert rows["a"]["right"] == 9
    assert {"intent": "a", "examples": 1} in rows["b"]["told"]
    assert table["wrong"][0]["told"] == "a" and table["wrong"][0]["text"] == "a frase a mais"


def test_an_example_does_not_judge_itself() -> None:
    alone = OwnIntent("alone", ["zzz"], _place()[None, :])
    table = confusion([_intent("a", _place(), LEAST_EXAMPLES), alone])
    (row,) = [row for row in table["rows"] if row["intent"] == "alone"]
    assert row["right"] == 0  # with itself among the examples it would be its own nearest


def test_too_few_are_not_judged_and_of_very_many_an_even_part_is() -> None:
    few = confusion([_intent("a", _place(), LEAST_EXAMPLES - 1)])
    assert (few["examples"], few["judged"], few["rows"]) == (LEAST_EXAMPLES - 1, 0, [])
    assert confusion([])["examples"] == 0
    many = confusion([_intent("a", _place(), MOST_JUDGED), _intent("b", _place(), MOST_JUDGED)])
    assert many["judged"] == MOST_JUDGED
    assert [row["judged"] for row in many["rows"]] == [MOST_JUDGED // 2] * 2


def test_a_version_is_of_examples_and_thresholds() -> None:
    one = _intent("a", _place(), 3)
    assert version_of([one]) == version_of([one._replace(vectors=one.vectors + 1)])
    others = [one._replace(threshold=0.5), one._replace(examples=one.examples[1:]), one._replace(name="b")]
    assert len({version_of([other]) for other in (one, *others)}) == 4
