"""Texts become passages: pieces small enough to be found and shown whole. Pure; used by the job ``knowledge_index``."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MOST_CHARACTERS = 1_500_000  # of a source's text
_LONGEST = 700
_SHORT = 260
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[^\s])")
_WORD = re.compile(r"[a-z0-9]+")
_QUESTIONS, _ANSWERS = ("pergunta", "question", "duvida"), ("resposta", "answer")
# Words of nearly every question: they find everything, so nothing.
_EMPTY = frozenset(
    [
        "a",
        "as",
        "ao",
        "aos",
        "o",
        "os",
        "um",
        "uma",
        "de",
        "da",
        "do",
        "das",
        "dos",
        "e",
        "em",
        "no",
        "na",
        "nos",
        "nas",
        "para",
        "pra",
        "por",
        "pro",
        "com",
        "sem",
        "que",
        "qual",
        "quais",
        "como",
        "quando",
        "onde",
        "quem",
        "eu",
        "me",
        "meu",
        "minha",
        "voces",
        "voce",
        "vc",
        "vcs",
        "se",
        "ja",
        "nao",
        "sim",
        "tem",
        "ter",
        "ta",
        "to",
        "esta",
        "eh",
        "ser",
        "sao",
        "isso",
        "esse",
        "essa",
        "este",
        "aqui",
        "la",
        "mais",
        "muito",
        "ou",
        "mas",
        "oi",
        "ola",
        "bom",
        "boa",
        "dia",
        "tarde",
        "noite",
        "queria",
        "quero",
        "gostaria",
        "saber",
        "posso",
        "pode",
        "consigo",
        "favor",
        "porque",
    ]
)


class Passage(NamedTuple):
    """A passage as it is shown, and the text that its meaning is taken from; ``approved``: it may be sent as it is."""

    text: str
    meaning: str
    approved: bool = False


def split_question(question: str, answer: str) -> list[Passage]:
    """Return the one passage of a question with its approved answer."""
    return [Passage(answer.strip(), f"{question.strip()} {answer.strip()}"[: 2 * _LONGEST], approved=True)]


def split_text(text: str, name: str) -> list[Passage]:
    """Split a text, Markdown or not, at its headings, paragraphs and sentences.

    Args:
        text: as it was read.
        name: the source's; part of each passage's meaning, as the headings above it are.
    """
    found: list[Passage] = []
    heading, held = "", ""
    for heading_found, paragraph in _paragraphs(text):
        if heading_found != heading:
            found += _passage(held, name, heading)
            heading, held = heading_found, ""
        for piece in _pieces(paragraph):
            if held and (len(held) + len(piece) > _LONGEST or len(held) >= _SHORT):
                found += _passage(held, name, heading)
                held = ""
            held = f"{held}\n{piece}" if held else piece
    return [*found, *_passage(held, name, heading)]


def split_rows(text: str, name: str) -> list[Passage]:
    """Split a CSV text into a passage per row; columns called question and answer hold approved answers."""
    try:
        delimiter = csv.Sniffer().sniff(text[:8_192], ",;\t|").delimiter
    except csv.Error:
        delimiter = ","
    try:
        read = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:  # a quote that nobody closes
        return split_text(text, name)
    rows = [[cell.strip() for cell in row] for row in read if any(map(str.strip, row))]
    if not rows:
        return []
    header, *body = rows
    question, answer = _column(header, _QUESTIONS), _column(header, _ANSWERS)
    found: list[Passage] = []
    for row in body:
        if question is not None and answer is not None and len(row) > max(question, answer):
            found += split_question(row[question], row[answer])
            continue
        told = "; ".join(f"{title}: {cell}" for title, cell in zip(header, row, strict=False) if cell)
        found += [one for piece in _pieces(told) for one in _passage(piece, name, "")]
    return found


def fold(text: str) -> str:
    """Return a text as it is compared: small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def search_words(text: str, most: int = 24) -> list[str]:
    """Return the words of a question that tell something, each once."""
    words = dict.fromkeys(_WORD.findall(fold(text)))
    return [word for word in words if word not in _EMPTY and len(word) > 1][:most]


def fuse(rankings: Sequence[tuple[float, Sequence[int]]], damping: float = 60.0) -> list[tuple[int, float]]:
    """Join rankings of the same things by reciprocal rank; return thing and score, the best first.

    Args:
        rankings: a weight and the things in their order, the best first.
        damping: how little the very first places count more than those behind them (60: Cormack et al., SIGIR 2009).
    """
    scores: dict[int, float] = {}
    for weight, order in rankings:
        for rank, thing in enumerate(order, 1):
            scores[thing] = scores.get(thing, 0.0) + weight / (damping + rank)
    return sorted(scores.items(), key=lambda one: (-one[1], one[0]))


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    heading = ""
    for block in re.split(r"\n\s*\n|\f", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines: list[str] = []
        for line in block.split("\n"):
            if match := _HEADING.match(line.strip()):
                if lines:
                    yield heading, "\n".join(lines)
                    lines = []
                heading = match[1]
            elif line.strip():
                lines.append(line.strip())
        if lines:
            yield heading, "\n".join(lines)


def _pieces(paragraph: str) -> Iterator[str]:
    """Give a paragraph in pieces of the longest length at most, cut behind sentences, else words, else anywhere."""
    held = ""
    for sentence in _SENTENCE.split(paragraph):
        rest = sentence.strip()
        while len(rest) > _LONGEST:
            if held:
                yield held
                held = ""
            cut = rest.rfind(" ", _LONGEST // 2, _LONGEST)
            cut = _LONGEST if cut < 0 else cut
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if held and len(held) + len(rest) + 1 > _LONGEST:
            yield held
            held = ""
        held = f"{held} {rest}".strip()
    if held:
        yield held


def _passage(text: str, name: str, heading: str) -> list[Passage]:
    above = ". ".join(part for part in (name, heading) if part)
    return [Passage(f"{heading}\n{text}" if heading else text, f"{above}. {text}")] if text.strip() else []


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    folded = [fold(title) for title in header]
    return next((index for index, title in enumerate(folded) if title.startswith(tuple(names))), None)
