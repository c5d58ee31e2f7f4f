"""What somebody typed into a search field → the words that contacts are found by, folded as the index has them."""

from __future__ import annotations

import re
import unicodedata

MAX_WORDS = 6
MAX_WORD = 60
_NOT_WORD = re.compile(r"[^\w]+|_+")


def search_words(text: str) -> tuple[str, ...]:
    """Return the words of a text: lower case, without accents and punctuation, at most six.

    A word ends where ``masteria_folded`` (migration 0013) ends one, or earlier: what is left of it still begins one.
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return tuple(word[:MAX_WORD] for word in _NOT_WORD.split(plain.lower()) if word)[:MAX_WORDS]
