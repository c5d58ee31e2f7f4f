"""Message templates as the simulator knows them: what parameters they take and how they read when filled."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from whatsapp.simulator.graph_errors import GraphRefusal
from whatsapp.simulator.template_parameters import (
    VARIABLE,
    CheckMedia,
    check_buttons,
    check_header,
    check_offer,
    values_of,
    variables,
)

_STATUS_ERRORS = {"PAUSED": 132015, "DISABLED": 132016}
_FILLED_LIMIT = 1024
_CODE_TEXTS = {"pt": "Seu código de verificação é *{{1}}*.", "en": "*{{1}}* is your verification code."}


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
        self.waba_id = None if spec.get("waba_id") is None else str(spec["waba_id"])
        self.identity = str(spec.get("id") or _identity(self.waba_id, self.name, self.language))
        self.quality = str(spec.get("quality") or "UNKNOWN").upper()
        self.rejected_reason = str(spec.get("rejected_reason") or "NONE")
        self.held_ms = 0  # template pacing: messages of a new campaign are held so long before they go on
        self.held_fails = False  # … and are dropped instead of going on
        self.pauses = 0
        self.named = spec.get("parameter_format") == "NAMED"
        components = spec.get("components")
        if components is None:
            components = [{"type": "BODY", "text": str(spec.get("body") or "")}]
        self.put_components(components)

    def put_components(self, components: object) -> None:
        """Take these components instead of the present ones.

        Raises:
            ValueError: they are no list of objects.
        """
        if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
            raise ValueError("a template's components must be a list of objects")
        self.components: list[dict[str, Any]] = components
        self._header: dict[str, Any] | None = None
        self._buttons: list[dict[str, Any]] = []
        self._cards: list[Template] = []
        self._offer = False
        self._read_body("")
        for part in components:
            self._read(part)
        header = str(self._header.get("text") or "") if self._header else ""
        if any(not name.isdigit() for name in self._names + variables(header)):
            self.named = True
        # Nothing but the body takes part in a send: what most templates are, checked without detours.
        self.plain = not (self._header or self._buttons or self._cards or self._offer)

    def _read(self, part: dict[str, Any]) -> None:
        kind = str(part.get("type", "")).upper()
        if kind == "HEADER":
            self._header = part
        elif kind == "BODY":
            text = str(part.get("text") or "")
            if not text and self.category == "AUTHENTICATION":
                text = _CODE_TEXTS["pt" if self.language.startswith("pt") else "en"]
            self._read_body(text)
        elif kind == "BUTTONS":
            self._buttons = [_button(one) for one in _list(part, "buttons")]
        elif kind == "LIMITED_TIME_OFFER":
            offer = part.get("limited_time_offer")
            self._offer = isinstance(offer, dict) and bool(offer.get("has_expiration"))
        elif kind == "CAROUSEL":
            self._cards = [self._card(one) for one in _list(part, "cards")]

    def _card(self, card: object) -> Template:
        if not isinstance(card, dict):
            raise ValueError("a template's cards must be objects")
        return Template({"name": self.name, "language": self.language, "components": card.get("components")})

    def _read_body(self, text: str) -> None:
        self.body = text
        self._names = variables(text)
        self._pieces = VARIABLE.split(text)  # the odd ones are names
        self._places = [(at, self._names.index(self._pieces[at])) for at in range(1, len(self._pieces), 2)]

    def fill(self, components: list[Any], check_media: CheckMedia | None = None) -> str:
        """Check the parameters of a send as Graph does and return the body's text.

        Args:
            check_media: Checks a header's picture, video or document; none are checked without it.

        Raises:
            GraphRefusal: not approved, wrong number of parameters, or a malformed one.
        """
        if self.status != "APPROVED":
            raise GraphRefusal(_STATUS_ERRORS.get(self.status, 132001), self._not_there())
        return self._fill(components, check_media or _unchecked)

    def _fill(self, components: list[Any], check_media: CheckMedia) -> str:
        given: dict[str, list[Any]] = {}
        buttons: list[dict[str, Any]] = []
        cards: list[Any] = []
        for part in components:
            if not isinstance(part, dict):
                raise GraphRefusal(131009, "template.components must be objects")
            kind = str(part.get("type", "")).lower()
            parameters = part.get("parameters") or []
            if not isinstance(parameters, list):
                raise GraphRefusal(131009, "template.components.parameters must be a list")
            if kind == "button":
                buttons.append(part)
            elif kind == "carousel":
                cards = part["cards"] if isinstance(part.get("cards"), list) else []
            else:
                given[kind] = parameters
        if not self.plain or buttons or cards or "header" in given:
            self._check_rest(given, buttons, cards, check_media)
        text = self._text(values_of("body", self._names, self.named, given.get("body", [])))
        if len(text) > _FILLED_LIMIT:
            raise GraphRefusal(132005)
        return text

    def _check_rest(
        self, given: dict[str, list[Any]], buttons: list[dict[str, Any]], cards: list[Any], check_media: CheckMedia
    ) -> None:
        check_header(self._header, given.get("header", []), self.named, check_media)
        if self._offer:
            check_offer(given.get("limited_time_offer", []))
        check_buttons(self._buttons, buttons)
        if len(cards) != len(self._cards):
            raise GraphRefusal(
                132000, f"carousel: number of cards ({len(cards)}) does not match the expected ({len(self._cards)})"
            )
        for card, template in zip(cards, self._cards, strict=True):
            parts = card.get("components") if isinstance(card, dict) else None
            if not isinstance(parts, list):
                raise GraphRefusal(131008, "carousel: every card needs components")
            template._fill(parts, check_media)

    def _text(self, values: list[str]) -> str:
        if len(self._pieces) == 1:
            return self._pieces[0]
        pieces = self._pieces.copy()
        for at, which in self._places:
            pieces[at] = values[which]
        return "".join(pieces)

    def _not_there(self) -> str | None:
        if self.status in _STATUS_ERRORS:
            return None
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
            "rejected_reason": self.rejected_reason,
            "quality_score": {"score": self.quality, "date": 0},
        }


def _list(part: dict[str, Any], field: str) -> list[Any]:
    value = part.get(field) or []
    if not isinstance(value, list):
        raise ValueError(f"a template's {field} must be a list")
    return value


def _button(button: object) -> dict[str, Any]:
    """Return a template's button; an authentication template's becomes the link button that Meta makes of it."""
    if not isinstance(button, dict):
        raise ValueError("a template's buttons must be objects")
    if str(button.get("type")).upper() == "OTP":
        return {"type": "URL", "text": "Copiar código", "url": "https://www.whatsapp.com/otp/code/?code={{1}}"}
    return button


def _unchecked(spec: dict[str, Any], kind: str, path: str) -> None:
    """Take any media."""


def _identity(waba_id: str | None, name: str, language: str) -> int:
    return 10**15 + crc32(f"{waba_id or ''}/{name}/{language}".removeprefix("/").encode())


def _word(spec: dict[str, Any], field: str) -> str:
    value = spec.get(field)
    if not isinstance(value, str) or not value:
        raise ValueError(f"a template needs {field}")
    return value
