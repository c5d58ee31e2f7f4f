"""A template as WhatsApp reviews it and as it is stored here: one made of the other, or why it cannot be.

Shapes: Cloud API reference, message templates (shared facts on WhatsApp, §3). Called by ``gateway/routes/reviewing.py``
(handing in) and ``actors/template_desk.py`` (taking in).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.events import CANONICAL_FIELDS
from engine.meta_components import positional_text
from engine.problems import Problem, Problems
from engine.template_schema import CATEGORIES, validate_template
from engine.templates import compile_template

EXAMPLE_MAX = 500
_PARTS_MAX = 10
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
_MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")
_BARE_BUTTONS = ("QUICK_REPLY", "PHONE_NUMBER", "VOICE_CALL")
_PLAIN_PARTS = ("BODY", "HEADER", "FOOTER", "BUTTONS")


def definition_of(
    stored: Mapping[str, Any], examples: Sequence[str], components: Sequence[Any] | None
) -> tuple[dict[str, Any], list[Problem]]:
    """Return what WhatsApp is handed for review, and everything that is wrong with it.

    Args:
        stored: a row of ``templates`` of kind meta.
        examples: a value for each variable of the body, in their order; WhatsApp's reviewers read them.
        components: WhatsApp's own components, where the body alone does not say everything.
    """
    problems = Problems()
    definition = {"name": stored["name"], "language": stored["language"], "category": str(stored["category"]).upper()}
    if components is not None:
        _check_given(problems, components)
        named = _is_named(stored["components"])
        more = {"parameter_format": "NAMED"} if named else {}
        return {**definition, **more, "components": list(components)}, problems.found
    if stored["components"] or stored["category"] == "authentication":
        problems.add(
            "components",
            "are needed: this template has more than a body, and only WhatsApp's own components say what",
        )
        return definition, problems.found
    body: dict[str, Any] = {"type": "BODY", "text": positional_text(stored["body"])}
    variables = compile_template(stored["body"]).expressions
    if len(examples) != len(variables):
        wanted = f": {', '.join(variables)}" if variables else ""
        problems.add("examples", f"must have {len(variables)} texts, one for each variable{wanted}"[:500])
    if variables:
        body["example"] = {"body_text": [list(examples)]}
    return {**definition, "components": [body]}, problems.found


def stored_from(told: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Return a template of WhatsApp's list as ``templates`` keeps it, and why it cannot be kept, else None.

    A variable that is named like a canonical field is that field. Any other is a path that no payload has by chance
    (``$.p1``, ``$.h1`` for the header, ``$.b0`` for the first button): what it stands for is not guessed, and a rule's
    message is held until somebody says.
    """
    reading = _Reading(str(told.get("category") or "").lower())
    parts = told.get("components")
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            reading.take(part)
    stored: dict[str, Any] = {
        "name": told.get("name"),
        "kind": "meta",
        "language": told.get("language"),
        "category": reading.category if reading.category in CATEGORIES else "utility",
        "body": reading.body,
        "components": reading.components(),
        "defaults": {},
    }
    if reading.trouble is None and (problems := validate_template(stored)):
        reading.trouble = f"{problems[0]['field']} {problems[0]['reason']}"
    return stored, reading.trouble


class _Reading:
    """The parts of one template on their way into our form."""

    def __init__(self, category: str) -> None:
        self.category = category
        self.body = ""
        self.trouble: str | None = None
        self._body_names: list[str] = []
        self._others: list[dict[str, Any]] = []

    def take(self, part: Mapping[str, Any]) -> None:
        kind = str(part.get("type") or "").upper()
        if kind == "BODY":
            self._body_names = _names(part.get("text"))
            self.body = _VARIABLE.sub(lambda match: _expression(match[1], "p"), str(part.get("text") or ""))
        elif kind == "HEADER":
            self._header(part)
        elif kind == "BUTTONS":
            buttons = part.get("buttons")
            for index, button in enumerate(buttons if isinstance(buttons, list) else ()):
                self._button(index, button if isinstance(button, dict) else {})
        elif kind not in _PLAIN_PARTS:
            self.trouble = f"has a part {kind.lower()}, whose parameters must be written by hand"

    def components(self) -> list[dict[str, Any]]:
        """Return how its parameters are filled; nothing where the body alone tells it."""
        in_order = self._body_names == [str(at + 1) for at in range(len(self._body_names))]
        if not self._others and in_order:
            return []
        return [*self._parameters("body", self._body_names, "p"), *self._others]

    def _header(self, part: Mapping[str, Any]) -> None:
        form = str(part.get("format") or "TEXT").upper()
        if form in _MEDIA:
            kind = form.lower()
            medium = {"type": kind, kind: {"link": f"{{{{$.header_{kind}}}}}"}}
            self._others.append({"type": "header", "parameters": [medium]})
        elif form == "TEXT":
            self._others += self._parameters("header", _names(part.get("text")), "h")
        else:
            self.trouble = f"has a header {form.lower()}, whose parameters must be written by hand"

    def _button(self, index: int, button: Mapping[str, Any]) -> None:
        kind = str(button.get("type") or "").upper()
        if kind in _BARE_BUTTONS or (kind == "URL" and not _names(button.get("url"))):
            return
        if kind not in ("URL", "COPY_CODE", "OTP"):
            self.trouble = f"has a button {kind.lower()}, whose parameters must be written by hand"
            return
        code = self.category == "authentication"  # there the button repeats the body's code
        value = _expression("1", "p") if code else f"{{{{$.b{index}}}}}"
        sub_type = "copy_code" if kind == "COPY_CODE" else "url"
        self._others.append({"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [value]})

    @staticmethod
    def _parameters(kind: str, names: Sequence[str], letter: str) -> list[dict[str, Any]]:
        if not names:
            return []
        ordered = sorted(names, key=int) if all(name.isdigit() for name in names) else names
        parameters = [
            value if name.isdigit() else {"name": name, "value": value}
            for name in ordered
            for value in (_expression(name, letter),)
        ]
        return [{"type": kind, "parameters": parameters}]


def _names(text: object) -> list[str]:
    return list(dict.fromkeys(_VARIABLE.findall(text))) if isinstance(text, str) else []


def _expression(name: str, letter: str) -> str:
    if name in CANONICAL_FIELDS:
        return f"{{{{{name}}}}}"
    return f"{{{{$.{letter}{name}}}}}" if name.isdigit() else f"{{{{$.{name}}}}}"


def _check_given(problems: Problems, components: Sequence[Any]) -> None:
    if not 1 <= len(components) <= _PARTS_MAX:
        problems.add("components", f"must be a list of 1 to {_PARTS_MAX} components")
        return
    for index, part in enumerate(components):
        if not isinstance(part, dict) or not isinstance(part.get("type"), str):
            problems.add(f"components[{index}]", "must be an object with a type such as BODY")


def _is_named(components: object) -> bool:
    """Tell whether the stored parameters have names: WhatsApp must be told so."""
    found = components if isinstance(components, list) else []
    parameters = [one for part in found if isinstance(part, dict) for one in part.get("parameters") or ()]
    return any(isinstance(one, dict) and ("name" in one or "parameter_name" in one) for one in parameters)
