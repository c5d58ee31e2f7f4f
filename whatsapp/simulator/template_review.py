"""Creating and changing templates: Graph's checks (facts: whatsapp.md §1.5 and §3) and what a review decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from whatsapp.simulator.graph_errors import GraphRefusal
from whatsapp.simulator.template_parameters import MEDIA_FORMATS, VARIABLE, variables

CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_NAMED = re.compile(r"[a-z][a-z0-9_]*")
_BODY_LIMIT, _SHORT, _BUTTON_TEXT = 1024, 60, 25
_BUTTON_LIMIT = 10
_WORDS_PER_VARIABLE = 2


@dataclass
class Review:
    """What becomes of a new or edited template: after ``after_ms`` it has this status."""

    after_ms: int = 500
    verdict: str = "APPROVED"
    reason: str = "INVALID_FORMAT"
    template_limit: int = 6_000


def refused(subcode: int, title: str, words: str) -> GraphRefusal:
    """Return Graph's refusal of a template: code 100 with a subcode and a text for people."""
    return GraphRefusal(100, message="(#100) Invalid parameter", subcode=subcode, user=(title, words))


def check_new(spec: dict[str, Any]) -> None:
    """Check the body of ``POST /{waba}/message_templates``.

    Raises:
        GraphRefusal: with the first thing that is wrong.
    """
    for field in ("name", "language", "category"):
        if not isinstance(spec.get(field), str) or not spec[field]:
            raise GraphRefusal(100, message=f"(#100) The parameter {field} is required.")
    if not _NAME.fullmatch(spec["name"]):
        raise GraphRefusal(
            100, message="(#100) Param name must contain only lowercase letters, digits and underscores, at most 512."
        )
    if not _LANGUAGE.fullmatch(spec["language"]):
        raise GraphRefusal(100, message="(#100) Param language must be a supported language code.")
    if spec["category"].upper() not in CATEGORIES:
        raise GraphRefusal(100, message=f"(#100) Param category must be one of {{{', '.join(CATEGORIES)}}}")
    check_components(spec.get("components"), spec["category"].upper(), spec.get("parameter_format") == "NAMED")


def check_components(components: Any, category: str, named: bool) -> None:
    """Check a template's components.

    Raises:
        GraphRefusal: with the first thing that is wrong.
    """
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components) or not components:
        raise GraphRefusal(100, message="(#100) The parameter components is required.")
    kinds = [str(one.get("type")).upper() for one in components]
    if "BODY" not in kinds:
        raise refused(2388047, "Body missing", "A message template needs a component of type BODY.")
    if len(set(kinds)) != len(kinds):
        raise refused(2388047, "Component repeated", "Each component type may appear once in a message template.")
    for kind, one in zip(kinds, components, strict=True):
        if kind == "BODY":
            _check_body(one, category, named)
        elif kind == "HEADER":
            _check_header(one, named)
        elif kind == "FOOTER":
            _check_footer(one)
        elif kind == "BUTTONS":
            _check_buttons(one)


def _check_body(part: dict[str, Any], category: str, named: bool) -> None:
    text = part.get("text")
    if category == "AUTHENTICATION":
        return
    if not isinstance(text, str) or not text:
        raise refused(2388072, "Body has no text", "The component of type BODY needs text.")
    if len(text) > _BODY_LIMIT:
        raise refused(2388040, "Character limit exceeded", f"The body may have at most {_BODY_LIMIT} characters.")
    names = variables(text)
    _check_names(names, named, 2388072)
    stripped = text.strip()
    if re.match(r"\{\{[^}]*\}\}", stripped) or re.search(r"\{\{[^}]*\}\}[\s.,!?;:]*$", stripped):
        raise refused(2388299, "Variables at the edges", "Variables can't be at the start or end of the template.")
    words = len(VARIABLE.sub(" ", text).split())
    if words < _WORDS_PER_VARIABLE * len(names) + 1:
        raise refused(
            2388293,
            "Too many variables",
            "This template has too many variables for its length. Add text or reduce them.",
        )
    example = part.get("example")
    if names and not _has_examples(example, "body_text", len(names), named):
        raise refused(2388043, "Examples missing", "The body has variables but no example for each of them.")


def _check_header(part: dict[str, Any], named: bool) -> None:
    form = str(part.get("format") or "").upper()
    if form not in ("TEXT", "LOCATION", *MEDIA_FORMATS):
        raise refused(2388047, "Header format", "The header's format must be TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.")
    if form in MEDIA_FORMATS:
        example = part.get("example")
        if not isinstance(example, dict) or not example.get("header_handle"):
            raise refused(2388047, "Header example missing", "A media header needs an example.header_handle.")
        return
    text = part.get("text")
    if form == "LOCATION":
        return
    if not isinstance(text, str) or not text:
        raise refused(2388047, "Header has no text", "A header of format TEXT needs text.")
    if len(text) > _SHORT:
        raise refused(2388040, "Character limit exceeded", f"The header may have at most {_SHORT} characters.")
    names = variables(text)
    if len(names) > 1:
        raise refused(2388047, "Header variables", "The header may have one variable.")
    _check_names(names, named, 2388047)
    if names and not _has_examples(part.get("example"), "header_text", 1, named):
        raise refused(2388043, "Examples missing", "The header has a variable but no example for it.")


def _check_footer(part: dict[str, Any]) -> None:
    text = part.get("text")
    if not isinstance(text, str) or not text:
        # An authentication template's footer has minutes instead of a text.
        if isinstance(part.get("code_expiration_minutes"), int):
            return
        raise refused(2388073, "Footer has no text", "The component of type FOOTER needs text.")
    if len(text) > _SHORT:
        raise refused(2388040, "Character limit exceeded", f"The footer may have at most {_SHORT} characters.")
    if variables(text):
        raise refused(2388073, "Footer variables", "Variables are not supported in the footer.")


def _check_buttons(part: dict[str, Any]) -> None:
    buttons = part.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _BUTTON_LIMIT:
        raise refused(2388047, "Buttons", f"There must be 1 to {_BUTTON_LIMIT} buttons.")
    for button in buttons:
        if not isinstance(button, dict) or not isinstance(button.get("type"), str):
            raise refused(2388047, "Buttons", "Every button needs a type.")
        text = button.get("text")
        if text is not None and (not isinstance(text, str) or not 1 <= len(text) <= _BUTTON_TEXT):
            raise refused(2388040, "Character limit exceeded", f"A button may have at most {_BUTTON_TEXT} characters.")
        if "{{" in str(button.get("url") or "") and button["type"].upper() == "URL" and not button.get("example"):
            raise refused(2388043, "Examples missing", "A URL button with a variable needs an example.")


def _check_names(names: list[str], named: bool, subcode: int) -> None:
    if named:
        good = all(_NAMED.fullmatch(name) for name in names)
    else:
        good = names == [str(at) for at in range(1, len(names) + 1)]
    if not good:
        words = "lower-case letters, digits and underscores" if named else "{{1}}, {{2}}, … without gaps"
        raise refused(subcode, "Variable parameters", f"The variables must be {words}.")


def _has_examples(example: Any, field: str, count: int, named: bool) -> bool:
    if not isinstance(example, dict):
        return False
    if named:
        given = example.get(f"{field}_named_params")
        return isinstance(given, list) and len(given) >= count
    given = example.get(field)
    if isinstance(given, list) and given and isinstance(given[0], list):
        given = given[0]
    return isinstance(given, list) and len(given) >= count
