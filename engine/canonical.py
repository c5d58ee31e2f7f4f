"""An event's value → the canonical event. Every field that cannot be read is empty with a reason; none is fatal.

Called once per event by the shard (through engine/reading.py): the usual path avoids Decimal and expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from engine.aliases import ID_HEADERS, find_fields
from engine.event_types import TYPE_SYNONYMS
from engine.events import CanonicalEvent
from engine.json_text import SpelledFloat
from engine.mapping import NO_MAPPING, FieldMapping
from engine.money import MoneyProblem, to_cents
from engine.phones import normalise_typed
from engine.pix import checksum_holds
from engine.texts import clean, snake_case, stored_id
from engine.times import SAO_PAULO, parse_time

_LIMITS = {
    "customer_name": 300,
    "customer_email": 320,
    "customer_document": 40,
    "product_name": 500,
    "plan_name": 500,
    "pix_code": 2_000,
}
_DOCUMENT_MARKS = str.maketrans("", "", ".-/ \u00a0")

Problems = list[tuple[str, str]]


def canonicalise(
    value: object,
    *,
    headers: Mapping[str, str],
    received_at: datetime,
    single: bool,
    mapping: FieldMapping = NO_MAPPING,
    zone: tzinfo = SAO_PAULO,
) -> CanonicalEvent | None:
    """Return what an event's value means; None where it is no object (an unparsed event). Never raises.

    Args:
        value: from :func:`engine.bodies.decode_body`.
        headers: the delivery's, names in lower case; used only for the event's id.
        received_at: aware; ``occurred_at`` where the body tells no time.
        single: the body brings this event alone, so that an id among the headers is the event's.
        mapping: the webhook's own paths, from :func:`engine.mapping.compile_mapping`.
        zone: what a time without a zone means.
    """
    if type(value) is not dict:
        return None
    found = find_fields(value)
    mapped_time: object = None
    if mapping.fields:
        mapped_time = _apply_mapping(mapping, value, found)
    kind: Any
    name: Any
    email: Any
    product: Any
    plan: Any
    pix_code: Any
    method: Any  # the seven that engine/aliases.py accepts as text only
    (
        kind, external_id, order_id, name, phone, email, document, product, plan, amount, pix_code, pix_expiry,
        method, approved_at, created_at, timestamp,
    ) = found  # fmt: skip
    problems: Problems = []
    if external_id is None and single and "external_id" not in mapping.fields:
        id_text, id_key = _header_id(headers)
    else:
        id_text, id_key = _id(external_id)
    times = (mapped_time,) if "occurred_at" in mapping.fields else (approved_at, created_at, timestamp)
    return CanonicalEvent(
        _occurred_at(times, zone, received_at, problems),
        None if kind is None else _event_type(kind, mapping.types, problems),
        None if id_text is None else stored_id(id_text),
        None if order_id is None else stored_id(_spelling(order_id)),
        None if name is None else _text("customer_name", name, problems),
        None if phone is None else _phone(phone, problems),
        None if email is None else _text("customer_email", email, problems),
        None if document is None else _document(document, problems),
        None if product is None else _text("product_name", product, problems),
        None if plan is None else _text("plan_name", plan, problems),
        None if amount is None else _money(amount, problems),
        None if pix_code is None else _pix(pix_code, problems),
        None if pix_expiry is None else _time("pix_expires_at", pix_expiry, zone, problems),
        None if method is None else snake_case(method),
        id_key,
        problems,
    )


def header_id_key(headers: Mapping[str, str]) -> bytes | None:
    """Return the id key of an unparsed single event whose provider tells the id in a header."""
    return _header_id(headers)[1]


_POSITIONS = {
    name: position
    for position, name in enumerate(
        (
            "event_type", "external_id", "order_id", "customer_name", "customer_phone", "customer_email",
            "customer_document", "product_name", "plan_name", "order_value", "pix_code", "pix_expires_at",
            "payment_method",
        )
    )
}  # fmt: skip


def _apply_mapping(mapping: FieldMapping, value: object, found: list[object]) -> object:
    mapped_time = None
    for name, mapped in mapping.fields.items():
        if name == "occurred_at":
            mapped_time = mapped.get(value)
        else:
            found[_POSITIONS[name]] = mapped.get(value)
    return mapped_time


def _spelling(value: object) -> str:
    return value.text if isinstance(value, SpelledFloat) else str(value)


def _id(value: object) -> tuple[str | None, bytes | None]:
    """Return an id's text and its key: the text as written, tagged so that ``1`` and ``"1"`` stay two ids."""
    if value is None:
        return None, None
    if type(value) is str:
        return value, b"s" + value.encode("utf-8", "surrogatepass")
    text = _spelling(value)
    # A float that forgot its spelling asks for a second reading: see engine/reading.py.
    return text, (b"f" if type(value) is float else b"n") + text.encode()


def _header_id(headers: Mapping[str, str]) -> tuple[str | None, bytes | None]:
    for header in ID_HEADERS:
        text = headers.get(header)
        if text and not text.isspace():
            return text, b"h" + text.encode("utf-8", "surrogatepass")
    return None, None


def _event_type(raw: str, own: Mapping[str, str], problems: Problems) -> str | None:
    if own and (named := own.get(raw.strip())) is not None:
        return named
    name = snake_case(raw) if len(raw) <= 200 else None
    if name is None:
        problems.append(("event_type", "unreadable"))
        return None
    return TYPE_SYNONYMS.get(name, name)


def _text(field: str, raw: str, problems: Problems) -> str | None:
    text = clean(raw)
    limit = _LIMITS[field]
    if len(text) > limit:
        problems.append((field, "shortened"))
        return text[:limit]
    return text or None


def _document(raw: object, problems: Problems) -> str | None:
    """Return CPF or CNPJ without punctuation; anything else (a passport, say) as it was written."""
    text = clean(_spelling(raw))
    if not text.isdigit():
        bare = text.translate(_DOCUMENT_MARKS)
        text = bare.upper() if bare.isalnum() and len(bare) in (11, 14) else text
    return _text("customer_document", text, problems)


def _phone(raw: object, problems: Problems) -> str | None:
    phone = normalise_typed(raw)
    if phone is None:
        problems.append(("customer_phone", "unreadable"))
    return phone


def _money(raw: object, problems: Problems) -> int | None:
    try:
        return to_cents(raw)
    except MoneyProblem as problem:
        problems.append(("order_value", problem.reason))
        return None


def _pix(raw: str, problems: Problems) -> str | None:
    code = _text("pix_code", raw, problems)
    if code is not None and code.startswith("000201") and not checksum_holds(code):
        problems.append(("pix_code", "checksum"))
    return code


def _time(field: str, raw: object, zone: tzinfo, problems: Problems) -> datetime | None:
    moment = parse_time(raw, zone)
    if moment is None:
        problems.append((field, "unreadable"))
    return moment


def _occurred_at(raws: tuple[object, ...], zone: tzinfo, received_at: datetime, problems: Problems) -> datetime:
    for raw in raws:
        if raw is not None:
            moment = _time("occurred_at", raw, zone, problems)
            if moment is not None:
                return moment
    return received_at
