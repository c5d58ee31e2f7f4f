"""What follows when a WhatsApp-Web session is cut off: one reaction per disconnect code. Called by whatsapp/web.

Codes are those of WhatsApp's stream (``<failure reason>``, ``<stream:error code>``), named as Baileys and whatsmeow
name them; the reactions are the project's (facts on WhatsApp, 7.3). Codes that nobody knows are retried a few times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["reconnect", "restart", "pair", "stop", "wait"]

LOGGED_OUT, TEMP_BANNED, FORBIDDEN, OUTDATED, UNKNOWN_LOGOUT = 401, 402, 403, 405, 406
TIMED_OUT, BAD_USER_AGENT, MULTIDEVICE_MISMATCH, CLOSED, REPLACED = 408, 409, 411, 428, 440
INTERNAL, EXPERIMENTAL, UNAVAILABLE, RESTART_REQUIRED = 500, 501, 503, 515
# The connection is up, yet nothing comes back: the watchdog's own code, no code of WhatsApp.
SILENT = 599

_DAY_S = 86_400.0

# Why WhatsApp bans for a while (whatsmeow, TempBanReason): what the operator has to change.
BAN_REASONS = {
    101: "ban_too_many_new_people",
    102: "ban_blocked_by_users",
    103: "ban_too_many_groups",
    104: "ban_same_message",
    106: "ban_broadcast_list",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table.

    Attributes:
        kind: ``reconnect`` with back-off, ``restart`` at once and once, ``pair`` (the phone has to link this device
            again), ``stop`` (a person has to act), ``wait`` (until the ban ends).
        reason: reason code of the session while this lasts.
        base_s, cap_s: first and longest wait between tries to reconnect.
        max_tries: tries in a row before ``then`` follows; None: for ever.
        then: what follows when the tries are used up.
    """

    kind: Kind
    reason: str
    meaning_pt: str
    meaning_en: str
    base_s: float = 1.0
    cap_s: float = 60.0
    max_tries: int | None = None
    then: Kind = "stop"


@dataclass(frozen=True, slots=True)
class Reaction:
    """What to do now.

    Attributes:
        wait_s: seconds before the next try (``reconnect``), or until the ban ends (``wait``); None: for a person.
        forget_device: the stored credentials are worthless; remove them before pairing.
        warm_up_again: the number starts from the first day's caps.
        alert: a person should be told.
    """

    kind: Kind
    reason: str
    wait_s: float | None
    forget_device: bool
    warm_up_again: bool
    alert: bool
    meaning_pt: str
    meaning_en: str


_LOST = ("A conexão com o WhatsApp caiu; reconectando.", "The connection to WhatsApp was lost; reconnecting.")
_AWAY = ("O WhatsApp está indisponível; tentando de novo.", "WhatsApp is unavailable; trying again.")

