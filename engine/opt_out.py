"""What a person says about being written to (PARAR, SAIR, STOP, VOLTAR …), and what that stops.

A word counts as the whole message, politeness aside; the strong ones also as the first word. "Não quero parar" and
"cancelar meu pedido" are no wishes: who is stopped by mistake never hears of the order again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

Kind = Literal["marketing", "all"]
MARKETING: Kind = "marketing"
ALL: Kind = "all"
OPTED_OUT = "opted_out"
MARKETING_STOPPED = "marketing_stopped"
_SPARED = ("utility", "authentication")
_LONGEST = 200  # characters: what is longer is a conversation


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# First word of a message of any words, if nothing behind it takes it back.
_STRONG = _set("parar pare parem stop stopall descadastrar descadastre descadastro unsubscribe desinscrever")
# The whole message, with nothing but politeness and what it is about.
_WEAK = _set(
    "sair saia cancelar cancele cancela cancel remover remova optout end quit desinscrever descadastrem descadastrado"
)
_RESUME = _set("voltar volte start unstop retornar reativar optin")
_PHRASES = (
    "nao quero mais receber",
    "nao quero receber mais",
    "nao desejo mais receber",
    "nao desejo receber mais",
    "nao me mande mais",
    "nao me mandem mais",
    "nao me envie mais",
    "nao me enviem mais",
    "nao quero mais mensagens",
    "me tira da lista",
    "me tire da lista",
    "me remova da lista",
    "me remove da lista",
    "quero sair da lista",
    "quero sair",
    "opt out",
)
_RESUME_PHRASES = ("quero voltar a receber", "quero receber de novo", "quero receber novamente", "opt in")
_POLITE = _set(
    "por favor pf pfv pls please obrigado obrigada obg agora ja ok sim tudo todas todos as os a o de da do das dos meu "
    "minha me eu mais nada isso disso estas essas esta essa esse desta dessa voces vcs lista listas cadastro inscricao "
    "assinatura recebimento receber envio envios enviar mandar mensagem mensagens msg msgs whatsapp zap contato numero "
    "novamente novo hoje to the all messages"
)
_MARKETING_WORDS = _set("promocao promocoes oferta ofertas propaganda propagandas marketing anuncio anuncios")
_NEGATIONS = _set("nao n nunca jamais nem not dont")
_REFUSALS = _set("aguento me mande mandem envie enviem perturbe incomode")
_WANTS = _set("quero queremos desejo")
_MORE = _set("mais receber nada isso essas mensagem mensagens")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants: no messages of a kind any more, or (``stop`` False) all of them again."""

    stop: bool
    kind: Kind = ALL


@dataclass(frozen=True, slots=True)
class Stop:
    """What is known of a person's wishes: ``event_id`` is the event in which they opted out of everything."""

    marketing: bool = False
    all: bool = False
    event_id: UUID | None = None
    spares_utility: bool = False


def read_wish(text: str) -> Wish | None:
    """Return what a message says about being written to; None for every other message. Never raises."""
    words = _words(text) if len(text) <= _LONGEST else []
    if not words:
        return None
    first, rest, said = words[0], words[1:], " ".join(words)
    if (
        (first in _STRONG and not _taken_back(rest))
        or (first in _WEAK and _only_polite(rest))
        or _begins(said, _PHRASES)
    ):
        return Wish(True, MARKETING if _MARKETING_WORDS.intersection(words) else ALL)
    if (first in _RESUME and _only_polite(rest)) or _begins(said, _RESUME_PHRASES):
        return Wish(False)
    return None


def inbound_text(message: Mapping[str, Any]) -> str | None:
    """Return what a person wrote or tapped in a message as Meta tells it; None for pictures and the like."""
    kind = message.get("type")
    if kind == "text":
        return _text(message.get("text"), "body")
    if kind == "button":
        return _text(message.get("button"), "text")
    if kind == "interactive":
        interactive = message.get("interactive")
        chosen = interactive.get("button_reply") if isinstance(interactive, dict) else None
        return _text(chosen, "title")
    return None


def stop_reason(stop: Stop, *, category: str | None, event_id: UUID | None = None, answers: bool = False) -> str | None:
    """Return why a message must not go to a person of these wishes; None where it may.

    Args:
        stop: the person's wishes.
        category: the template's, None for a plain text.
        event_id: the event that the message came of: what a rule makes of the opt-out itself is its confirmation.
        answers: somebody answers a message of the person (``reply_to``).
    """
    advertises = category == MARKETING
    if stop.all:
        confirms = event_id is not None and event_id == stop.event_id
        spared = stop.spares_utility and category in _SPARED
        if advertises or not (confirms or answers or spared):
            return OPTED_OUT
    return MARKETING_STOPPED if stop.marketing and advertises else None


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [word for word in _NOT_WORD.split(letters.replace("'", "").replace("\u2019", "")) if word]


def _taken_back(rest: Sequence[str]) -> bool:
    """Tell whether what follows a strong word says the contrary: "parar? não!", "parar não, quero continuar"."""
    for position, word in enumerate(rest):
        if word in _NEGATIONS:
            later = rest[position + 1 :]
            refuses = bool(later) and (
                later[0] in _REFUSALS or (later[0] in _WANTS and (len(later) == 1 or later[1] in _MORE))
            )
            return not refuses or any(one in _STRONG or one in _WEAK for one in later)
    return False


def _only_polite(rest: Sequence[str]) -> bool:
    return all(word in _POLITE or word in _MARKETING_WORDS for word in rest)


def _begins(said: str, phrases: Sequence[str]) -> bool:
    """Tell whether a message is one of these phrases, politeness aside."""
    return any((said + " ").startswith(f"{one} ") and _only_polite(said[len(one) :].split()) for one in phrases)


def _text(value: object, name: str) -> str | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
