"""Texts as numbers of word pieces: of all ways to cut a text the likeliest, as the model was trained (unigram)."""

from __future__ import annotations

import re

from integrations.e5_weights import Vocabulary

_SPACES = re.compile(" {2,}")
_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
_WORSE = 10.0  # than the rarest piece: a character that no piece has
_GROWS = 4  # a text in its normal form is cut to so many times its length: one character may stand for eighteen
_GROWS_FREELY = 64


class Tokenizer:
    """Cuts texts."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary
        self._longest = max(map(len, vocabulary.pieces))
        self._unknown_score = min(score for _, score in vocabulary.pieces.values()) - _WORSE

    def cut(self, text: str) -> list[int]:
        """Return the ids of a text's pieces, without the marks of its begin and end."""
        plain = text.translate(self._words.normal)[: _GROWS * len(text) + _GROWS_FREELY]
        plain = _SPACES.sub(" ", plain)
        if not plain.startswith(" "):
            plain = " " + plain
        return self._likeliest(plain.replace(" ", _SPACE))

    def _likeliest(self, text: str) -> list[int]:
        """Return the pieces whose scores have the greatest sum."""
        pieces, longest = self._words.pieces, self._longest
        best = [0.0] + [float("-inf")] * len(text)
        last: list[tuple[int, int]] = [(0, 0)] * (len(text) + 1)  # piece and where it begins, by where it ends
        for begin in range(len(text)):
            here = best[begin]
            for end in range(begin + 1, min(begin + longest, len(text)) + 1):
                known = pieces.get(text[begin:end])
                if known is not None and here + known[1] > best[end]:
                    best[end], last[end] = here + known[1], (known[0], begin)
            if here + self._unknown_score > best[begin + 1]:
                best[begin + 1], last[begin + 1] = here + self._unknown_score, (self._words.unknown, begin)
        ids: list[int] = []
        at = len(text)
        while at > 0:
            piece, at = last[at]
            ids.append(piece)
        return ids[::-1]
