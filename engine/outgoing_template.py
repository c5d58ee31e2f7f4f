"""A template message in Graph's own form: name, language and the components that fill it, positional or named.

Shapes: Cloud API reference, template object (shared facts on WhatsApp, §1.2). What a company's stored templates look
like, with our variables in them, is ``engine/meta_components.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.carousel import check_cards
from engine.outgoing_media import check_media
from engine.problems import Problems

NAME_MAX = 512
COMPONENTS_MAX = 12
PARAMETERS_MAX = 60
PARAMETER_TEXT_MAX = 1024
_JSON_MAX = 4096
_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
_TYPES = ("header", "body", "button", "limited_time_offer", "carousel", "order_status", "call_permission_request")
# A button's sub type → the types its parameters may have.
BUTTON_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "url": ("text",),
    "quick_reply": ("payload", "text"),
    "copy_code": ("coupon_code",),
    "flow": ("action",),
    "catalog": ("action",),
    "mpm": ("action",),
    "order_details": ("action",),
    "voice_call": ("ttl_minutes", "payload"),
}
_Checker = Callable[[Problems, str, Any], None]


def check_template(problems: Problems, path: str, value: Any) -> None:
    """Note everything that is wrong with ``{"name", "language": {"code"}, "components"?}``."""
    if not isinstance(value, dict):
        problems.add(path, "must be an object with name and language")
        return
    problems.keys(path, value, ("name", "language", "components"))
    name = value.get("name")
    if not isinstance(name, str) or len(name) > NAME_MAX or not _NAME.fullmatch(name):
        problems.add(f"{path}.name", f"must be 1 to {NAME_MAX} lower-case letters, digits and _")
    language = value.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not isinstance(code, str) or not _LANGUAGE.fullmatch(code):
        problems.add(f"{path}.language.code", "must be a language such as pt_BR")
    elif isinstance(language, dict):
        problems.keys(f"{path}.language", language, ("code", "policy"))
        if language.get("policy", "deterministic") != "deterministic":
            problems.add(f"{path}.language.policy", "must be deterministic")
    if "components" in value:
        check_graph_components(problems, f"{path}.components", value["components"])


def check_graph_components(problems: Problems, path: str, components: Any, *, card: bool = False) -> None:
    """Note everything that is wrong with Graph's components; ``card``: those of one card of a carousel."""
    if not isinstance(components, list) or len(components) > COMPONENTS_MAX:
        problems.add(path, f"must be a list of at most {COMPONENTS_MAX} components")
        return
    named: set[bool] = set()
    for index, component in enumerate(components):
        place = f"{path}[{index}]"
        kind = component.get("type") if isinstance(component, dict) else None
        kind = kind.lower() if isinstance(kind, str) else None
        if kind not in _TYPES or (card and kind not in _TYPES[:3]):
            problems.add(f"{place}.type", f"must be one of {', '.join(_TYPES[:3] if card else _TYPES)}")
            continue
        if kind == "carousel":
            _cards(problems, place, component)
            continue
        _component(problems, place, kind, component)
        parameters = component.get("parameters")
        if kind != "button" and isinstance(parameters, list):
            named |= {"parameter_name" in one for one in parameters if _is_text(one)}
    if len(named) > 1:
        problems.add(path, "must be all named or all positional parameters, not some of each (Meta refuses it)")


def _component(problems: Problems, path: str, kind: str, component: dict[str, Any]) -> None:
    if kind == "button":
        problems.keys(path, component, ("type", "sub_type", "index", "parameters"))
        if str(component.get("index")) not in map(str, range(10)):
            problems.add(f"{path}.index", 'must be the button\'s place, from "0" to "9"')
        sub_type = component.get("sub_type")
        sub_type = sub_type.lower() if isinstance(sub_type, str) else ""
        if sub_type not in BUTTON_PARAMETERS:
            problems.add(f"{path}.sub_type", f"must be one of {', '.join(BUTTON_PARAMETERS)}")
            return
        allowed = BUTTON_PARAMETERS[sub_type]
    else:
        problems.keys(path, component, ("type", "parameters"))
        allowed = _ALLOWED[kind]
    parameters = component.get("parameters")
    if not isinstance(parameters, list) or not 1 <= len(parameters) <= PARAMETERS_MAX:
        problems.add(f"{path}.parameters", f"must be a list of 1 to {PARAMETERS_MAX} parameters")
        return
    for index, parameter in enumerate(parameters):
        _parameter(problems, f"{path}.parameters[{index}]", parameter, allowed)


