"""How the parameters of a Meta template are filled: our components with ``{{variables}}`` in, Graph's components out.

A parameter is a text (its Graph type follows from where it stands), ``{"name", "value"}`` for templates with named
parameters, or a Graph parameter object (``{"type": "image", "image": {"link": "…"}}``) whose texts may hold variables.
Shapes: Cloud API reference, messages, template object (shared facts on WhatsApp, §1.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.carousel import check_cards
from engine.problems import Problems
from engine.template_syntax import Expression, parse_template
from engine.templates import Filling, Template, compile_template, text_problems

MAX_COMPONENTS = 12  # a header, a body and ten buttons
MAX_PARAMETERS = 60
MAX_PARAMETER_TEXT = 1024
_DEEPEST = 6
_TYPES = ("header", "body", "button", "limited_time_offer", "carousel")
_CARD_TYPES = _TYPES[:3]
# A button's sub type → what a plain text becomes there; None: it takes parameter objects only.
_BUTTONS = {
    "url": "text",
    "quick_reply": "payload",
    "copy_code": "coupon_code",
    "flow": None,
    "catalog": None,
    "mpm": None,
    "order_details": None,
    "voice_call": None,
}
_GRAPH_KEYS = {
    "text": ("text",),
    "payload": ("payload",),
    "coupon_code": ("coupon_code",),
    "image": ("image",),
    "video": ("video",),
    "document": ("document",),
    "location": ("location",),
    "currency": ("currency",),
    "date_time": ("date_time",),
    "product": ("product",),
    "action": ("action",),
    "limited_time_offer": ("limited_time_offer",),
    "ttl_minutes": ("ttl_minutes",),
}
_NESTED = ("action", "limited_time_offer", "product")
_Filler = Callable[[Filling], Any]


class Components:
    """Compiled components of one template."""

    __slots__ = ("_fillers",)

    def __init__(self, fillers: Sequence[_Filler]) -> None:
        self._fillers = tuple(fillers)

    def fill(self, filling: Filling) -> list[dict[str, Any]]:
        """Return Graph's components; never raises."""
        return [fill(filling) for fill in self._fillers]


def compile_components(components: Sequence[Mapping[str, Any]], body: Template) -> Components:
    """Compile checked components; without any, the body's variables become its parameters.

    An expression that stands in the body twice is one parameter, as ``{{1}}`` used twice is at Meta.

    Raises:
        ValueError, KeyError, TypeError: they were not checked, and something is wrong with them.
    """
    if not components and body.expressions:
        components = [{"type": "body", "parameters": [f"{{{{{text}}}}}" for text in body.expressions]}]
    return Components([_component(component) for component in components])


def positional_text(body: str) -> str:
    """Return a body as Meta knows it, ``{{1}}``, ``{{2}}`` … for its variables, numbered as the parameters that are
    made of them where a template has no components of its own.

    Raises:
        ValueError: it is no valid template text.
    """
    numbers: dict[str, int] = {}
    pieces = []
    for piece in parse_template(body):
        if isinstance(piece, Expression):
            number = numbers.setdefault(piece.written(), len(numbers) + 1)
            pieces.append(f"{{{{{number}}}}}")
        else:
            pieces.append(piece)
    return "".join(pieces)


def check_components(problems: Problems, field: str, components: object, types: Sequence[str] = _TYPES) -> None:
    """Note everything that is wrong with components; ``types``: those that may stand here."""
    if not isinstance(components, list) or len(components) > MAX_COMPONENTS:
        problems.add(field, f"must be a list of at most {MAX_COMPONENTS} components")
        return
    named: set[bool] = set()
    for index, component in enumerate(components):
        path = f"{field}[{index}]"
        if not isinstance(component, dict) or component.get("type") not in types:
            problems.add(path, f"must be an object whose type is one of {', '.join(types)}")
            continue
        if component["type"] == "carousel":
            _check_cards(problems, path, component)
            continue
        problems.keys(path, component, ("type", "sub_type", "index", "parameters"))
        if component["type"] == "button":
            _check_button(problems, path, component)
        parameters = component.get("parameters")
        if not isinstance(parameters, list) or not 1 <= len(parameters) <= MAX_PARAMETERS:
            problems.add(f"{path}.parameters", f"must be a list of 1 to {MAX_PARAMETERS} parameters")
            continue
        for position, parameter in enumerate(parameters):
            _check_parameter(problems, f"{path}.parameters[{position}]", component, parameter)
        if component["type"] != "button":
            named |= {_is_named(parameter) for parameter in parameters if _is_text(parameter)}
    if len(named) > 1:
        problems.add(field, "must be all named or all positional parameters, not some of each (Meta refuses it)")


def _component(component: Mapping[str, Any]) -> _Filler:
    kind = component["type"]
    if kind == "carousel":
        return _carousel(component)
    short_type = (_BUTTONS[component["sub_type"]] if kind == "button" else None) or "text"
    fillers = [_parameter(parameter, short_type) for parameter in component["parameters"]]
    head: dict[str, Any] = {"type": kind}
    if kind == "button":
        head |= {"sub_type": component["sub_type"], "index": str(component["index"])}
    return lambda filling: head | {"parameters": [fill(filling) for fill in fillers]}


