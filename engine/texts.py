"""Text from outside → text that Postgres can hold and index: trimmed, bounded, without NUL and half characters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

MAX_ID_LENGTH = 512  # a b-tree entry holds about 2,700 bytes; a character may take four
_KEPT_OF_LONG_ID = 400
MAX_SNAKE_LENGTH = 100

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def clean(text: str) -> str:
    """Return the text without NUL and lone surrogates, trimmed."""
    if not text.isascii():
        # "ignore" drops exactly what cannot be UTF-8: lone surrogates.
        text = text.encode("utf-8", "ignore").decode()
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.strip()


def stored_id(text: str) -> str | None:
    """Return an id as the indexed columns hold it; None where nothing is left of it.

    An id above 512 characters becomes its first 400, ``~`` and 32 hex digits of its hash: different long ids
    stay different. Filters pass what they search for through this function too.
    """
    if len(text) > MAX_ID_LENGTH:
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return f"{clean(text[:_KEPT_OF_LONG_ID])}~{digest}"
    return clean(text) or None


@lru_cache(maxsize=2048)
def snake_case(text: str) -> str | None:
    """Return ``snake_case`` for ``camelCase``, ``dotted.names``, ``Portuguese words`` and the like.

    None where no letter or digit is left. At most 100 characters.
    """
    plain = unicodedata.normalize("NFKD", text[: MAX_SNAKE_LENGTH * 2]).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub("_", _CAMEL.sub("_", plain).lower()).strip("_")[:MAX_SNAKE_LENGTH] or None
