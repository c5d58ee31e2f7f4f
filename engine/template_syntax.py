"""The grammar of ``{{variable|filter:argument}}``: text in, literal pieces and expressions out. No values here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_TEXT = 4096  # WhatsApp's limit for a text body (shared facts, Cloud API text messages)
MAX_VARIABLES = 60
MAX_EXPRESSION = 300
MAX_FILTERS = 6
_QUOTES = {'"': '"', "'": "'", "“": "”"}


@dataclass(frozen=True, slots=True)
class FilterCall:
    """One ``|name:argument`` of an expression; the argument is text as written, without its quotes."""

    name: str
    argument: str | None

    def written(self) -> str:
        """Return the filter as it stands in a text, its argument in quotes that it does not hold itself."""
        if self.argument is None:
            return self.name
        opening = next((mark for mark in _QUOTES if _QUOTES[mark] not in self.argument), '"')
        return f"{self.name}:{opening}{self.argument}{_QUOTES[opening]}"


@dataclass(frozen=True, slots=True)
class Expression:
    """What stands between two pairs of braces: a variable and the filters its value passes, left to right."""

    variable: str
    filters: tuple[FilterCall, ...]

    def written(self) -> str:
        """Return one spelling for all ways of writing the same expression, to tell repeated ones."""
        return "|".join((self.variable, *(call.written() for call in self.filters)))


class SyntaxProblem(ValueError):
    """The text is no valid template; the message says what is wrong and where."""


def parse_template(text: str) -> list[str | Expression]:
    """Split a text into literal pieces and expressions.

    Braces inside quotes belong to the argument: ``{{product_name|default:"{seu pedido}"}}`` is one expression.

    Raises:
        SyntaxProblem: braces that are not closed, an empty expression, a filter without a name.
    """
    pieces: list[str | Expression] = []
    position = 0
    while (start := text.find("{{", position)) >= 0:
        if start > position:
            pieces.append(text[position:start])
        end = _closing_braces(text, start + 2)
        pieces.append(parse_expression(text[start + 2 : end]))
        position = end + 2
    if position < len(text):
        pieces.append(text[position:])
    return pieces


def parse_expression(source: str) -> Expression:
    """Read the inside of one pair of braces.

    Raises:
        SyntaxProblem: it names no variable, or one of its filters cannot be read.
    """
    variable, *calls = (part.strip() for part in _split_outside_quotes(source, "|"))
    if not variable:
        raise SyntaxProblem("{{}} names no variable")
    if len(calls) > MAX_FILTERS:
        raise SyntaxProblem(f"{{{{{variable}}}}} has more than {MAX_FILTERS} filters")
    return Expression(variable, tuple(_parse_filter(variable, call) for call in calls))


def _closing_braces(text: str, start: int) -> int:
    for index in _outside_quotes(text, start, min(len(text), start + MAX_EXPRESSION)):
        if text.startswith("}}", index):
            return index
    raise SyntaxProblem(f"'{{{{' at character {start - 1} is not closed by '}}}}' within {MAX_EXPRESSION} characters")


def _split_outside_quotes(source: str, separator: str) -> list[str]:
    parts, begin = [], 0
    for index in _outside_quotes(source, 0, len(source)):
        if source[index] == separator:
            parts.append(source[begin:index])
            begin = index + 1
    parts.append(source[begin:])
    return parts


def _outside_quotes(text: str, start: int, stop: int) -> Iterator[int]:
    """Yield the positions outside quoted arguments; a quote opens only behind a colon, so ``d'água`` is plain."""
    closing, after_colon = "", False
    for index in range(start, stop):
        character = text[index]
        if closing:
            closing = "" if character == closing else closing
        elif after_colon and character in _QUOTES:
            closing, after_colon = _QUOTES[character], False
        else:
            yield index
            after_colon = character == ":" or (after_colon and character.isspace())


def _parse_filter(variable: str, source: str) -> FilterCall:
    name, colon, argument = source.partition(":")
    name, argument = name.strip(), argument.strip()
    if not name:
        raise SyntaxProblem(f"{{{{{variable}}}}} has a '|' without a filter's name behind it")
    if not colon:
        return FilterCall(name, None)
    if len(argument) >= 2 and _QUOTES.get(argument[0]) == argument[-1]:
        argument = argument[1:-1]
    return FilterCall(name, argument)
