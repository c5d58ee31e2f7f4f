"""Answers for viewers: phones and documents masked, by their fields' names and anywhere inside what others wrote.

One place for every route (gateway/calls.py); exports mask by column (engine/export_text.py).
"""

from __future__ import annotations

import json
import re
from typing import Any

from engine.masking import mask_document, mask_phone

_PHONES = frozenset(("phone", "to", "wa_id", "customer_phone", "telefone", "celular", "whatsapp", "msisdn", "mobile"))
_DOCUMENTS = frozenset(("document", "customer_document", "documento", "cpf", "cnpj", "tax_id"))
_FOREIGN = frozenset(
    ("payload", "content", "fields", "headers", "sample", "raw", "body", "captured", "cells", "samples")
)
# 8 to 20 digits with what people write between them; no date.
_WRITTEN = re.compile(r"(?!\d{4}-\d{2}-\d{2})\+?\(?\d[\d ().\-/]{6,22}\d")
_INSIDE = re.compile(r"(?<![\w+])\+?\(?\d[\d ().\-/]{8,20}\d(?!\w)")


def masked_json(body: bytes) -> bytes:
    """Return a JSON text with phones and documents masked; whole numbers of any size stay what they are.

    Raises:
        RecursionError: it is nested too deep to be looked through.
    """
    return json.dumps(_masked(json.loads(body), foreign=False), ensure_ascii=False, separators=(",", ":")).encode()


def _masked(value: Any, *, foreign: bool) -> Any:
    if isinstance(value, dict):
        return {key: _field(key, entry, foreign=foreign) for key, entry in value.items()}
    if isinstance(value, list):
        return [_masked(entry, foreign=foreign) for entry in value]
    if not foreign or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _INSIDE.sub(lambda found: _hidden(found[0]), value)
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
    return _masked(value, foreign=foreign or name in _FOREIGN)


def _hidden(text: str) -> str:
    digits = sum(character.isdigit() for character in text)
    return mask_phone(text) if 10 <= digits <= 15 and not re.match(r"\d{4}-\d{2}-\d{2}", text) else text