RULES: dict[int, Rule] = {
    LOGGED_OUT: Rule(
        "pair", "logged_out",
        "O celular desconectou este aparelho. Escaneie o QR code de novo.",
        "The phone has unlinked this device. Scan the QR code again.",
    ),
    TEMP_BANNED: Rule(
        "wait", "banned_until",
        "O WhatsApp bloqueou este número por um tempo. O envio volta sozinho, devagar.",
        "WhatsApp has banned this number for a while. Sending resumes by itself, slowly.",
    ),
    FORBIDDEN: Rule(
        "stop", "account_locked",
        "A conta foi bloqueada ou o celular principal saiu. Abra o WhatsApp no celular.",
        "The account is locked or banned, or its main phone is gone. Open WhatsApp on the phone.",
    ),
    OUTDATED: Rule(
        "stop", "client_outdated",
        "O WhatsApp não aceita mais esta versão. Atualize o pacote neonize.",
        "WhatsApp no longer takes this version. Update the package neonize.",
    ),
    UNKNOWN_LOGOUT: Rule(
        "stop", "account_refused",
        "O WhatsApp recusou a conta. Verifique o número no celular.",
        "WhatsApp refuses the account. Check the number on the phone.",
    ),
    TIMED_OUT: Rule("reconnect", "connection_lost", *_LOST),
    BAD_USER_AGENT: Rule(
        "stop", "bad_user_agent",
        "O WhatsApp não reconhece este cliente. Verifique a configuração do aparelho.",
        "WhatsApp does not know this client. Check the device settings.",
    ),
    MULTIDEVICE_MISMATCH: Rule(
        "pair", "multidevice_mismatch",
        "O aparelho precisa ser conectado de novo. Escaneie o QR code.",
        "The device has to be linked again. Scan the QR code.",
    ),
    413: Rule("reconnect", "connection_lost", *_LOST),
    414: Rule("reconnect", "connection_lost", *_LOST),
    415: Rule("reconnect", "connection_lost", *_LOST),
    418: Rule("reconnect", "connection_lost", *_LOST),
    CLOSED: Rule("reconnect", "connection_lost", *_LOST),
    REPLACED: Rule(
        "stop", "session_replaced",
        "Outro programa está usando esta sessão. Ela parou para não disputar a conexão.",
        "Another program uses this session. It has stopped, so as not to fight over the connection.",
    ),
    INTERNAL: Rule("reconnect", "whatsapp_unavailable", *_AWAY, 5.0, 60.0, 3, "pair"),
    EXPERIMENTAL: Rule("reconnect", "whatsapp_unavailable", *_AWAY, 5.0, 300.0),
    UNAVAILABLE: Rule("reconnect", "whatsapp_unavailable", *_AWAY, 5.0, 300.0),
    RESTART_REQUIRED: Rule("restart", "connecting", *_LOST, 1.0, 60.0, 1, "reconnect"),
    SILENT: Rule(
        "reconnect", "no_acknowledgement",
        "A sessão parece conectada, mas o WhatsApp não confirma nada; reconectando.",
        "The session seems connected, yet WhatsApp confirms nothing; reconnecting.",
        5.0, 300.0, 4, "stop",
    ),
}  # fmt: skip

_UNKNOWN = Rule("reconnect", "disconnected", *_LOST, 5.0, 300.0, 10, "stop")


def react(
    code: int, *, tries: int, expires_s: float | None = None, random: Callable[[], float] = lambda: 0.5
) -> Reaction:
    """Return the reaction to a disconnect.

    Args:
        code: WhatsApp's code, or one of this module's.
        tries: disconnects in a row before this one, with no working connection in between.
        expires_s: how long a temporary ban lasts, where WhatsApp told it; a day is assumed where it did not.
        random: uniform in [0, 1), spreads the reconnections of many sessions.
    """
    rule = RULES.get(code, _UNKNOWN)
    kind = rule.kind
    if rule.max_tries is not None and tries >= rule.max_tries:
        kind = rule.then
    return Reaction(
        kind=kind,
        reason=rule.reason,
        wait_s=_wait_s(kind, rule, tries, expires_s, random),
        forget_device=kind == "pair",
        warm_up_again=kind == "wait",
        alert=kind in ("pair", "stop", "wait"),
        meaning_pt=rule.meaning_pt,
        meaning_en=rule.meaning_en,
    )


def _wait_s(kind: Kind, rule: Rule, tries: int, expires_s: float | None, random: Callable[[], float]) -> float | None:
    if kind == "restart":
        return 0.0
    if kind == "wait":
        return _DAY_S if expires_s is None or expires_s <= 0 else expires_s
    if kind == "reconnect":
        longest = min(rule.cap_s, rule.base_s * 2.0 ** min(tries, 16))
        return longest * (0.5 + random() / 2)
    return None


def ban_reason(code: int | None) -> str:
    """Return the reason code of a temporary ban (whatsmeow's numbers 101 to 106)."""
    return BAN_REASONS.get(code or 0, "banned_until")
