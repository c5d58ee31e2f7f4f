"""What a refused WhatsApp-Web send means: the codes in the server's acknowledgement (facts on WhatsApp, 7.2). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Scope = Literal["message", "new_chats", "number"]
Kind = Literal["retry", "hold", "fail"]

REACHOUT_LOCK, MESSAGE_CAPPING, SMAX_INVALID, RATE_OVERLIMIT = 463, 475, 479, 429
# Nothing was sent: whatsmeow says so before it writes to the connection.
_NEVER_SENT = re.compile(
    r"client is nil|not connected|not logged in|doesn't contain a device|no signal session|"
    r"failed to get (?:device list|user info|participant)|failed to encrypt|can't send message to unknown server|"
    r"can't encrypt message|recipient must be",
    re.IGNORECASE,
)
_SERVER_CODE = re.compile(r"server returned error (\d{3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SendError:
    """One row.

    Attributes:
        kind: ``retry`` (a try is spent), ``hold`` (its scope waits), ``fail`` (dead letter).
        wait_s: seconds.
        max_tries: tries in all, then it fails; None: no limit.
    """

    code: int
    kind: Kind
    scope: Scope
    wait_s: float
    max_tries: int | None
    meaning_pt: str
    meaning_en: str
    advice_pt: str
    advice_en: str


_WAIT_PT = "Nada a fazer: o envio continua sozinho."
_WAIT_EN = "Nothing to do: sending goes on by itself."
ERRORS = {
    error.code: error
    for error in (
        SendError(
            REACHOUT_LOCK, "hold", "new_chats", 86_400.0, None,
            "O WhatsApp não deixa este número iniciar conversas novas por enquanto.",
            "WhatsApp lets this number open no new chats for now.",
            "Escreva só a quem já respondeu; quem não respondeu espera.",
            "Write only to people who have answered; the others wait.",
        ),
        SendError(
            MESSAGE_CAPPING, "hold", "new_chats", 86_400.0, None,
            "A cota mensal de conversas novas deste número acabou.",
            "This number's monthly quota of new chats is used up.",
            "Use outro número para contatos novos ou espere o mês virar.",
            "Use another number for new contacts, or wait for the next month.",
        ),
        SendError(
            SMAX_INVALID, "retry", "message", 5.0, 2,
            "O WhatsApp não aceitou o endereço da mensagem; a sessão com o contato foi renovada.",
            "WhatsApp did not take the message's addressing; the session with the contact is refreshed.",
            "Se repetir, conecte o número de novo.", "If it comes again, link the number again.",
        ),
        SendError(
            RATE_OVERLIMIT, "hold", "number", 300.0, None,
            "O WhatsApp pediu para este número enviar mais devagar.",
            "WhatsApp wants this number to send more slowly.",
            _WAIT_PT, _WAIT_EN,
        ),
        SendError(
            400, "fail", "message", 0.0, 1,
            "O WhatsApp recusou a mensagem como inválida.", "WhatsApp refused the message as invalid.",
            "Verifique o conteúdo e o destinatário.", "Check the content and the recipient.",
        ),
        SendError(
            401, "hold", "number", 60.0, None,
            "O WhatsApp não reconhece mais esta sessão.", "WhatsApp does not know this session any more.",
            "Conecte o número de novo.", "Link the number again.",
        ),
        SendError(
            403, "fail", "message", 0.0, 1,
            "O destinatário não pode receber mensagens deste número.",
            "The recipient cannot receive messages from this number.",
            "A pessoa pode ter bloqueado o número.", "The person may have blocked the number.",
        ),
        SendError(
            404, "fail", "message", 0.0, 1,
            "O destinatário não existe no WhatsApp.", "The recipient does not exist on WhatsApp.",
            "Corrija o telefone.", "Correct the phone number.",
        ),
    )
}  # fmt: skip


def classify(code: int) -> SendError:
    """Return the row of a code; one that nobody knows is tried twice, a minute apart."""
    return ERRORS.get(code) or SendError(
        code, "retry", "message", 60.0, 2,
        f"O WhatsApp recusou o envio com o código {code}.", f"WhatsApp refused the message with code {code}.",
        _WAIT_PT, _WAIT_EN,
    )  # fmt: skip


def server_code(text: str) -> int | None:
    """Return the code in whatsmeow's "server returned error NNN"; None if WhatsApp's server has not answered."""
    match = _SERVER_CODE.search(text)
    return int(match[1]) if match else None


def never_sent(text: str) -> bool:
    """Tell whether whatsmeow's error says that nothing had been written to the connection yet."""
    return _NEVER_SENT.search(text) is not None
