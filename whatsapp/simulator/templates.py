"""Message templates as the simulator knows them: what parameters they take and how they read when filled."""

from __future__ import annotations

import re
from typing import Any
from zlib import crc32

from whatsapp.simulator.graph_errors import GraphRefusal

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_STATUS_ERRORS = {"PAUSED": 132015, "DISABLED": 132016}


class Template:
    """One template in one language.

    Args:
        spec: Meta's form (``name, language, category, status, parameter_format, components``), or the short
            ``{"name", "language", "body"}``. Status is ``APPROVED`` unless given.

    Raises:
        ValueError: name or language is missing, or components are no list of objects.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        self.name = _word(spec, "name")
        self.language = str(spec.get("language") or "pt_BR")
        self.status = str(spec.get("status") or "APPROVED").upper()
        self.category = str(spec.get("category") or "UTILITY").upper()
        self.identity = str(spec.get("id") or 10**15 + crc32(f"{self.name}/{self.language}".encode()))
        self.waba_id = spec.get("waba_id")
        components = spec.get("components")
        if components is None:
            components = [{"type": "BODY", "text": str(spec.get("body") or "")}]
        if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
            raise ValueError("a template's components must be a list of objects")
        self.components: list[dict[str, Any]] = components
        self._pieces: list[str] = [""]
        self._places: list[tuple[int, int]] = []
        self._variables: dict[str, list[str]] = {"header": [], "body": []}
        self._buttons: set[str] = set()
        for part in components:
            self._read(part)
        names = self._variables["header"] + self._variables["body"]
        self.named = spec.get("parameter_format") == "NAMED" or any(not name.isdigit() for name in names)

    def _read(self, part: dict[str, Any]) -> None:
        kind = str(part.get("type", "")).lower()
        text = str(part.get("text") or "")
        if kind in self._variables and str(part.get("format") or "TEXT").upper() == "TEXT":
            names = set(_VARIABLE.findall(text))
            self._variables[kind] = sorted(names, key=lambda name: (len(name), name))  # {{2}} before {{10}}
            if kind == "body":
                self._pieces = _VARIABLE.split(text)  # the odd ones are names
                order = self._variables[kind]
                self._places = [(at, order.index(self._pieces[at])) for at in range(1, len(self._pieces), 2)]
        elif kind == "buttons":
            for index, button in enumerate(part.get("buttons") or []):
                if not isinstance(button, dict):
                    raise ValueError("a template's buttons must be objects")
                takes_one = "{{" in str(button.get("url") or "") or button.get("type") == "COPY_CODE"
                if takes_one:
                    self._buttons.add(str(index))

    def fill(self, components: list[Any]) -> str:
        """Check the parameters of a send as Graph does and return the body's text.

        Raises:
            GraphRefusal: not approved, wrong number of parameters, or a malformed one.
        """
        if self.status != "APPROVED":
            raise GraphRefusal(_STATUS_ERRORS.get(self.status, 132001), self._not_there())
        given: dict[str, list[Any]] = {}
        buttons = set()
        for part in components:
            if not isinstance(part, dict):
                raise GraphRefusal(131009, "template.components must be objects")
            kind = str(part.get("type", "")).lower()
            parameters = part.get("parameters") or []
            if not isinstance(parameters, list):
                raise GraphRefusal(131009, "template.components.parameters must be a list")
            if kind == "button":
                if parameters:
                    buttons.add(str(part.get("index", "")))
            else:
                given[kind] = parameters
        self._values("header", given.get("header", []))
        values = self._values("body", given.get("body", []))
        if not self._buttons <= buttons:
            missing = ", ".join(sorted(self._buttons - buttons))
            raise GraphRefusal(131008, f"buttons: Button at index {missing} requires a parameter")
        return self._text(values)

    def _values(self, kind: str, parameters: list[Any]) -> list[str]:
        """Return the values of a component's variables, in the order of the template."""
        names = self._variables[kind]
        texts = [text for one in parameters if (text := _shown(one)) is not None]
        if len(texts) != len(names):
            raise GraphRefusal(
                132000,
                f"{kind}: number of localizable_params ({len(texts)}) does not match the expected number of "
                f"params ({len(names)})",
            )
        if not self.named or not names:
            return texts
        by_name = {one.get("parameter_name"): _shown(one) for one in parameters}
        found = [by_name.get(name) for name in names]
        if None in found:
            raise GraphRefusal(132012, f"{kind}: parameter names must be {', '.join(names)}")
        return [text for text in found if text is not None]

    def _text(self, values: list[str]) -> str:
        if len(self._pieces) == 1:
            return self._pieces[0]
        pieces = self._pieces.copy()
        for at, which in self._places:
            pieces[at] = values[which]
        return "".join(pieces)

    def _not_there(self) -> str:
        return f"template name ({self.name}) is {self.status.lower()} in {self.language}"

    def as_graph(self) -> dict[str, Any]:
        """Return the template as ``GET /{waba}/message_templates`` lists it."""
        return {
            "id": self.identity,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "parameter_format": "NAMED" if self.named else "POSITIONAL",
            "components": self.components,
            "rejected_reason": "NONE",
        }


def _shown(parameter: Any) -> str | None:
    """Return a parameter's text; None for one that is no text (a picture, a place)."""
    if not isinstance(parameter, dict):
        raise GraphRefusal(131009, "template.components.parameters must be objects")
    kind = parameter.get("type", "text")
    if kind == "text":
        value = parameter.get("text")
    elif kind in ("currency", "date_time"):
        inner = parameter.get(kind)
        value = inner.get("fallback_value") if isinstance(inner, dict) else None
    else:
        return None
    if not isinstance(value, str) or not value:
        raise GraphRefusal(131008, f"Parameter of type {kind} is missing its text value")
    return value


def _word(spec: dict[str, Any], field: str) -> str:
    value = spec.get(field)
    if not isinstance(value, str) or not value:
        raise ValueError(f"a template needs {field}")
    return value