def _cards(problems: Problems, path: str, component: dict[str, Any]) -> None:
    check_cards(
        problems, path, component, lambda place, value: check_graph_components(problems, place, value, card=True)
    )


def _parameter(problems: Problems, path: str, parameter: Any, allowed: tuple[str, ...]) -> None:
    kind = parameter.get("type") if isinstance(parameter, dict) else None
    if kind not in allowed:
        problems.add(f"{path}.type", f"must be one of {', '.join(allowed)}")
        return
    problems.keys(path, parameter, ("type", "parameter_name", kind))
    if "parameter_name" in parameter:
        problems.text(f"{path}.parameter_name", parameter["parameter_name"], 100)
    _VALUES[kind](problems, f"{path}.{kind}", parameter.get(kind))


def _bounded(longest: int) -> _Checker:
    def check(problems: Problems, path: str, value: Any) -> None:
        problems.text(path, value, longest)

    return check


def _media(kind: str) -> _Checker:
    return lambda problems, path, value: check_media(problems, path, kind, value)


def _currency(problems: Problems, path: str, value: Any) -> None:
    if not isinstance(value, dict):
        problems.add(path, "must be an object with fallback_value, code and amount_1000")
        return
    problems.keys(path, value, ("fallback_value", "code", "amount_1000"))
    problems.text(f"{path}.fallback_value", value.get("fallback_value"), 100)
    problems.text(f"{path}.code", value.get("code"), 3)
    problems.whole(f"{path}.amount_1000", value.get("amount_1000"), -(10**15), 10**15)


def _date_time(problems: Problems, path: str, value: Any) -> None:
    fallback = value.get("fallback_value") if isinstance(value, dict) else None
    problems.text(f"{path}.fallback_value", fallback, 100)


def _location(problems: Problems, path: str, value: Any) -> None:
    if not isinstance(value, dict):
        problems.add(path, "must be an object with latitude and longitude")
        return
    problems.keys(path, value, ("latitude", "longitude", "name", "address"))
    for name, furthest in (("latitude", 90.0), ("longitude", 180.0)):
        try:
            degrees = float(value.get(name, "nan"))
        except (TypeError, ValueError):
            degrees = float("nan")
        if not -furthest <= degrees <= furthest:
            problems.add(f"{path}.{name}", f"must be a number from -{furthest:.0f} to {furthest:.0f}")


def _object(problems: Problems, path: str, value: Any) -> None:
    """What only Meta can judge: an object of bounded size."""
    if not isinstance(value, dict) or len(str(value)) > _JSON_MAX:
        problems.add(path, f"must be an object of at most {_JSON_MAX} characters")


def _is_text(parameter: Any) -> bool:
    return isinstance(parameter, dict) and parameter.get("type") == "text"


_VALUES: Mapping[str, _Checker] = {
    "text": _bounded(PARAMETER_TEXT_MAX),
    "payload": _bounded(256),
    "coupon_code": _bounded(20),
    "currency": _currency,
    "date_time": _date_time,
    "location": _location,
    "product": _object,
    "action": _object,
    "limited_time_offer": _object,
    "order_status": _object,
    "ttl_minutes": lambda problems, path, value: problems.whole(path, value, 1, 43_200),
    **{kind: _media(kind) for kind in ("image", "video", "document")},
}
_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "header": ("text", "image", "video", "document", "location", "product"),
    "body": ("text", "currency", "date_time"),
    "limited_time_offer": ("limited_time_offer",),
    "order_status": ("order_status",),
    "call_permission_request": ("action",),
}
