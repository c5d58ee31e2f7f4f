"""What Meta tells of a number or account that changes no limit, and that a person should know: codes in words.

Shapes and event names: shared facts on WhatsApp, §2.4. Kept as a session's ``notice`` until Meta takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.reading_reasons import Words
from engine.texts import clean

FLAGGED = "number_flagged"
DISABLE_SCHEDULED = "account_disable_scheduled"
VIOLATION = "account_violation"
ALERT = "account_alert"
NAME_REJECTED = "name_rejected"
REVIEW_REJECTED = "account_review_rejected"

WORDS = {
    FLAGGED: Words(
        "A Meta sinalizou o número: a qualidade está baixa. Envie menos e só a quem espera.",
        "Meta has flagged the number: its quality is low. Send less, and only to who expects it.",
    ),
    DISABLE_SCHEDULED: Words(
        "A Meta vai desativar a conta. Peça uma revisão no Gerenciador do WhatsApp.",
        "Meta is going to disable the account. Ask for a review in WhatsApp Manager.",
    ),
    VIOLATION: Words(
        "A Meta acusa a conta de violar uma política. Veja no Gerenciador do WhatsApp.",
        "Meta says that the account violates a policy. See WhatsApp Manager.",
    ),
    ALERT: Words("A Meta tem um aviso sobre a conta.", "Meta has an alert about the account."),
    NAME_REJECTED: Words(
        "A Meta recusou o nome de exibição do número.", "Meta has rejected the number's display name."
    ),
    "account_restricted": Words("A Meta restringiu os envios da conta.", "Meta has restricted the account's sending."),
    "account_disabled": Words("A Meta desativou a conta.", "Meta has disabled the account."),
    "account_deleted": Words("A conta foi excluída na Meta.", "The account was deleted at Meta."),
    REVIEW_REJECTED: Words("A análise da conta na Meta foi recusada.", "Meta's review rejected the account."),
}
CRITICAL = frozenset({DISABLE_SCHEDULED, VIOLATION, REVIEW_REJECTED})


class Notice(NamedTuple):
    """A code, or (``code`` None) the taking back of those in ``clears``; ``detail`` in Meta's own words."""

    code: str | None
    clears: tuple[str, ...] = ()
    detail: str | None = None
    critical: bool = False


def told(code: str, detail: object = None) -> Notice:
    """Return a notice; ``detail`` is kept where it is text."""
    text = clean(detail)[:300] if isinstance(detail, str) and detail and detail != "NONE" else None
    return Notice(code, (), text, code in CRITICAL)


def taken_back(*codes: str) -> Notice:
    """Return that Meta has taken these back."""
    return Notice(None, codes)


def name_notice(value: Mapping[str, Any]) -> Notice | None:
    """Read a ``phone_number_name_update``; a decision that is still to come tells nothing."""
    decision = value.get("decision")
    if decision == "APPROVED":
        return taken_back(NAME_REJECTED)
    return told(NAME_REJECTED, value.get("rejection_reason")) if decision == "REJECTED" else None


def review_notice(value: Mapping[str, Any]) -> Notice | None:
    """Read an ``account_review_update``; a decision that is still to come tells nothing."""
    decision = value.get("decision")
    if decision == "APPROVED":
        return taken_back(REVIEW_REJECTED)
    return told(REVIEW_REJECTED) if decision == "REJECTED" else None


def alert_notice(value: Mapping[str, Any]) -> Notice:
    """Read an ``account_alerts``; newer ones have everything under ``alert_info``."""
    info = value.get("alert_info")
    alert = info if isinstance(info, dict) else value
    parts = [alert.get(name) for name in ("alert_type", "alert_description")]
    detail = ": ".join(part for part in parts if isinstance(part, str) and part)
    if alert.get("alert_status") in ("RESOLVED", "INACTIVE"):
        return taken_back(ALERT)
    return told(ALERT, detail)._replace(critical=alert.get("alert_severity") == "CRITICAL")
