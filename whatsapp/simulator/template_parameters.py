"""The parameters of a template send, checked as Graph checks them (facts: whatsapp.md §1.2 and §1.4, captures)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from whatsapp.simulator.graph_errors import GraphRefusal

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")
CheckMedia = Callable[[dict[str, Any], str, str], None]

# button type → (how Graph's errors call it, the sub_type of a send, the parameter it takes, whether it must be there)
_BUTTONS: dict[str, tuple[str, str, str, bool]] = {
    "QUICK_REPLY": ("QuickReply", "quick_reply", "payload", False),
    "URL": ("Url", "url", "text", False),
    "COPY_CODE": ("CopyCode", "copy_code", "coupon_code", True),
    "FLOW": ("Flow", "flow", "action", False),
    "CATALOG": ("Catalog", "catalog", "action", False),
    "MPM": ("Mpm", "mpm", "action", True),
    "PHONE_NUMBER": ("PhoneNumber", "", "", False),
    "VOICE_CALL": ("VoiceCall", "voice_call", "", False),
}


def variables(text: str) -> list[str]:
    """Return the variables of a text, each once: {{2}} before {{10}}."""
    return sorted(set(VARIABLE.findall(text)), key=lambda name: (len(name), name))


def shown(parameter: Any) -> str | None:
    """Return a parameter's text; None for one that is no text (a picture, a place).

    Raises:
        GraphRefusal: 131008 for a text that is missing, 132018 for one with line breaks, tabs or five spaces.
    """
    if not isinstance(parameter, dict):
        raise GraphRefusal(131009, "template.components.parameters must be objects")
    kind = parameter.get("type", "text")
    if kind == "text":
        value = parameter.get("text")
    elif kind in ("currency", "date_time"):
        value = _localised(parameter.get(kind), kind)
    else:
        return None
    if not isinstance(value, str) or not value:
        raise GraphRefusal(131008, f"Parameter of type {kind} is missing its text value")
    if "\n" in value or "\t" in value or "     " in value:
        raise GraphRefusal(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return value


def _localised(inner: Any, kind: str) -> Any:
    if not isinstance(inner, dict):
        raise GraphRefusal(131008, f"Parameter of type {kind} is missing its object")
    amount = inner.get("amount_1000")
    if kind == "currency" and (not isinstance(inner.get("code"), str) or not isinstance(amount, int)):
        raise GraphRefusal(131008, "Parameter of type currency needs code and amount_1000")
    return inner.get("fallback_value")


def values_of(kind: str, names: list[str], named: bool, parameters: list[Any]) -> list[str]:
    """Return the values of a component's variables, in the order of ``names``.

    Raises:
        GraphRefusal: 132000 for another number of them, 132012 for other names.
    """
    texts = [text for one in parameters if (text := shown(one)) is not None]
    if len(texts) != len(names):
        raise GraphRefusal(
            132000,
            f"{kind}: number of localizable_params ({len(texts)}) does not match the expected number of "
            f"params ({len(names)})",
        )
    if not names:
        return texts
    if not named:
        for one in parameters:
            if "parameter_name" in one:
                raise GraphRefusal(132012, f"{kind}: the template takes positional parameters, not named ones")
        return texts
    by_name = {one.get("parameter_name"): shown(one) for one in parameters}
    found = [by_name.get(name) for name in names]
    if None in found:
        raise GraphRefusal(132012, f"{kind}: parameter names must be {', '.join(names)}")
    return [text for text in found if text is not None]


def check_header(part: dict[str, Any] | None, parameters: list[Any], named: bool, check_media: CheckMedia) -> None:
    """Check a header's parameters against the template's header (None: it has none)."""
    expected = str((part or {}).get("format") or "TEXT").upper()
    if part is None or expected == "TEXT":
        names = variables(str(part.get("text") or "")) if part else []
        media = next((str(one.get("type")) for one in parameters if isinstance(one, dict) and shown(one) is None), None)
        if media is not None:
            raise GraphRefusal(132012, f"header: Format mismatch, expected TEXT, received {media.upper()}")
        values_of("header", names, named, parameters)
        return
    given = parameters[0] if len(parameters) == 1 and isinstance(parameters[0], dict) else {}
    kind = given.get("type")
    received = kind.upper() if isinstance(kind, str) else "UNKNOWN"
    if received != expected or len(parameters) > 1:
        raise GraphRefusal(132012, f"header: Format mismatch, expected {expected}, received {received}")
    inner = given.get(str(kind))
    if not isinstance(inner, dict):
        raise GraphRefusal(131008, f"header: Parameter of type {kind} is missing its object")
    if expected in MEDIA_FORMATS:
        check_media(inner, expected.lower(), f"template['components'][0]['parameters'][0]['{kind}']")
    elif expected == "LOCATION" and ("latitude" not in inner or "longitude" not in inner):
        raise GraphRefusal(131008, "header: location needs latitude and longitude")


def check_buttons(buttons: list[dict[str, Any]], given: list[dict[str, Any]]) -> None:
    """Check the ``button`` components of a send against the template's buttons."""
    seen: dict[int, dict[str, Any]] = {}
    for one in given:
        index = str(one.get("index", ""))
        if not index.isascii() or not index.isdigit() or len(index) > 2 or int(index) >= len(buttons):
            raise GraphRefusal(132018, f"buttons: Button at index {index[:20]} does not exist in the template")
        seen[int(index)] = one
    for at, button in enumerate(buttons):
        _check_button(at, button, seen.get(at))


def _check_button(at: int, button: dict[str, Any], given: dict[str, Any] | None) -> None:
    name, sub_type, takes, must = _BUTTONS.get(str(button.get("type")).upper(), ("Unknown", "", "", False))
    if name == "Url":
        must = "{{" in str(button.get("url") or "")
        takes = "text" if must else ""
    parameters = given.get("parameters") if given else None
    if not parameters:
        if must and name == "CopyCode":
            raise GraphRefusal(
                131008, f"buttons: Button at index {at} of type copy_code requires a non-empty parameter coupon_code"
            )
        if must:
            raise GraphRefusal(131008, f"buttons: Button at index {at} of type {name} requires a parameter")
        return
    if given is None or str(given.get("sub_type", "")).lower() != sub_type:
        raise GraphRefusal(132018, f"buttons: Button at index {at} must be of type {name}")
    if not takes:
        raise GraphRefusal(132018, f"buttons: Button at index {at} of type {name} does not require parameters")
    value = parameters[0]
    if len(parameters) != 1 or not isinstance(value, dict) or value.get("type") != takes:
        raise GraphRefusal(132018, f"buttons: Button at index {at} takes one parameter of type {takes}")
    inner = value.get(takes)
    if not inner or not isinstance(inner, dict if takes == "action" else str):
        raise GraphRefusal(131008, f"buttons: Button at index {at} of type {name} requires a parameter")
    if takes == "coupon_code" and len(inner) > 15:
        raise GraphRefusal(132018, f"buttons: Button at index {at}: coupon_code must be at most 15 characters long")


def check_offer(parameters: list[Any]) -> None:
    """Check a limited-time offer's expiration."""
    offer = parameters[0].get("limited_time_offer") if parameters and isinstance(parameters[0], dict) else None
    until = offer.get("expiration_time_ms") if isinstance(offer, dict) else None
    if not isinstance(until, int) or isinstance(until, bool) or until <= 0:
        raise GraphRefusal(131008, "limited_time_offer: expiration_time_ms is required")
