"""Interactive messages: buttons, lists, links, products, flows. Checked against the platform's lengths and counts.

Limits: Cloud API reference, interactive object (shared facts on WhatsApp, §1.2). A list's body is bounded as the
strictest source says (1,024; newer texts of Meta allow 4,096).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.outgoing_media import check_link, check_media
from engine.problems import Problems

BODY_MAX = 1024
SHORT_MAX = 60  # header and footer
BUTTON_MAX = 20
BUTTONS_MAX = 3
ROWS_MAX = 10
_SECTION_TITLE_MAX = 24
_ROW_TITLE_MAX = 24
_PRODUCTS_MAX = 30
_JSON_MAX = 4096
_HEADERS = ("text", "image", "video", "document")


class _Shape(NamedTuple):
    """One kind of interactive message: which headers it may have, whether it must have a body, and its action."""

    headers: Sequence[str]
    body_needed: bool
    action: Callable[[Problems, str, dict[str, Any]], None]
    header_needed: bool = False


def check_interactive(problems: Problems, path: str, value: Any) -> None:
    """Note everything that is wrong with an interactive object."""
    if not isinstance(value, dict):
        problems.add(path, "must be an object with type, body and action")
        return
    kind = value.get("type")
    shape = _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        problems.add(f"{path}.type", f"must be one of {', '.join(_SHAPES)}")
        return
    problems.keys(path, value, ("type", "header", "body", "footer", "action"))
    if "body" in value or shape.body_needed:
        _short(problems, f"{path}.body", value.get("body"), BODY_MAX)
    if "footer" in value:
        _short(problems, f"{path}.footer", value["footer"], SHORT_MAX)
    if "header" in value:
        _header(problems, f"{path}.header", value["header"], shape.headers)
    elif shape.header_needed:
        problems.add(f"{path}.header", "is needed")
    action = value.get("action")
    if isinstance(action, dict):
        shape.action(problems, f"{path}.action", action)
    else:
        problems.add(f"{path}.action", "must be an object")


def _header(problems: Problems, path: str, value: Any, allowed: Sequence[str]) -> None:
    if not allowed:
        problems.add(path, "is not allowed here")
    elif not isinstance(value, dict) or value.get("type") not in allowed:
        problems.add(f"{path}.type", f"must be one of {', '.join(allowed)}")
    else:
        kind = value["type"]
        problems.keys(path, value, ("type", kind))
        if kind == "text":
            problems.text(f"{path}.text", value.get("text"), SHORT_MAX)
        else:
            check_media(problems, f"{path}.{kind}", kind, value.get(kind))
            if isinstance(value.get(kind), dict) and "caption" in value[kind]:
                problems.add(f"{path}.{kind}.caption", "is not allowed in a header")


def _short(problems: Problems, path: str, value: Any, longest: int) -> None:
    if isinstance(value, dict):
        problems.keys(path, value, ("text",))
        problems.text(f"{path}.text", value.get("text"), longest)
    else:
        problems.add(path, "must be an object with a text")


def _buttons(problems: Problems, path: str, action: dict[str, Any]) -> None:
    problems.keys(path, action, ("buttons",))
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= BUTTONS_MAX:
        problems.add(f"{path}.buttons", f"must be a list of 1 to {BUTTONS_MAX} buttons")
        return
    for index, button in enumerate(buttons):
        place = f"{path}.buttons[{index}]"
        reply = button.get("reply") if isinstance(button, dict) else None
        if not isinstance(reply, dict) or button.get("type") != "reply":
            problems.add(place, 'must be {"type": "reply", "reply": {"id", "title"}}')
            continue
        problems.keys(place, button, ("type", "reply"))
        problems.keys(f"{place}.reply", reply, ("id", "title"))
        problems.text(f"{place}.reply.id", reply.get("id"), 256)
        problems.text(f"{place}.reply.title", reply.get("title"), BUTTON_MAX)
    replies = [one["reply"] for one in buttons if isinstance(one, dict) and isinstance(one.get("reply"), dict)]
    for name in ("id", "title"):
        _distinct(problems, f"{path}.buttons", [reply.get(name) for reply in replies], name)


def _list(problems: Problems, path: str, action: dict[str, Any]) -> None:
    problems.keys(path, action, ("button", "sections"))
    problems.text(f"{path}.button", action.get("button"), BUTTON_MAX)
    rows = _sections(problems, path, action, "rows", _row, ROWS_MAX)
    _distinct(problems, f"{path}.sections", [row.get("id") for row in rows if isinstance(row, dict)], "row id")


def _row(problems: Problems, path: str, row: Any) -> None:
    if not isinstance(row, dict):
        problems.add(path, "must be an object with id and title")
        return
    problems.keys(path, row, ("id", "title", "description"))
    problems.text(f"{path}.id", row.get("id"), 200)
    problems.text(f"{path}.title", row.get("title"), _ROW_TITLE_MAX)
    if "description" in row:
        problems.text(f"{path}.description", row["description"], 72)


def _sections(
    problems: Problems,
    path: str,
    action: dict[str, Any],
    entries: str,
    check: Callable[[Problems, str, Any], None],
    most: int,
) -> list[Any]:
    """Note what is wrong with sections; return all their entries."""
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= ROWS_MAX:
        problems.add(f"{path}.sections", f"must be a list of 1 to {ROWS_MAX} sections")
        return []
    found: list[Any] = []
    for index, section in enumerate(sections):
        place = f"{path}.sections[{index}]"
        if not isinstance(section, dict) or not isinstance(section.get(entries), list) or not section[entries]:
            problems.add(place, f"must be an object with a title and {entries}")
            continue
        problems.keys(place, section, ("title", entries))
        if "title" in section or len(sections) > 1:  # only a single section needs no title
            problems.text(f"{place}.title", section.get("title"), _SECTION_TITLE_MAX)
        for number, entry in enumerate(section[entries][: most + 1]):
            check(problems, f"{place}.{entries}[{number}]", entry)
        found += section[entries]
    if len(found) > most:
        problems.add(f"{path}.sections", f"must have at most {most} {entries} in all")
    return found


def _cta_url(problems: Problems, path: str, action: dict[str, Any]) -> None:
    parameters = _named_action(problems, path, action, "cta_url")
    problems.keys(f"{path}.parameters", parameters, ("display_text", "url"))
    problems.text(f"{path}.parameters.display_text", parameters.get("display_text"), BUTTON_MAX)
    check_link(problems, f"{path}.parameters.url", parameters.get("url"), 2000)


def _location_request(problems: Problems, path: str, action: dict[str, Any]) -> None:
    problems.keys(path, action, ("name",))
    if action.get("name") != "send_location":
        problems.add(f"{path}.name", "must be send_location")


def _flow(problems: Problems, path: str, action: dict[str, Any]) -> None:
    """A flow's own parameters are Meta's business; only their size and the ones that name it are checked."""
    parameters = _named_action(problems, path, action, "flow")
    if "flow_id" not in parameters and "flow_name" not in parameters:
        problems.add(f"{path}.parameters.flow_id", "is needed, or flow_name")
    problems.text(f"{path}.parameters.flow_cta", parameters.get("flow_cta"), 30)
    if len(str(parameters)) > _JSON_MAX:
        problems.add(f"{path}.parameters", f"must have at most {_JSON_MAX} characters")


def _named_action(problems: Problems, path: str, action: dict[str, Any], name: str) -> dict[str, Any]:
    problems.keys(path, action, ("name", "parameters"))
    if action.get("name") != name:
        problems.add(f"{path}.name", f"must be {name}")
    parameters = action.get("parameters")
    if isinstance(parameters, dict):
        return parameters
    problems.add(f"{path}.parameters", "must be an object")
    return {}


def _product(problems: Problems, path: str, action: dict[str, Any]) -> None:
    problems.keys(path, action, ("catalog_id", "product_retailer_id"))
    for name in ("catalog_id", "product_retailer_id"):
        problems.text(f"{path}.{name}", action.get(name), 200)


def _products(problems: Problems, path: str, action: dict[str, Any]) -> None:
    problems.keys(path, action, ("catalog_id", "sections"))
    problems.text(f"{path}.catalog_id", action.get("catalog_id"), 200)
    _sections(problems, path, action, "product_items", _product_item, _PRODUCTS_MAX)


def _product_item(problems: Problems, path: str, item: Any) -> None:
    if isinstance(item, dict):
        problems.keys(path, item, ("product_retailer_id",))
        problems.text(f"{path}.product_retailer_id", item.get("product_retailer_id"), 200)
    else:
        problems.add(path, "must be an object with product_retailer_id")


def _catalog(problems: Problems, path: str, action: dict[str, Any]) -> None:
    problems.keys(path, action, ("name", "parameters"))
    if action.get("name") != "catalog_message":
        problems.add(f"{path}.name", "must be catalog_message")
    parameters = action.get("parameters", {})
    if not isinstance(parameters, dict):
        problems.add(f"{path}.parameters", "must be an object")
    elif "thumbnail_product_retailer_id" in parameters:
        thumbnail = parameters["thumbnail_product_retailer_id"]
        problems.text(f"{path}.parameters.thumbnail_product_retailer_id", thumbnail, 200)


def _distinct(problems: Problems, path: str, values: list[Any], name: str) -> None:
    texts = [value for value in values if isinstance(value, str)]
    if len(set(texts)) < len(texts):
        problems.add(path, f"must not use the same {name} twice")


_SHAPES: Mapping[str, _Shape] = {
    "button": _Shape(_HEADERS, True, _buttons),
    "list": _Shape(("text",), True, _list),
    "cta_url": _Shape(_HEADERS, True, _cta_url),
    "location_request_message": _Shape((), True, _location_request),
    "flow": _Shape(_HEADERS, True, _flow),
    "product": _Shape((), False, _product),
    "product_list": _Shape(("text",), True, _products, True),
    "catalog_message": _Shape((), True, _catalog),
}
