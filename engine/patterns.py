"""Regular expressions of rules: google-re2 only, whose time is linear in the text, with bounds on both."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import re2

MAX_PATTERN = 300
MAX_SEARCHED = 4096  # characters of a value that are searched; beyond it a value is no field but a document
_MAX_PROGRAM = 3000  # instructions; one \p{L} takes about 1,200
_MAX_MEMORY = 1 << 20


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return a test that tells whether the pattern is found anywhere in a text (``^`` and ``$`` anchor it).

    Case counts unless the pattern begins with ``(?i)``. Never raises on any text.

    Raises:
        ValueError: the pattern is too long, too large when compiled, or not understood by RE2
            (back-references and look-around are not: they cannot be linear).
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"pattern has more than {MAX_PATTERN} characters")
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    options.never_capture = True
    try:
        compiled = re2.compile(pattern.encode(), options)
    except (re2.error, UnicodeEncodeError) as error:
        raise ValueError(f"pattern is not understood: {_message(error)}") from None
    if compiled.programsize > _MAX_PROGRAM:
        raise ValueError("pattern is too large: use fewer or smaller repetitions and character classes")

    def found_in(text: str) -> bool:
        return compiled.search(text[:MAX_SEARCHED].encode("utf-8", "replace")) is not None

    return found_in


def _message(error: Exception) -> str:
    detail = error.args[0] if error.args else error
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
