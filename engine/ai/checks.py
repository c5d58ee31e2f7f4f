"""What a language model proposes is sent only if all that it claims stands in the data: deterministic, and strict.

Whatever is refused here goes to a person instead: a good answer that is refused costs a minute, a bad one that is sent
costs trust. Called by actors/answering.py; the reasons are those of engine/ai/answer_reasons.py.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from engine.ai.passages import fold

MOST_CHARACTERS = 1_000
_GRAM = 6  # words in a row
_MOST_RUNS = 20


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"))
_HOST = re.compile(r"(?<![\w@-])(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}(?![\w-])", re.IGNORECASE)
_DOTTED = re.compile(r"\s*(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\bponto\b|\bdot\b)\s*", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?|hxxps?|ftp|wa|tel|javascript|data)\s*:\s*/|www\.", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\w")
_MONEY = re.compile(
    r"(?:r\$|us\$|\$|€|brl)\s*(\d[\d.,]*)|(\d[\d.,]*)\s*(?:reais|real|contos?|pilas?|dolares|dollars|euros?|brl)\b"
)
_SHARE = re.compile(r"(\d[\d.,]*)\s*(?:%|por cento|percent)")
_WRITTEN = re.compile(r"((?:[a-z]+ ){1,8})(?:reais|real|dolares|dollars|euros|por cento|percent)\b")
_DIGITS = re.compile(r"\d(?:[ .()/-]{0,2}\d){3,}")
_NAMED = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[^\W\d_])[\w-]{6,}")  # an order's number, a voucher
_CODE = re.compile(r"[0-9A-Za-z+/=_-]{24,}")
_DAY = re.compile(
    r"\b(?:hoje|amanha|(?:segunda|terca|quarta|quinta|sexta)(?:-feira| feira)?|sabado|domingo|today|tomorrow|tonight|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
)
_DATE = re.compile(r"\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b|\b\d{1,2} de [a-z]{4,9}\b|\b\d{1,2}h\d{0,2}\b|\b\d{1,2}:\d{2}\b")
_SPAN = re.compile(
    r"\b(?:\d+|um|uma|dois|duas|tres|quatro|cinco|seis|sete|oito|dez|doze|quinze|vinte|trinta|one|two|three|five|ten)\s+"
    r"(?:minutos?|horas?|dias?|semanas?|mes|meses|anos?|vezes|parcelas|minutes?|hours?|days?|weeks?|months?|years?)\b"
)
_PROMISE = re.compile(
    r"\b(?:gratis|gratuit[oa]s?|de graca|brindes?|cortesia|premios?|ganhou|isent[oa]s?|vitalici[oa]s?|garanto|prometo|"
    r"free|prizes?|refunded|guaranteed?|promise|reembolsad[oa]s?|estornad[oa]s?|aprovad[oa]s?|cancelad[oa]s?|liberad[oa]s?)\b"
)
_HUMAN = re.compile(
    r"\bsou (?:um |uma )?(?:humano|humana|pessoa|gente|atendente humano)\b|"
    r"\bnao sou (?:um |uma )?(?:robo|bot|maquina|inteligencia artificial|ia|assistente virtual)\b|"
    r"\bi(?: a|')?m (?:a )?human\b|\bnot (?:a |an )?(?:bot|robot|machine|ai)\b"
)
_SECRETS = re.compile(
    r"\b(?:system prompt|prompt d[oe] sistema|(?:minhas|internas|do sistema) (?:instrucoes|regras)|"
    r"instrucoes (?:internas|do sistema)|my (?:instructions|rules)|marca interna|api[ _-]?keys?|chave de api|senhas?|"
    r"passwords?|token de acesso)\b"
)
_WORDS_OF = {
    "pt-BR": _set(
        "que nao para com uma um os as do da em por se voce seu sua esta foi mais ou mas como tem ja aqui no na e o a "
        "ao dos das pelo pela ate sao"
    ),
    "en": _set("the is and to of you your it for with this that are be can have not will our we on in at i my from"),
    "es": _set("el la los las y que no para con una un su usted esta es por se mas pero como tiene ya en del al lo"),
}
_NUMERALS = _set(
    "um uma dois duas tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze vinte trinta quarenta "
    "cinquenta sessenta setenta oitenta noventa cem cento duzentos trezentos quatrocentos quinhentos mil milhao "
    "one two three four five six seven eight nine ten twenty thirty fifty hundred thousand"
)
_SMALL, _LARGE = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TURNED = str.maketrans(_SMALL + _LARGE, _SMALL[13:] + _SMALL[:13] + _LARGE[13:] + _LARGE[:13])


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What an answer may rest on.

    Attributes:
        texts: passages, order data and results of tools, as the person may see them; never what the person wrote.
        codes: PIX codes of this person, which may stand in it letter by letter.
        hosts: where links may lead.
        secret: the instructions, none of whose runs of words may be told.
        canary: stands in the instructions and nowhere else; letters and digits.
        language: of the agent; one that is none of ``_WORDS_OF`` is not looked at.
        longest: how many characters it may have.
        ours: a text that a person of the company has approved: what it calls by name may be called so.
    """

    texts: Sequence[str]
    codes: Sequence[str] = ()
    hosts: Collection[str] = ()
    secret: str = ""
    canary: str = ""
    language: str = "pt-BR"
    longest: int = MOST_CHARACTERS
    ours: str = ""


