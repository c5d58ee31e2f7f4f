"""Interactive messages: what Graph accepts of buttons, lists, links and requests (facts: whatsapp.md §1.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whatsapp.simulator.checks import member, members, optional_text, text_of, titled
from whatsapp.simulator.graph_errors import invalid, required

_BODY_LIMITS = {"list": 4096}
_BODY_LIMIT = 1024
_SHORT = 60
_HEADERS = ("text", "image", "video", "document")

CheckMedia = Callable[[dict[str, Any], str, str], None]


def check_interactive(spec: dict[str, Any], check_media: CheckMedia) -> str:
    """Check an ``interactive`` object and return the text that the person reads.

    Raises:
        GraphRefusal: with the first thing that is wrong.
    """
    kind = spec.get("type")
    if kind is None:
        raise required("interactive['type']")
    check_action = _ACTIONS.get(kind) if isinstance(kind, str) else None
    if check_action is None:
        raise invalid(f"Interactive type is invalid. Must be one of {', '.join(sorted(_ACTIONS))}")
    _check_header(spec.get("header"), kind, check_media)
    body = _body(spec, kind)
    footer = spec.get("footer")
    if footer is not None:
        titled(member(spec, "footer", "interactive['footer']"), "text", "Footer text", _SHORT)
    check_action(member(spec, "action", "interactive['action']"))
    return body


def _body(spec: dict[str, Any], kind: str) -> str:
    if kind in ("product", "catalog_message") and spec.get("body") is None:
        return ""
    body = member(spec, "body", "interactive['body']")
    if body.get("text") is None:
        raise required("interactive['body']['text']")
    return titled(body, "text", "Body text", _BODY_LIMITS.get(kind, _BODY_LIMIT))


def _check_header(header: Any, kind: str, check_media: CheckMedia) -> None:
    if header is None:
        return
    if not isinstance(header, dict) or header.get("type") not in _HEADERS:
        raise invalid(f"Header type is invalid. Must be one of {', '.join(_HEADERS)}")
    if header["type"] == "text":
        titled(header, "text", "Header text", _SHORT)
    elif kind in ("list", "product_list"):
        raise invalid(f"Header of type {header['type']} is not allowed for interactive type {kind}")
    else:
        path = f"interactive['header']['{header['type']}']"
        check_media(member(header, header["type"], path), header["type"], path)


def _check_buttons(action: dict[str, Any]) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    seen: set[str] = set()
    for at, button in enumerate(buttons):
        if not isinstance(button, dict) or button.get("type") != "reply":
            raise invalid("Button type is invalid. Must be reply")
        reply = member(button, "reply", f"interactive['action']['buttons'][{at}]['reply']")
        names = titled(reply, "id", "Button id", 256), titled(reply, "title", "Button title", 20)
        if names[0] in seen or names[1] in seen:
            raise invalid("Duplicated button id or title is not allowed")
        seen.update(names)


def _check_list(action: dict[str, Any]) -> None:
    titled(action, "button", "Button text", 20)
    sections = members(action, "sections", "interactive['action']['sections']")
    if len(sections) > 10:
        raise invalid("Invalid section count. Max allowed sections: 10")
    rows = 0
    seen: set[str] = set()
    for at, section in enumerate(sections):
        if len(sections) > 1:
            titled(section, "title", "Section title", 24)
        for row in members(section, "rows", f"interactive['action']['sections'][{at}]['rows']"):
            rows += 1
            identity = titled(row, "id", "Row id", 200)
            titled(row, "title", "Row title", 24)
            if row.get("description"):
                titled(row, "description", "Row description", 72)
            if identity in seen:
                raise invalid("Duplicated row id is not allowed")
            seen.add(identity)
    if rows > 10:
        raise invalid("Total row count exceed max allowed count: 10")


def _check_link(action: dict[str, Any]) -> None:
    if action.get("name") != "cta_url":
        raise invalid("interactive['action']['name'] must be cta_url")
    parameters = member(action, "parameters", "interactive['action']['parameters']")
    titled(parameters, "display_text", "Display text", 20)
    url = text_of(parameters, "url", "interactive['action']['parameters']['url']", 2000)
    if not url.startswith(("http://", "https://")):
        raise invalid("interactive['action']['parameters']['url'] is not a valid URI.")


def _named(name: str) -> Callable[[dict[str, Any]], None]:
    def check(action: dict[str, Any]) -> None:
        if action.get("name") != name:
            raise invalid(f"interactive['action']['name'] must be {name}")

    return check


def _check_flow(action: dict[str, Any]) -> None:
    _named("flow")(action)
    parameters = member(action, "parameters", "interactive['action']['parameters']")
    titled(parameters, "flow_cta", "Flow CTA", 30)
    optional_text(parameters, "flow_token", "interactive['action']['parameters']['flow_token']", 2000)
    if not (parameters.get("flow_id") or parameters.get("flow_name")):
        raise required("interactive['action']['parameters']['flow_id']")


def _check_product(action: dict[str, Any]) -> None:
    text_of(action, "catalog_id", "interactive['action']['catalog_id']", 100)
    if "sections" in action:
        members(action, "sections", "interactive['action']['sections']")
    else:
        text_of(action, "product_retailer_id", "interactive['action']['product_retailer_id']", 100)


_ACTIONS: dict[str, Callable[[dict[str, Any]], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_link,
    "location_request_message": _named("send_location"),
    "flow": _check_flow,
    "product": _check_product,
    "product_list": _check_product,
    "catalog_message": _named("catalog_message"),
}
