"""What people shorten when they type on a phone, spelled out, so that its meaning is found. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SHORT: Mapping[str, str] = {
    "q": "que",
    "oq": "o que",
    "pq": "por que",
    "qdo": "quando",
    "qd": "quando",
    "qto": "quanto",
    "qnto": "quanto",
    "qntos": "quantos",
    "qts": "quantos",
    "qtas": "quantas",
    "vc": "você",
    "vcs": "vocês",
    "tb": "também",
    "tbm": "também",
    "n": "não",
    "nao": "não",
    "naum": "não",
    "cade": "onde está",
    "kd": "onde está",
    "to": "estou",
    "tô": "estou",
    "ta": "está",
    "tá": "está",
    "tava": "estava",
    "pra": "para",
    "pro": "para o",
    "eh": "é",
    "net": "internet",
    "pc": "computador",
    "cel": "celular",
    "zap": "whatsapp",
    "live": "aula ao vivo",
    "hj": "hoje",
    "amanha": "amanhã",
    "dps": "depois",
    "mto": "muito",
    "mt": "muito",
    "pgto": "pagamento",
    "msg": "mensagem",
    "msm": "mesmo",
    "td": "tudo",
    "obg": "obrigado",
    "blz": "beleza",
    "aff": "",
}
_WORD = re.compile(r"[^\W\d_]+")
_CAN_ONE = re.compile(r"\bda (?=pra\b|para\b)")


def spelled_out(text: str) -> str:
    """Return a text with its shortened words in full; everything else stays as it was."""
    return _WORD.sub(_in_full, _CAN_ONE.sub("dá ", text))


def _in_full(match: re.Match[str]) -> str:
    return _SHORT.get(match[0].lower(), match[0])
