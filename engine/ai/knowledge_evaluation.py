"""How well knowledge is found by questions whose source is known: figures for `masteria ai eval --knowledge`. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

from engine.ai.passages import fold

FIRST = 3  # an answer rests on the first few
_SHORT: Mapping[str, str] = {
    "que": "q",
    "quando": "qdo",
    "quanto": "qto",
    "voce": "vc",
    "voces": "vcs",
    "tambem": "tb",
    "nao": "n",
    "porque": "pq",
    "esta": "ta",
    "para": "pra",
    "hoje": "hj",
    "depois": "dps",
    "muito": "mto",
    "mensagem": "msg",
    "pagamento": "pgto",
}
_WORD = re.compile(r"\w+")


class Passage(NamedTuple):
    """Something to be found, under its source's name."""

    name: str
    text: str


class Question(NamedTuple):
    """What somebody asks, and the source that answers it: its name or id."""

    question: str
    source: str


class KnowledgeSet(NamedTuple):
    """What is known and what is asked."""

    passages: list[Passage]
    questions: list[Question]


def own_set() -> KnowledgeSet:
    """Return the set that comes with the program: 200 passages of a shop, 100 questions as people write them."""
    return read_set((files("engine.ai") / "knowledge_set.jsonl").read_text("utf-8").splitlines())


def read_set(lines: Iterable[str]) -> KnowledgeSet:
    """Read JSON lines, ``{"name", "text"}`` of a passage and ``{"question", "source"}``; blank ones are passed over.

    Raises:
        ValueError: a line is neither; the text names it.
    """
    found = KnowledgeSet([], [])
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            row = Question(value["question"], value["source"]) if "question" in value else Passage(**value)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f'line {number} is neither {{"name", "text"}} nor {{"question", "source"}}') from error
        if not all(isinstance(part, str) and part.strip() for part in row):
            raise ValueError(f"line {number}: its values are texts")
        if isinstance(row, Question):
            found.questions.append(row)
        else:
            found.passages.append(row)
    return found


def as_typed(question: str) -> str:
    """Return a question as people type it on a phone: small letters, no accents or marks, common words shortened."""
    return " ".join(_SHORT.get(word, word) for word in _WORD.findall(fold(question)))


def measure(questions: Sequence[Question], found: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return how often the right source is at the top, and among the first three.

    Args:
        questions: what was asked.
        found: for each the sources that were found, the best first, named as its ``source`` is.
    """
    pairs = list(zip(questions, found, strict=True))
    first = sum(bool(names) and names[0] == one.source for one, names in pairs)
    missed = [(one, names[:FIRST]) for one, names in pairs if one.source not in names[:FIRST]]
    return {
        "questions": len(pairs),
        "first": _share(first, len(pairs)),
        "first_three": _share(len(pairs) - len(missed), len(pairs)),
        "missed": [{"question": one.question, "source": one.source, "found": list(names)} for one, names in missed],
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