def refusal(answer: str, grounds: Grounds) -> str | None:
    """Return why an answer must not be sent, as a reason code; None: it may.

    Args:
        answer: with personal data back in its places.
        grounds: what it may rest on.
    """
    for code in grounds.codes:
        answer = answer.replace(code, " ")
    plain = _plain(answer)
    data = "\n".join(map(_plain, grounds.texts))
    told, known = fold(plain), fold(data)
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("answer_empty", lambda: bool(plain.strip())),
        ("answer_too_long", lambda: len(plain) <= grounds.longest),
        ("answer_unreadable", lambda: _is_readable(plain)),
        ("answer_leaks", lambda: not _leaks(plain, data, grounds)),
        ("answer_link", lambda: _links_hold(plain, data, grounds.hosts)),
        ("answer_amount", lambda: _amounts_hold(told, known)),
        ("answer_number", lambda: _numbers_hold(plain, data, grounds.hosts)),
        ("answer_promise", lambda: _times_hold(told, known)),
        ("answer_claims_to_be_human", lambda: _HUMAN.search(told) is None),
        ("answer_language", lambda: _speaks(told, grounds.language)),
    )
    return next((reason for reason, holds in checks if not holds()), None)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_UNSEEN)


def _is_readable(plain: str) -> bool:
    controls = (unicodedata.category(one) in ("Cc", "Co", "Cs", "Cn") for one in plain if one not in "\n\t")
    return "[[" not in plain and "]]" not in plain and "```" not in plain and not any(controls)


def _leaks(plain: str, data: str, grounds: Grounds) -> bool:
    """Tell whether the instructions come through: as they are, spaced out, backwards, or encoded."""
    canary, secret = fold(grounds.canary), _grams(grounds.secret) - _grams(data)
    for reading in (plain, plain[::-1], *_decoded(plain)):
        if canary and canary in re.sub(r"[^a-z0-9]", "", fold(reading)):
            return True
        if secret & _grams(reading):
            return True
    letters = re.sub(r"[^a-z]", "", fold(plain))
    spaced = {"".join(gram) for gram in secret}
    approved = set(_SECRETS.findall(fold(grounds.ours)))
    return any(run in letters for run in spaced) or not approved.issuperset(_SECRETS.findall(fold(plain)))


def _grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", fold(text))
    return {tuple(words[start : start + _GRAM]) for start in range(len(words) - _GRAM + 1)}


def _decoded(text: str) -> list[str]:
    """Return what stands in a text in base64 or hexadecimal, or turned by thirteen letters."""
    found = [text.translate(_TURNED)]
    for run in _CODE.findall(re.sub(r"\s+", "", text))[:_MOST_RUNS]:
        even = run.rstrip("=").replace("+", "-").replace("/", "_")
        for decode, padded in (
            (base64.urlsafe_b64decode, even + "=" * (-len(even) % 4)),
            (bytes.fromhex, run),
        ):
            try:
                found.append(decode(padded).decode("utf-8", "replace"))
            except ValueError:
                continue
    return found


