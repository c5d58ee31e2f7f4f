"""Texts with ``{{variables}}``, compiled once and filled per event; a value that is missing is named, never guessed.

A default counts in this order: ``|default:"…"`` where it stands, then the template's own defaults by variable name
(shown as written). What is still missing is reported, and the caller must not send the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from engine.events import CanonicalEvent
from engine.fields import Reader, compile_field, field_problem
from engine.phones import normalise_typed
from engine.problems import encodable
from engine.suggestions import unknown_name
from engine.template_filters import FILTERS, Filter, display
from engine.template_syntax import MAX_TEXT, MAX_VARIABLES, Expression, SyntaxProblem, parse_template

# Values come from strangers: no control or direction marks that could hide or turn the text around them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BREAKS = re.compile(r"[ ]*[\n\t][\s]*| {5,}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A filled text and the names of the variables that had no value, in order of appearance."""

    text: str
    missing: tuple[str, ...]


class Filling:
    """The values of one event for one message: each expression is worked out once, wherever it stands.

    Args:
        event: the canonical event.
        payload: its parsed body, for ``$.paths``.
        zone: the company's time zone, for dates and times.
        defaults: the template's own defaults by variable name.
        one_line: values as Meta's template parameters must be (no newline, no tab, at most four spaces in a row:
            errors 132012 and 132018).
    """

    __slots__ = ("_defaults", "_event", "_known", "_one_line", "_payload", "_zone", "missing")

    def __init__(
        self,
        event: CanonicalEvent,
        payload: object,
        zone: tzinfo,
        defaults: Mapping[str, str] | None = None,
        *,
        one_line: bool = False,
    ) -> None:
        self._event = event
        self._payload = payload
        self._zone = zone
        self._defaults = defaults or {}
        self._one_line = one_line
        self._known: dict[str, str] = {}
        self.missing: dict[str, None] = {}
        """The variables without a value so far, in order of appearance."""

    def value(self, slot: _Slot) -> str:
        """Return what an expression shows; "" and a note in ``missing`` where it has no value."""
        known = self._known.get(slot.key)
        if known is None:
            known = self._known[slot.key] = self._work_out(slot)
        return known

    def _work_out(self, slot: _Slot) -> str:
        value = slot.read(self._event, self._payload)
        for apply in slot.filters:
            value = apply(value, self._zone)
        text = display(value, self._zone)
        if text is None:
            text = self._defaults.get(slot.variable)
        shown = cleaned(text, self._one_line) if text else ""
        # An empty text is wanted only where somebody wrote it: default:"".
        if not shown and text != "":
            self.missing[slot.variable] = None
        return shown


@dataclass(frozen=True, slots=True)
class _Slot:
    """One compiled expression; ``key`` is the same for all spellings of the same expression."""

    key: str
    variable: str
    read: Reader
    filters: tuple[Filter, ...]


class Template:
    """A compiled text. ``variables`` names what it reads, ``expressions`` how, both once each and in order."""

    __slots__ = ("_pieces", "expressions", "variables")

    def __init__(self, pieces: list[str | _Slot]) -> None:
        self._pieces = tuple(pieces)
        slots = [piece for piece in pieces if isinstance(piece, _Slot)]
        self.variables: tuple[str, ...] = tuple(dict.fromkeys(slot.variable for slot in slots))
        self.expressions: tuple[str, ...] = tuple(dict.fromkeys(slot.key for slot in slots))

    def fill(self, filling: Filling) -> str:
        """Return the text with its values; the literal text stays as it is. Never raises on any payload."""
        return "".join([piece if isinstance(piece, str) else filling.value(piece) for piece in self._pieces])

    def values(self, filling: Filling) -> list[str | None]:
        """Return what each expression of the text shows, in their order; None where it has no value."""
        shown = [(piece, filling.value(piece)) for piece in self._pieces if isinstance(piece, _Slot)]
        return [None if not text and slot.variable in filling.missing else text for slot, text in shown]

    def render(
        self, event: CanonicalEvent, payload: object, zone: tzinfo, defaults: Mapping[str, str] | None = None
    ) -> Rendered:
        """Fill the text for one event; the arguments are those of :class:`Filling`."""
        filling = Filling(event, payload, zone, defaults)
        return Rendered(self.fill(filling), tuple(filling.missing))


def compile_template(text: str) -> Template:
    """Compile a text.

    Raises:
        ValueError: :func:`text_problems` has something to say about it.
    """
    pieces: list[str | _Slot] = []
    for piece in parse_template(text):
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        if problem := _expression_problem(piece):
            raise ValueError(problem)
        filters = tuple(FILTERS[call.name].build(call.argument) for call in piece.filters)
        pieces.append(_Slot(piece.written(), piece.variable, compile_field(piece.variable), filters))
    return Template(pieces)


def text_problems(text: object, longest: int = MAX_TEXT) -> list[str]:
    """Return everything that is wrong with a template's text, in words; [] if nothing is."""
    if not isinstance(text, str) or not text.strip() or len(text) > longest or not encodable(text):
        return [f"must be a text of 1 to {longest} characters"]
    try:
        pieces = parse_template(text)
    except SyntaxProblem as error:
        return [str(error)]
    expressions = [piece for piece in pieces if isinstance(piece, Expression)]
    if len(expressions) > MAX_VARIABLES:
        return [f"has more than {MAX_VARIABLES} variables"]
    return [problem for problem in map(_expression_problem, expressions) if problem]


def recipient_problem(to: object) -> str | None:
    """Return why this is no recipient: neither a phone number nor a text of variables that may give one."""
    if not isinstance(to, str):
        return "must be a phone number or a variable such as {{customer_phone}}"
    if "{{" in to:
        return next(iter(text_problems(to, longest=200)), None)
    return None if normalise_typed(to) else "is no phone number; write it like +5511900000000"


def cleaned(value: str, one_line: bool) -> str:
    """Return a value without unseen characters, trimmed; on one line if it has to be."""
    if value.isprintable():  # no character below could be in it, and this is a third of the cost
        text = value.strip()
        return _BREAKS.sub(" ", text) if one_line and "     " in text else text
    text = _UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return _BREAKS.sub(" ", text) if one_line else text


def _expression_problem(expression: Expression) -> str | None:
    if problem := field_problem(expression.variable):
        return f"{{{{{expression.variable:.60}}}}}: {problem}"
    for call in expression.filters:
        kind = FILTERS.get(call.name)
        problem = unknown_name("filter", call.name, FILTERS) if kind is None else kind.problem(call.argument)
        if problem:
            return f"{{{{{expression.variable:.60}|{call.name:.60}}}}}: {problem}"
    return None
