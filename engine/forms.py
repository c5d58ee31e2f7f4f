"""Form bodies → the same kind of value as JSON: urlencoded and multipart, bracket names, JSON inside a field.

Everything is linear in the body and bounded; called by engine/bodies.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.charsets import decode_text
from engine.json_text import UnreadableJson, parse_json

MAX_FIELDS = 2_000
MAX_BRACKETS = 8
MAX_PART_HEADER_BYTES = 8_192

_HEX = "0123456789abcdefABCDEF"
# urllib's unquote_to_bytes takes a second for a megabyte of bare percent signs.
_ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
_BYTES = {f"{high}{low}".encode(): bytes.fromhex(high + low) for high in _HEX for low in _HEX}


class UnreadableForm(Exception):
    """The body is no form; ``reason`` is a code of engine/reading_reasons.py."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def parse_urlencoded(body: bytes, charset: str | None) -> dict[str, object]:
    """Return the fields of an ``application/x-www-form-urlencoded`` body (WHATWG URL, 5.1).

    Raises:
        UnreadableForm: no field at all, or more than 2,000.
    """
    if b"=" not in body:
        raise UnreadableForm("form_without_fields")
    if body.count(b"&") >= MAX_FIELDS:
        raise UnreadableForm("form_too_many_fields")
    return _build(_urlencoded_fields(body.strip(), charset))


def parse_multipart(body: bytes, boundary: str | None, charset: str | None) -> dict[str, object]:
    """Return the fields of a ``multipart/form-data`` body (RFC 7578); a file is told, not kept, in the value.

    Args:
        boundary: from the content type; None takes the body's first line.

    Raises:
        UnreadableForm: no boundary, no field, or more than 2,000 parts.
    """
    mark = b"--" + boundary.encode("latin-1", "replace") if boundary else body.split(b"\n", 1)[0].strip()
    if len(mark) < 3 or not mark.startswith(b"--"):
        raise UnreadableForm("multipart_unreadable")
    if body.count(mark) > MAX_FIELDS + 1:
        raise UnreadableForm("form_too_many_fields")
    fields = _build(_multipart_fields(body.split(mark), charset))
    if not fields:
        raise UnreadableForm("multipart_unreadable")
    return fields


def _urlencoded_fields(body: bytes, charset: str | None) -> Iterator[tuple[str, object]]:
    for pair in body.split(b"&"):
        if pair:
            name, _, value = pair.replace(b"+", b" ").partition(b"=")
            yield decode_text(_unquote(name), charset), _maybe_json(decode_text(_unquote(value), charset))


def _unquote(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: _BYTES[escape[1]], text) if b"%" in text else text


def _multipart_fields(parts: list[bytes], charset: str | None) -> Iterator[tuple[str, object]]:
    for part in parts[1:]:
        if part.startswith(b"--"):
            return
        head, content = _split_part(part)
        name, file_name = _disposition(head, charset)
        if name is None:
            continue
        text = decode_text(content, charset)
        if file_name is None or text.lstrip()[:1] in ("{", "["):
            yield name, _maybe_json(text)
        else:
            yield name, {"filename": file_name, "size": len(content)}


def _split_part(part: bytes) -> tuple[bytes, bytes]:
    line_end = b"\r\n" if part.startswith(b"\r\n") else b"\n"
    head, _, content = part.partition(line_end * 2)
    return head[:MAX_PART_HEADER_BYTES], content.removesuffix(line_end)


def _disposition(head: bytes, charset: str | None) -> tuple[str | None, str | None]:
    for line in head.splitlines():
        label, _, rest = line.partition(b":")
        if label.strip().lower() == b"content-disposition":
            parameters = header_parameters(decode_text(rest, charset))
            return parameters.get("name"), parameters.get("filename")
    return None, None


def header_parameters(text: str) -> dict[str, str]:
    """Return the ``key=value`` parameters of a header value; keys lower-case, quotes removed, first one wins."""
    found: dict[str, str] = {}
    position = text.find(";")
    while position != -1 and len(found) < 16:
        equals = text.find("=", position)
        if equals == -1:
            break
        key = text[position + 1 : equals].strip(" \t;").lower()
        value, position = _parameter_value(text, equals + 1)
        found.setdefault(key, value)
    return found


def _parameter_value(text: str, start: int) -> tuple[str, int]:
    while start < len(text) and text[start] in " \t":
        start += 1
    if text[start : start + 1] == '"':
        end = text.find('"', start + 1)
        while end != -1 and text[end - 1] == "\\":
            end = text.find('"', end + 1)
        if end != -1:
            return text[start + 1 : end].replace('\\"', '"'), text.find(";", end)
    end = text.find(";", start)
    return text[start : end if end != -1 else len(text)].strip(), end


def _maybe_json(text: str) -> object:
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return parse_json(b"", text).value
    except UnreadableJson:
        return text


def _build(fields: Iterator[tuple[str, object]]) -> dict[str, object]:
    """Group repeated names into lists (order kept) and bracket names into objects and lists."""
    grouped: dict[str, list[object]] = {}
    for name, value in fields:
        grouped.setdefault(name, []).append(value)
    root: dict[str, object] = {}
    nodes: list[tuple[dict[str, object], str]] = []
    for name, values in grouped.items():
        steps = _steps(name)
        is_list = len(steps) > 1 and steps[-1] == ""
        whole: object = values if is_list or len(values) > 1 else values[0]
        if not _insert(root, steps[:-1] if is_list else steps, whole, nodes):
            root[name] = whole
    for parent, key in reversed(nodes):
        parent[key] = _list_if_numbered(parent[key])
    return root


def _steps(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not head or not bracket or not rest.endswith("]"):
        return [name]
    steps = rest[:-1].split("][")
    if len(steps) > MAX_BRACKETS or any("[" in step or "]" in step for step in steps):
        return [name]
    return [head, *steps]


def _insert(
    root: dict[str, object], steps: list[str], value: object, nodes: list[tuple[dict[str, object], str]]
) -> bool:
    """Put a value under its steps; False where a plain field already stands in the way."""
    node = root
    made: list[tuple[dict[str, object], str]] = []
    for step in steps[:-1]:
        child = node.get(step)
        if child is None:
            child = node[step] = {}
            made.append((node, step))
        if type(child) is not dict:
            return False
        node = child
    nodes.extend(made)
    if steps[-1] in node:
        return False
    node[steps[-1]] = value
    return True


def _list_if_numbered(value: object) -> object:
    if type(value) is dict and all(key == str(index) for index, key in enumerate(value)):
        return list(value.values())
    return value
