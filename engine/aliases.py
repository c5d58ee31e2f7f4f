"""Where sources put each canonical field: aliases in order, each at the root first and then in the containers.

Nowhere else: ``name`` must never find ``plan.name``. Observed in the field; a webhook's mapping overrides them.
"""

from __future__ import annotations

from engine.json_text import SpelledFloat

CONTAINERS = ("data", "payload", "body", "event")
ID_HEADERS = ("webhook-id", "x-event-id")  # never x-webhook-id: often the endpoint's own, the same every time

_TEXT = frozenset((str,))
_SCALAR = frozenset((str, int, float, SpelledFloat))
_ID = frozenset((str, int, float, SpelledFloat))  # its own object: ids are never taken out of a list

# One alias: a key, or a key and the key inside its object.
Alias = tuple[str, str | None]


def _aliases(*spellings: str) -> tuple[Alias, ...]:
    return tuple((first, second or None) for first, _, second in (s.partition(".") for s in spellings))


# The order of this table is the order in which engine/canonical.py unpacks. The last three tell occurred_at.
FIELD_ALIASES: tuple[tuple[str, frozenset[type], tuple[Alias, ...]], ...] = (
    ("event_type", _TEXT, _aliases("event_type", "eventType", "event", "type")),
    ("external_id", _ID, _aliases("eventId", "event_id", "event.id")),
    ("order_id", _ID, _aliases("orderId", "order.id", "order_id")),
    ("customer_name", _TEXT, _aliases("customer.name", "customer", "customerName", "name")),
    (
        "customer_phone",
        _SCALAR,
        _aliases("customer.phoneNumber", "customer.phone", "phone", "phoneNumber", "celular", "telefone"),
    ),
    ("customer_email", _TEXT, _aliases("customer.email", "email")),
    ("customer_document", _SCALAR, _aliases("customer.document", "customer.cpf", "document")),
    ("product_name", _TEXT, _aliases("product.name", "product", "productName")),
    ("plan_name", _TEXT, _aliases("plan.name")),
    ("order_value", _SCALAR, _aliases("total", "value", "order.value", "order.total")),
    ("pix_code", _TEXT, _aliases("qrCode", "pixCode", "pix_code", "pix.code")),
    ("pix_expires_at", _SCALAR, _aliases("pixExpirationAt")),
    ("payment_method", _TEXT, _aliases("paymentMethod", "payment_method")),
    ("approved_at", _SCALAR, _aliases("approvedAt", "approved_at")),
    ("created_at", _SCALAR, _aliases("createdAt", "created_at")),
    ("timestamp", _SCALAR, _aliases("timestamp")),
)

ACCEPTED_TYPES = {name: accepted for name, accepted, _ in FIELD_ALIASES} | {"occurred_at": _SCALAR}


_ROWS = tuple((accepted, aliases) for _, accepted, aliases in FIELD_ALIASES)


def find_fields(root: dict[str, object]) -> list[object]:
    """Return what stands for each row of :data:`FIELD_ALIASES`, as it came; None where nothing does.

    The first hit wins: a value of a fitting type that is not blank. Of a list (a repeated form field) the first
    element counts, except for ids.
    """
    scopes = [root]
    for container in CONTAINERS:
        if container in root:
            inner = root[container]
            if type(inner) is dict:
                scopes.append(inner)
    if len(scopes) > 1:
        return [_find(scopes, accepted, aliases) for accepted, aliases in _ROWS]
    return _find_all_at_root(root)


def accept(found: object, accepted: frozenset[type]) -> object:
    """Return the value if it counts as a hit for a field that takes ``accepted`` types, else None."""
    if type(found) is str:  # every field takes text
        return None if not found or found.isspace() else found
    if type(found) is list and found and accepted is not _ID:
        return None if type(found[0]) is list else accept(found[0], accepted)
    return found if type(found) in accepted else None


def _find_all_at_root(root: dict[str, object]) -> list[object]:
    """Do what :func:`_find` does for the usual body without containers, in one loop: this is the hot path."""
    hits: list[object] = []
    for accepted, aliases in _ROWS:
        hit: object = None
        for first, second in aliases:
            if first in root:
                found = root[first]
                if second is not None:
                    found = found.get(second) if type(found) is dict else None
                if type(found) is str:  # what accept() says of it, without the call
                    if found and not found.isspace():
                        hit = found
                        break
                elif found is not None:
                    hit = accept(found, accepted)
                    if hit is not None:
                        break
        hits.append(hit)
    return hits


def _find(scopes: list[dict[str, object]], accepted: frozenset[type], aliases: tuple[Alias, ...]) -> object:
    for first, second in aliases:
        for scope in scopes:
            found = scope.get(first)
            if second is not None:
                found = found.get(second) if type(found) is dict else None
            hit = accept(found, accepted)
            if hit is not None:
                return hit
    return None


def locate_fields(root: dict[str, object]) -> dict[str, str]:
    """Return the path (``$.customer.phone``) of each field that :func:`find_fields` finds. For previews: it is slow."""
    scopes = [("$", root)]
    scopes += [(f"$.{name}", inner) for name in CONTAINERS if type(inner := root.get(name)) is dict]
    places = ((name, _locate(scopes, accepted, aliases)) for name, accepted, aliases in FIELD_ALIASES)
    return {name: place for name, place in places if place is not None}


def _locate(
    scopes: list[tuple[str, dict[str, object]]], accepted: frozenset[type], aliases: tuple[Alias, ...]
) -> str | None:
    for alias in aliases:
        for prefix, scope in scopes:
            if _find([scope], accepted, (alias,)) is not None:
                return ".".join((prefix, *(part for part in alias if part is not None)))
    return None