def _links_hold(plain: str, data: str, hosts: Collection[str]) -> bool:
    written = _DOTTED.sub(".", plain)
    known = {address.lower() for address in _EMAIL.findall(data)}
    if any(address.lower() not in known for address in _EMAIL.findall(written)):
        return False
    rest = _EMAIL.sub(" ", written)
    allowed = tuple(host.lower() for host in hosts)
    found = [host.lower() for host in _HOST.findall(rest)]
    if not all(any(host == one or host.endswith("." + one) for one in allowed) for host in found):
        return False
    if _ADDRESS.search(rest) or any(_is_mixed(word) for word in re.findall(r"\S+\.\S+", rest)):
        return False
    links = re.findall(r"\S*(?:://|www\.)\S+", rest)
    if _SCHEME.search(rest) and not links:
        return False
    return all(_is_plain_link(link, allowed) for link in links)


def _is_mixed(word: str) -> bool:
    """Tell whether letters of other scripts stand among those of a name: they look alike, and lead elsewhere."""
    scripts = {unicodedata.name(one, "?").split()[0] for one in word if one.isalpha()}
    return len(scripts) > 1


def _is_plain_link(link: str, allowed: Sequence[str]) -> bool:
    """Tell whether a link says whom it calls: https, nobody before the host, the host itself allowed."""
    scheme, _, rest = link.strip("()[]<>\"'").rpartition("://")
    host = re.split(r"[/?#:]", rest.lower(), maxsplit=1)[0].rstrip(".,;!")
    plain = scheme.lower() in ("https", "http", "") and "@" not in rest and "\\" not in rest and "%" not in host
    return plain and any(host == one or host.endswith("." + one) for one in allowed)


def _amounts_hold(told: str, known: str) -> bool:
    for pattern in (_MONEY, _SHARE):
        here = {_amount(match) for match in pattern.finditer(known)}
        if any(_amount(match) not in here for match in pattern.finditer(told)):
            return False
    written = {number for match in _WRITTEN.finditer(known) for number in _numerals(match[1])}
    return all(number in written for match in _WRITTEN.finditer(told) for number in _numerals(match[1]))


def _numerals(words: str) -> list[str]:
    """Return the number that stands at the end of some words, as it is written: ``cento e vinte``; none: []."""
    kept: list[str] = []
    for word in reversed(words.split()):
        if word not in _NUMERALS and word != "e":
            break
        kept.insert(0, word)
    number = " ".join(kept).removeprefix("e ")
    return [number] if number else []


def _amount(match: re.Match[str]) -> str:
    """Return an amount in one spelling: ``1.234,50``, ``1234.5`` and ``1234,50`` are the same."""
    text = next(group for group in match.groups() if group is not None).rstrip(".,")
    whole, cents = text, ""
    if parted := re.fullmatch(r"(.*)[.,](\d{1,2})", text):
        whole, cents = parted[1], parted[2]
    return f"{re.sub('[.,]', '', whole).lstrip('0')}.{cents.ljust(2, '0')}"


def _numbers_hold(plain: str, data: str, hosts: Collection[str]) -> bool:
    """Tell whether every longer number, key and code stands in the data."""
    digits = {re.sub(r"\D", "", one) for one in _DIGITS.findall(data)}
    for found in _DIGITS.findall(plain):
        number = re.sub(r"\D", "", found)
        if number not in digits and not (len(number) >= 8 and any(number in one for one in digits)):
            return False
    unspaced = re.sub(r"\s+", "", data)
    names = {name.lower() for name in _NAMED.findall(data)}
    bare = re.sub(r"https?://\S+", " ", plain) if hosts else plain  # links were looked at already
    if any(name.lower() not in names for name in _NAMED.findall(bare)):
        return False
    return all(code in unspaced for code in _CODE.findall(bare))


def _times_hold(told: str, known: str) -> bool:
    for pattern in (_DAY, _DATE, _SPAN, _PROMISE):
        here = {match[0] for match in pattern.finditer(known)}
        if any(match[0] not in here for match in pattern.finditer(told)):
            return False
    return True


def _speaks(told: str, language: str) -> bool:
    if language not in _WORDS_OF:
        return True
    letters = [one for one in told if one.isalpha()]
    if letters and sum("a" <= one <= "z" for one in letters) < 0.8 * len(letters):
        return False
    words = re.findall(r"[a-z]+", told)
    if len(words) < 5:
        return True
    scores = {name: sum(word in common for word in words) for name, common in _WORDS_OF.items()}
    return scores[language] * 1.3 + 1 >= max(scores.values())
