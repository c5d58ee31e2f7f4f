"""Phones and documents for people who may see that there is one, but not which. Used by exports."""

from __future__ import annotations

_COUNTRY_AND_AREA = 5  # +5511
_LAST_OF_PHONE, _LAST_OF_DOCUMENT = 2, 2


def mask_phone(phone: str) -> str:
    """Return ``+5511*******00``: country, area code and the last digits, so that a known number is recognised."""
    hidden = len(phone) - _COUNTRY_AND_AREA - _LAST_OF_PHONE
    return phone[:_COUNTRY_AND_AREA] + "*" * hidden + phone[-_LAST_OF_PHONE:] if hidden > 0 else "*" * len(phone)


def mask_document(document: str) -> str:
    """Return a document of which only the last two characters are left."""
    hidden = max(len(document) - _LAST_OF_DOCUMENT, min(len(document), _LAST_OF_DOCUMENT))
    return "*" * hidden + document[hidden:]


def mask_email(email: str) -> str:
    """Return ``a***@loja.test``: the first character and the domain."""
    name, at, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else "*" * len(email)
