"""Whether a text may stand for a template: every variable exact, and nothing claimed that the template does not claim.

The same for what a person writes and for what a model proposes; the reasons are those of engine/ai/variant_reasons.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from engine.ai.checks import Grounds, refusal
from engine.ai.passages import fold
from engine.template_syntax import MAX_TEXT, Expression, SyntaxProblem, parse_template
from engine.templates import text_problems

MOST_VARIANTS = 30  # of a template, whatever became of them: shards keep the approved ones in memory
_LANGUAGES = {"pt": "pt-BR", "en": "en", "es": "es"}
_LINK = re.compile(r"\S*(?:://|www\.)\S+")
# What people and models write where they mean a variable: nobody would fill it.
_BLANK = re.compile(r"[{}]|\[[^\]\n]{1,60}\]|<[^>\n]{1,60}>|_{3,}|%[a-z]\b", re.IGNORECASE)
# Each variable is one sign of this range while the text around it is looked at.
_FIRST_MARK = 0xE000
_MARKS = re.compile("[\ue000-\uf8ff]")
# Nobody sees these, and some turn the text around them; joined emoji (U+200D) are what they are.
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# What would become part of a variable's value: a digit more and it is another amount.
_TOUCHING = re.compile("([\\w%$])?([\ue000-\uf8ff])([.,]?\\d|[\\w%])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What a variant is held against.

    Attributes:
        text: the template's.
        language: the template's, such as ``pt_BR``.
        defaults: what its variables show where they have no value.
        hosts: where links may lead beside the template's own.
        brief: what a person asked for, if a model writes: what it names may be named.
        secret, canary: a model's instructions, none of which may be told.
    """

    text: str
    language: str = "pt_BR"
    defaults: Collection[str] = ()
    hosts: Collection[str] = ()
    brief: str = ""
    secret: str = ""
    canary: str = ""


def refused(text: object, original: Original, others: Sequence[str] = ()) -> str | None:
    """Return why a text may not stand for a template, as a reason code (``code`` or ``code:detail``); None: it may.

    Args:
        text: the proposed variant.
        original: of which.
        others: the variants that there are already.
    """
    if problems := text_problems(text):
        return f"variant_text:{problems[0]}"
    assert isinstance(text, str)
    mine, theirs = _read(text), _read(original.text)
    if mine.expressions != theirs.expressions:
        return f"variant_variables:{_difference(mine.expressions, theirs.expressions)}"
    if (misleading := _misleading(text, mine, theirs)) is not None:
        return misleading
    if normalised(text) in {normalised(one) for one in (original.text, *others)}:
        return "variant_same"
    return claim_refusal(text, original, min(MAX_TEXT, 2 * len(theirs.around) + 200))


def claim_refusal(text: str, original: Original, longest: int) -> str | None:
    """Return why what a valid text claims does not stand in its original or brief, as a reason code; None: it does."""
    mine, theirs = _read(text), _read(original.text)
    plain = _LINK.sub(lambda match: " " if match[0] in theirs.links else match[0], mine.around)
    return refusal(
        _MARKS.sub(" ", plain).strip() or "-",
        Grounds(
            texts=[_MARKS.sub(" ", theirs.around), *original.defaults, original.brief],
            hosts=original.hosts,
            secret=original.secret,
            canary=original.canary,
            language=_LANGUAGES.get(original.language[:2], ""),
            longest=longest,
            ours=theirs.around,
        ),
    )


def has_blank(text: str) -> bool:
    """Tell whether a valid text has something that nobody would fill, or that nobody sees."""
    return bool(_UNSEEN.search(text) or _MARKS.search(text) or _read(text).blanks)


def normalised(text: str) -> str:
    """Return what is left of a text when only its words and variables count."""
    try:
        pieces = parse_template(text)
    except SyntaxProblem:
        return text
    told = "".join(piece if isinstance(piece, str) else f" {{{{{piece.written()}}}}} " for piece in pieces)
    return " ".join(re.findall(r"\{\{.*?\}\}|[^\W_]+", fold(told)))


@dataclass(frozen=True, slots=True)
class _Parts:
    """A text's variables, each as often as it stands there; the text around them; and what in it could mislead."""

    expressions: Counter[str]
    around: str
    blanks: Counter[str]
    touches: set[tuple[str, ...]]
    links: set[str]


def _read(text: str) -> _Parts:
    pieces = parse_template(text)
    written = [piece.written() for piece in pieces if isinstance(piece, Expression)]
    marks = {one: chr(_FIRST_MARK + place) for place, one in enumerate(sorted(set(written)))}
    around = "".join(piece if isinstance(piece, str) else marks[piece.written()] for piece in pieces)
    touches = {match.groups("") for match in _TOUCHING.finditer(around) if match[1] or match[3]}
    return _Parts(Counter(written), around, Counter(_BLANK.findall(around)), touches, set(_LINK.findall(around)))


def _misleading(text: str, mine: _Parts, theirs: _Parts) -> str | None:
    """Return what about a text would show people something else than it seems to, as a reason code."""
    if _UNSEEN.search(text):
        return "answer_unreadable"
    if _MARKS.search(text) or mine.blanks - theirs.blanks:
        return "variant_blank"
    return None if mine.touches <= theirs.touches else "variant_touches"


def _difference(mine: Counter[str], theirs: Counter[str]) -> str:
    lacking, strange = theirs - mine, mine - theirs
    told = [f"-{{{{{one:.80}}}}}" for one in lacking] + [f"+{{{{{one:.80}}}}}" for one in strange]
    return " ".join(told[:4])
