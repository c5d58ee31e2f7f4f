"""Is this number on WhatsApp: which numbers to look up, in how large batches, and how long an answer is good. Pure.

Looking numbers up in masses is what gets a number banned fastest (facts on WhatsApp, 7.1: tens of thousands, banned
within minutes), so answers are kept, and a session has a budget a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.phones import whatsapp_forms
from engine.web_warm_up import DAY_MS, HOUR_MS


@dataclass(frozen=True, slots=True)
class CheckPolicy:
    """How numbers are looked up.

    Attributes:
        batch: most forms in one look-up.
        per_day: most numbers a session looks up within a day.
        positive_ms, negative_ms: how long an answer is good.
    """

    batch: int = 50
    per_day: int = 300
    positive_ms: int = 30 * DAY_MS
    negative_ms: int = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a number; ``jid`` is how WhatsApp addresses it (digits, perhaps without the ninth)."""

    phone: str
    registered: bool
    jid: str | None
    checked_ms: int

    def good_until_ms(self, policy: CheckPolicy) -> int:
        return self.checked_ms + (policy.positive_ms if self.registered else policy.negative_ms)


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """WhatsApp's answer about one form of a number, as it was asked (E.164)."""

    form: str
    registered: bool
    jid: str | None


def plan_batch(
    wanted: Iterable[str], known: Mapping[str, Known], policy: CheckPolicy, used_today: int, now_ms: int
) -> list[str]:
    """Return the numbers (E.164) to look up now, in the order wanted, each once; empty when the budget is used up.

    A Brazilian number of two forms counts once in the budget and twice in the batch.
    """
    chosen: dict[str, None] = {}
    forms = 0
    for phone in wanted:
        have = known.get(phone)
        if phone in chosen or (have is not None and have.good_until_ms(policy) > now_ms):
            continue
        needed = len(whatsapp_forms(phone))
        if forms + needed > policy.batch or used_today + len(chosen) >= policy.per_day:
            break
        chosen[phone] = None
        forms += needed
    return list(chosen)


def forms_of(phones: Iterable[str]) -> list[str]:
    """Return every form under which WhatsApp may know these numbers."""
    return [form for phone in phones for form in whatsapp_forms(phone)]


def resolve(phone: str, answers: Sequence[FormAnswer], now_ms: int) -> Known | None:
    """Return what the answers say about a number; None if they say nothing about it.

    Where both forms are registered the form with the ninth digit wins unless both lead to one account: the other one
    may be an old chat that nobody reads (Baileys, issue 1997).
    """
    mine = [answer for form in whatsapp_forms(phone) for answer in answers if answer.form == form]
    if not mine:
        return None
    found = next((answer for answer in mine if answer.registered), None)
    if found is None:
        return Known(phone, False, None, now_ms)
    return Known(phone, True, found.jid or found.form.removeprefix("+"), now_ms)
