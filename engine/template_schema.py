"""The shape of a message template and its bounds: what the routes accept and what the seed writes."""

from __future__ import annotations

import re
from itertools import pairwise

from engine.fields import field_problem
from engine.meta_components import check_components
from engine.problems import Problem, Problems
from engine.template_syntax import MAX_TEXT, Expression, SyntaxProblem, parse_template
from engine.templates import text_problems

KINDS = ("plain", "meta")
CATEGORIES = ("utility", "marketing", "authentication")
# Meta's limits for a template's body and name (shared facts on WhatsApp, §3).
MAX_META_BODY = 1024
MAX_META_NAME = 512
MAX_NAME = 200
MAX_DEFAULT = 500

_READ_ONLY = ("id", "created_at", "updated_at")
_KEYS = (*_READ_ONLY, "name", "kind", "language", "category", "body", "components", "defaults", "status")
_META_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?")


def validate_template(definition: object) -> list[Problem]:
    """Return every problem of a template as ``{"field", "reason"}``; [] if there is none.

    ``{name, kind: plain|meta, language?, category?, body, components?, defaults?, status?}``; what is left out is
    as the table's default says.
    """
    problems = Problems()
    if not isinstance(definition, dict):
        problems.add("", "must be a JSON object")
        return problems.found
    problems.keys("", definition, _KEYS)
    meta = definition.get("kind", "plain") == "meta"
    _check_name(problems, definition.get("name"), meta)
    for field, known in (("kind", KINDS), ("category", CATEGORIES)):
        if definition.get(field, known[0]) not in known:
            problems.add(field, f"must be one of {', '.join(known)}")
    language = definition.get("language", "pt_BR")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        problems.add("language", "must be a language code such as pt_BR")
    _check_body(problems, definition.get("body"), meta)
    _check_components(problems, definition.get("components"), meta)
    _check_defaults(problems, definition.get("defaults"))
    if "status" in definition:
        problems.text("status", definition["status"], 40)
    return problems.found


def _check_name(problems: Problems, name: object, meta: bool) -> None:
    valid = problems.text("name", name, MAX_META_NAME if meta else MAX_NAME)
    if valid and meta and not _META_NAME.fullmatch(str(name)):
        problems.add("name", "must hold only a-z, 0-9 and _ (Meta's rule for template names)")


def _check_body(problems: Problems, body: object, meta: bool) -> None:
    found = text_problems(body, MAX_META_BODY if meta else MAX_TEXT)
    if meta and not found and isinstance(body, str):
        found = _meta_body_problems(body)
    for reason in found:
        problems.add("body", reason)


def _meta_body_problems(body: str) -> list[str]:
    """Return what Meta would refuse when the template is made (errors 2388299 and 2388293)."""
    try:
        pieces = [piece for piece in parse_template(body.strip()) if not isinstance(piece, str) or piece.strip()]
    except SyntaxProblem as error:
        return [str(error)]
    found = []
    if isinstance(pieces[0], Expression) or isinstance(pieces[-1], Expression):
        found.append("may not begin or end with a variable (Meta refuses it)")
    if any(isinstance(a, Expression) and isinstance(b, Expression) for a, b in pairwise(pieces)):
        found.append("may not hold two variables without a word between them (Meta refuses it)")
    return found


def _check_components(problems: Problems, components: object, meta: bool) -> None:
    if components is None or components == []:
        return
    if meta:
        check_components(problems, "components", components)
    else:
        problems.add("components", "belong to templates of kind meta; a plain one is its body")


def _check_defaults(problems: Problems, defaults: object) -> None:
    if defaults is None:
        return
    if not isinstance(defaults, dict):
        problems.add("defaults", "must be an object such as {'product_name': 'seu pedido'}")
        return
    for name, text in defaults.items():
        problems.note(f"defaults.{name!s:.60}", field_problem(name))
        problems.text(f"defaults.{name!s:.60}", text, MAX_DEFAULT)
