"""How people write in a chat, read as words: accents, drawn-out letters and the usual short forms do not matter."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_PIECE = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
_SHORT_FORMS = {
    "n": "nao",
    "vc": "voce",
    "vcs": "voces",
    "q": "que",
    "pq": "porque",
    "qto": "quanto",
    "qnto": "quanto",
    "qnt": "quanto",
    "kanto": "quanto",
    "obg": "obrigado",
    "obgd": "obrigado",
    "brigado": "obrigado",
    "brigada": "obrigado",
    "obrigada": "obrigado",
    "vlw": "valeu",
    "pfv": "por favor",
    "pf": "por favor",
    "msg": "mensagem",
    "msgs": "mensagens",
    "pg": "pago",
    "pgto": "pagamento",
    "tb": "tambem",
    "td": "tudo",
    "hj": "hoje",
    "agr": "agora",
    "d": "de",
    "c": "com",
    "p": "pra",
    "ta": "esta",
    "to": "estou",
    "vlr": "valor",
    "mt": "muito",
    "mto": "muito",
    "blz": "beleza",
    "zap": "whatsapp",
    "whats": "whatsapp",
    "kero": "quero",
    "nd": "nada",
    "cade": "onde",
}
_GRAMS = (3, 4, 5)


def plain_words(text: str) -> str:
    """Return a message's words without accents and short forms, one space between; signs and emoji stand alone."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    pieces = _PIECE.findall(_DRAWN_OUT.sub(r"\1", letters))
    return " ".join(_SHORT_FORMS.get(piece, piece) for piece in pieces)


def grams(text: str) -> Counter[str]:
    """Return what two messages are compared by, letter by letter: pieces of words, words and pairs of words."""
    words = plain_words(text)
    padded = f" {words} "
    found = Counter(padded[at : at + size] for size in _GRAMS for at in range(len(padded) - size + 1))
    single = words.split()
    for word in single:
        found[f"w:{word}"] += 2
    for first, second in pairwise(single):
        found[f"b:{first} {second}"] += 2
    return found
