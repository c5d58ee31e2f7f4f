"""Answers for viewers: phones, documents and e-mail addresses masked, by their fields' names and inside texts.

One place for every route (gateway/calls.py); exports mask by column (engine/export_text.py).
"""

from __future__ import annotations

import json
import re
from typing import Any

from engine.masking import mask_document, mask_email, mask_phone

_PHONES = frozenset(("phone", "to", "wa_id", "customer_phone", "telefone", "celular", "whatsapp", "msisdn", "mobile"))
_DOCUMENTS = frozenset(("document", "customer_document", "documento", "cpf", "cnpj", "tax_id"))
_EMAILS = frozenset(("email", "e_mail", "customer_email", "email_address"))
# What others wrote, and texts that were made of it.
_FOREIGN = frozenset(
    (
        *("payload", "content", "fields", "headers", "sample", "raw", "body", "captured", "cells", "samples"),
        *("text", "caption", "examples", "rendered", "title", "subtitle"),
    )
)
# 8 to 20 digits with what people write between them; no date.
_WRITTEN = re.compile(r"(?!\d{4}-\d{2}-\d{2})\+?\(?\d[\d ().\-/]{6,22}\d")
_ID = r"(?<!\w)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\w)"  # ours: nobody's number
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_INSIDE = re.compile(rf"({_ID})|({_EMAIL})|(?<![\w+])\+?\(?\d[\d ().\-/]{{8,20}}\d(?!\w)")


def masked_json(body: bytes) -> bytes:
    """Return a JSON text with phones, documents and e-mail addresses masked; whole numbers stay what they are.

    Raises:
        RecursionError: it is nested too deep to be looked through.
    """
    return json.dumps(_masked(json.loads(body), foreign=False), ensure_ascii=False, separators=(",", ":")).encode()


def without_documents(body: bytes) -> bytes:
    """Return a JSON text with documents masked by their fields' names, for people who see phones.

    Raises:
        RecursionError: it is nested too deep to be looked through.
    """
    return json.dumps(_hidden_documents(json.loads(body)), ensure_ascii=False, separators=(",", ":")).encode()


def _hidden_documents(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: mask_document(str(entry)) if _is_document(key, entry) else _hidden_documents(entry)
            for key, entry in value.items()
        }
    return [_hidden_documents(entry) for entry in value] if isinstance(value, list) else value


def _is_document(key: str, value: Any) -> bool:
    return key.lower() in _DOCUMENTS and isinstance(value, str | int) and not isinstance(value, bool)


def _masked(value: Any, *, foreign: bool) -> Any:
    if isinstance(value, dict):
        return {key: _field(key, entry, foreign=foreign) for key, entry in value.items()}
    if isinstance(value, list):
        return [_masked(entry, foreign=foreign) for entry in value]
    if not foreign or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return mask_inside(value)
    return mask_phone(str(value)) if isinstance(value, int) and 10**9 <= value < 10**15 else value


def _field(key: str, value: Any, *, foreign: bool) -> Any:
    name = key.lower()
    if isinstance(value, str) and _WRITTEN.fullmatch(value):
        if name in _PHONES:
            return mask_phone(value)
        if name in _DOCUMENTS:
            return mask_document(value)
    if isinstance(value, str) and name in _DOCUMENTS:
        return mask_document(value)
    if isinstance(value, str) and name in _EMAILS:
        return mask_email(value)
    return _masked(value, foreign=foreign or name in _FOREIGN)


def mask_inside(text: str) -> str:
    """Return a text in which whatever may be a phone, a document or an e-mail address is masked."""
    return _INSIDE.sub(_hide, text)


def _hide(found: re.Match[str]) -> str:
    if found[1]:
        return found[0]
    return mask_email(found[0]) if found[2] else _hidden(found[0])


def _hidden(text: str) -> str:
    digits = sum(character.isdigit() for character in text)
    return mask_phone(text) if 10 <= digits <= 15 and not re.match(r"\d{4}-\d{2}-\d{2}", text) else text
