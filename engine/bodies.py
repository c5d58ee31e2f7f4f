"""A webhook's bytes → its events' values and the text Postgres keeps as jsonb. Nothing is ever rejected here.

The gateway calls :func:`count_events` to allot ids, the shard :func:`decode_body`; both agree on the number.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import NamedTuple

import orjson

from engine.charsets import decode_marked
from engine.forms import UnreadableForm, header_parameters, parse_multipart, parse_urlencoded
from engine.json_text import (
    JsonDocument,
    UnreadableJson,
    holds_nul,
    parse_json,
    rounds_integers,
    to_jsonb,
)

MAX_ARRAY_EVENTS = 1_000

_SPACE = b" \t\r\n"
_JSON_STARTS = frozenset((b"{", b"[", b'"'))
_MARK_STARTS = frozenset((b"\xef", b"\xff", b"\xfe", b"\x00"))
_LOOKS_URLENCODED = re.compile(rb"[\w.%\-\[\]]{1,128}=[^\s<>]*\Z")


class DecodedItem(NamedTuple):
    """One event of a body.

    ``value`` is None where the event stays unparsed. ``jsonb`` is None where there is no JSON or JSONB cannot
    hold it; ``reason`` then says why (a code of engine/reading_reasons.py). An item with a value but without
    ``jsonb`` is an ordinary event whose payload column stays empty.
    """

    value: object
    jsonb: str | None
    reason: str | None


def count_events(body: bytes, content_type: str | None) -> tuple[int, bool]:
    """Return how many events a body brings, and whether as a JSON array (of 1 to 1,000), which is answered as one."""
    if body[:1] == b"{":
        return 1, False
    first = body.lstrip(_SPACE)[:1]
    if first != b"[" and first not in _MARK_STARTS:
        return 1, False
    try:
        value = _parse_body(body, content_type).value
    except UnreadableJson:
        return 1, False
    return (len(value), True) if type(value) is list and 1 <= len(value) <= MAX_ARRAY_EVENTS else (1, False)


def decode_body(body: bytes, content_type: str | None, *, spelled: bool = False) -> list[DecodedItem]:
    """Return one item per event, in the body's order, as many as :func:`count_events` says; never raises.

    Args:
        body: the bytes as delivered.
        content_type: the header's value, if any; JSON is recognised without it.
        spelled: numbers with a fraction come as :class:`engine.json_text.SpelledFloat` (slower; for ids that
            were written as such numbers).
    """
    if body[:1] == b"{" and not spelled:
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            return _decode(body, content_type, spelled)
        if not rounds_integers(body):
            text = body.decode()
            if "\\" in text and holds_nul(text):
                return [DecodedItem(value, None, "payload_nul")]
            return [DecodedItem(value, text, None)]
    return _decode(body, content_type, spelled)


def _decode(body: bytes, content_type: str | None, spelled: bool) -> list[DecodedItem]:
    if not body.strip(_SPACE):
        return [DecodedItem(None, None, "empty_body")]
    kind = _kind(content_type)
    first = body.lstrip(_SPACE)[:1]
    if first in _JSON_STARTS or first in _MARK_STARTS or "json" in kind:
        try:
            return _items(_parse_body(body, content_type, spelled))
        except UnreadableJson as problem:
            return [DecodedItem(None, None, problem.reason)]
    return [_decode_form(body, content_type, kind)]


def _items(document: JsonDocument) -> list[DecodedItem]:
    value = document.value
    if type(value) is list:
        if 1 <= len(value) <= MAX_ARRAY_EVENTS:
            return [_item(JsonDocument(element, None)) for element in value]
        return [_unparsed(document, "array_too_long" if value else "array_empty")]
    return [_item(document)]


def _item(document: JsonDocument) -> DecodedItem:
    if type(document.value) is str and document.value.lstrip()[:1] == "{":
        # JSON that was serialised twice.
        with suppress(UnreadableJson):
            document = parse_json(b"", document.value)
    if type(document.value) is not dict:
        return _unparsed(document, "not_an_object")
    return DecodedItem(document.value, *_jsonb(document))


def _unparsed(document: JsonDocument, reason: str) -> DecodedItem:
    return DecodedItem(None, _jsonb(document)[0], reason)


def _jsonb(document: JsonDocument) -> tuple[str | None, str | None]:
    if document.text is None:
        return to_jsonb(document.value)
    return (None, "payload_nul") if holds_nul(document.text) else (document.text, None)


def _decode_form(body: bytes, content_type: str | None, kind: str) -> DecodedItem:
    parameters = header_parameters(content_type or "")
    charset = parameters.get("charset", "").lower() or None
    try:
        if kind == "multipart/form-data":
            value = parse_multipart(body, parameters.get("boundary"), charset)
        elif kind == "application/x-www-form-urlencoded" or _LOOKS_URLENCODED.match(body):
            value = parse_urlencoded(body, charset)
        else:
            return DecodedItem(None, None, "not_json")
    except UnreadableForm as problem:
        return DecodedItem(None, None, problem.reason)
    return DecodedItem(value, *to_jsonb(value))


def _parse_body(body: bytes, content_type: str | None, spelled: bool = False) -> JsonDocument:
    """Parse JSON as UTF-8, which RFC 8259 asks for, and only then as what a mark or the content type says."""
    try:
        body.decode()
        plain = body[:1] not in _MARK_STARTS
    except UnicodeDecodeError:
        plain = False
    if plain:
        return parse_json(body, spelled=spelled)
    charset = header_parameters(content_type or "").get("charset", "").lower() or None
    return parse_json(b"", decode_marked(body, charset), spelled=spelled)


def _kind(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()
