"""What a contact may hold: names, custom fields and tags, checked and bounded. Called by the API and imports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.problems import Problems, encodable
from engine.texts import snake_case

MAX_FIELDS = 50
MAX_FIELD_NAME = 60
MAX_FIELD_TEXT = 1_000
MAX_FIELDS_BYTES = 16_384  # of the JSON text; storage/sql/contacts/upsert_contacts.sql keeps the same bound
MAX_TAG = 60
MAX_TAGS = 50
OWN_COLUMNS = ("name", "phone", "email", "document")
_TAG = re.compile(r"[\w .:/+@-]+")


def field_name(text: str) -> str | None:
    """Return the name under which a custom field is kept (``Data de Nascimento`` → ``data_de_nascimento``)."""
    found = snake_case(text)
    return None if found is None else found[:MAX_FIELD_NAME].strip("_") or None


def tag_name(text: str) -> str | None:
    """Return a tag as it is kept: trimmed, single spaces, lower case; None where it is none."""
    found = " ".join(text.split()).lower()
    return found if 0 < len(found) <= MAX_TAG and encodable(found) and _TAG.fullmatch(found) else None


def check_fields(problems: Problems, path: str, fields: Mapping[str, Any]) -> None:
    """Note what is wrong with custom fields: names in snake_case, values that are scalars and not too long."""
    if len(fields) > MAX_FIELDS:
        problems.add(path, f"must have at most {MAX_FIELDS} fields")
    for name, value in fields.items():
        where = f"{path}.{name:.60}"
        if field_name(name) != name:
            problems.add(where, f"must be a name such as '{field_name(name) or 'plano'}'")
        elif name in OWN_COLUMNS:
            problems.add(where, "is a column of its own, not a custom field")
        elif isinstance(value, str):
            if len(value) > MAX_FIELD_TEXT or not encodable(value):
                problems.add(where, f"must have at most {MAX_FIELD_TEXT} characters, none of them NUL")
        elif not (value is None or isinstance(value, bool | int | float)):
            problems.add(where, "must be a text, a number, true, false or null (which removes it)")
        elif isinstance(value, int | float) and not -(10**15) < value < 10**15:
            problems.add(where, "must be a number of at most 15 digits")


def read_tags(problems: Problems, path: str, tags: list[str]) -> list[str]:
    """Return tags as they are kept, each once, in order; note those that are none."""
    found: dict[str, None] = {}
    for index, text in enumerate(tags):
        tag = tag_name(text)
        if tag is None:
            problems.add(f"{path}[{index}]", f"must be 1 to {MAX_TAG} letters, digits, spaces or any of .:/+@_-")
        else:
            found[tag] = None
    return list(found)
