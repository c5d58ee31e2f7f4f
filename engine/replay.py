"""Which of an event's rules act again when it is replayed, and why the others do not. Pure; used by the replay jobs.

One effect per event and rule: what was accepted is not sent again unless a person forces it, and what still waits never
is, because it goes anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.message_states import RANKS, is_waiting
from engine.reading_reasons import Words
from engine.rule_reasons import hold_words

# Why a replay does nothing for an event, or for one of its rules; other reasons are those of rule runs and of sending.
SKIPS: Mapping[str, Words] = {
    "no_rule": Words("Nenhuma regra menciona este tipo de evento.", "No rule names this type of event."),
    "unparsed": Words("O evento não pôde ser lido.", "The event could not be read."),
    "waiting_already": Words("A mensagem desta regra ainda espera e vai sair.", "This rule's message still waits."),
    "may_have_been_accepted": Words(
        "Não se sabe se a mensagem foi aceita: só forçando.", "Whether it was accepted is unknown: only if forced."
    ),
    "ran_already": Words("A regra já rodou para este evento.", "The rule has run for this event already."),
    "cancelled_by_hand": Words("Uma pessoa cancelou a mensagem.", "A person has called the message off."),
    "pix_expired": Words("O código PIX já venceu.", "The PIX code has expired."),
}
FORCED = frozenset({"accepted_already", "may_have_been_accepted", "ran_already", "cancelled_by_hand", "pix_expired"})
_OF_CASES = {"running": "waiting_already", "done": "ran_already"}
_UNCERTAIN, _ENDED = RANKS["uncertain"], RANKS["cancelled"]


@dataclass(frozen=True, slots=True)
class Before:
    """A message that an event's rule has made already."""

    id: UUID
    status: str
    reason: str | None


def refusal_before(messages: Iterable[Before], cases: Iterable[str]) -> str | None:
    """Return why a rule does not act again, by what it has done for the event (a code), None where nothing speaks
    against it.

    Args:
        messages: what it has made.
        cases: the states of its runs in steps (``rule_cases.state``).
    """
    found = [reason for message in messages if (reason := _refusal_of(message))]
    found += [_OF_CASES[state] for state in cases if state in _OF_CASES]
    # What waits goes before what force can overrule: it would be sent twice.
    for reason in ("waiting_already", "accepted_already", "may_have_been_accepted", "cancelled_by_hand", "ran_already"):
        if reason in found:
            return reason
    return None


def _refusal_of(message: Before) -> str | None:
    status, reason = message.status, message.reason
    if status == "held" and reason is not None and hold_words(reason) is not None:
        return None  # its rule holds it for good: nobody will send it
    if is_waiting(status):
        return "waiting_already"
    if status == "uncertain":
        return "may_have_been_accepted"
    if status != "failed" and _UNCERTAIN < RANKS[status] < _ENDED:
        return "accepted_already"
    return "cancelled_by_hand" if status == "cancelled" and reason == "cancelled" else None


def is_expired_pix(event_type: str | None, pix_expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether an event offers a PIX code that cannot be paid any more."""
    return event_type == "pix_created" and pix_expires_at is not None and pix_expires_at <= now