def _carousel(component: Mapping[str, Any]) -> _Filler:
    cards = [(card["card_index"], [_component(one) for one in card["components"]]) for card in component["cards"]]
    return lambda filling: {
        "type": "carousel",
        "cards": [{"card_index": index, "components": [fill(filling) for fill in fillers]} for index, fillers in cards],
    }


def _parameter(parameter: Any, short_type: str) -> _Filler:
    if isinstance(parameter, str):
        return _tree({"type": short_type, short_type: parameter})
    if "name" in parameter:
        return _tree({"type": "text", "parameter_name": parameter["name"], "text": parameter["value"]})
    return _tree(parameter)


def _tree(value: Any) -> _Filler:
    """Compile a parameter: every text in it that holds variables is filled, the rest stays as it is."""
    if isinstance(value, str) and "{{" in value:
        template = compile_template(value)
        return lambda filling: _parameter_text(template, filling)
    if isinstance(value, dict):
        fillers = {key: _tree(part) for key, part in value.items()}
        return lambda filling: {key: fill(filling) for key, fill in fillers.items()}
    if isinstance(value, list):
        entries = [_tree(part) for part in value]
        return lambda filling: [fill(filling) for fill in entries]
    return lambda filling: value


def _parameter_text(template: Template, filling: Filling) -> str:
    text = template.fill(filling).strip()
    if not text:
        # Meta refuses an empty parameter (131008), so a default of "" does not help here.
        filling.missing.update(dict.fromkeys(template.variables))
    return text


def _is_text(parameter: object) -> bool:
    return not isinstance(parameter, dict) or parameter.get("type", "text") == "text"


def _is_named(parameter: object) -> bool:
    return isinstance(parameter, dict) and ("name" in parameter or "parameter_name" in parameter)


def _check_cards(problems: Problems, path: str, component: dict[str, Any]) -> None:
    check_cards(problems, path, component, lambda place, value: check_components(problems, place, value, _CARD_TYPES))


def _check_button(problems: Problems, path: str, component: dict[str, Any]) -> None:
    if component.get("sub_type") not in tuple(_BUTTONS):
        problems.add(f"{path}.sub_type", f"must be one of {', '.join(_BUTTONS)}")
    if str(component.get("index")) not in map(str, range(10)):
        problems.add(f"{path}.index", 'must be the button\'s place, from "0" to "9"')


def _check_parameter(problems: Problems, path: str, component: Mapping[str, Any], parameter: object) -> None:
    component_type = component["type"]
    needs_object = component_type == "limited_time_offer" or (
        component_type == "button" and _BUTTONS.get(str(component.get("sub_type")), "text") is None
    )
    if needs_object and (not isinstance(parameter, dict) or "name" in parameter):
        problems.add(path, "must be a parameter object of the Graph API")
    elif isinstance(parameter, str):
        _check_text(problems, path, parameter)
    elif not isinstance(parameter, dict):
        problems.add(path, "must be a text, {name, value} or a parameter object of the Graph API")
    elif "name" in parameter:
        problems.keys(path, parameter, ("name", "value"))
        problems.text(f"{path}.name", parameter["name"], 100)
        _check_text(problems, f"{path}.value", parameter.get("value"))
        if component_type == "button":
            problems.add(path, "a button's parameter has no name")
    else:
        _check_graph_parameter(problems, path, parameter)


def _check_graph_parameter(problems: Problems, path: str, parameter: dict[str, Any]) -> None:
    kind = parameter.get("type")
    keys = _GRAPH_KEYS.get(kind) if isinstance(kind, str) else None
    if keys is None:
        problems.add(f"{path}.type", f"must be one of {', '.join(_GRAPH_KEYS)}")
        return
    problems.keys(path, parameter, ("type", "parameter_name", *keys))
    if "parameter_name" in parameter:
        problems.text(f"{path}.parameter_name", parameter["parameter_name"], 100)
    for key in keys:
        value = parameter.get(key)
        if isinstance(value, dict):
            _check_tree(problems, f"{path}.{key}", value, 0 if key in _NESTED else _DEEPEST - 1)
        elif key == "ttl_minutes":
            problems.whole(f"{path}.{key}", value, 1, 43_200)
        else:
            _check_text(problems, f"{path}.{key}", value)


def _check_tree(problems: Problems, path: str, value: object, depth: int = 0) -> None:
    """Note what is wrong with an object whose fields are Meta's business: its texts, its depth and its size."""
    if isinstance(value, str):
        _check_text(problems, path, value)
    elif isinstance(value, dict | list):
        if depth >= _DEEPEST or len(value) > MAX_PARAMETERS:
            problems.add(path, "must be a text or a number, or is nested too deeply")
            return
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in entries:
            place = f"{path}.{key!s:.60}" if isinstance(value, dict) else f"{path}[{key}]"
            _check_tree(problems, place, inner, depth + 1)
    elif not isinstance(value, int | float):
        problems.add(path, "must be a text or a number")


def _check_text(problems: Problems, path: str, text: object) -> None:
    for reason in text_problems(text, MAX_PARAMETER_TEXT):
        problems.add(path, reason)
