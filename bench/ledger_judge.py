"""House promise 3 in numbers: every message as the API tells it, held against what WhatsApp really accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_TOLD = ("sent", "delivered", "read", "failed")


@dataclass(slots=True)
class Verdict:
    """What became of the messages; ``lost``, ``doubled``, ``strangers``, ``waiting`` and ``untold`` hold ids.

    Attributes:
        wanted: messages that somebody asked for; a second try of an uncertain one is part of the first.
        uncertain: messages (tries) that were ever called uncertain.
        accepted_uncertain: those of them that WhatsApp had accepted.
        reconciled: those of these that a receipt has told of since.
        silent: those of these of which WhatsApp never told anything, by an injected fault.
        untold: the rest of these: a receipt was sent, and did not resolve them.
        sent_again: those that the policy sent once more.
        failed: wanted messages that were refused for good, by WhatsApp's code.
    """

    wanted: int = 0
    accepted: int = 0
    uncertain: int = 0
    accepted_uncertain: int = 0
    reconciled: int = 0
    silent: int = 0
    sent_again: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """Return the counts, as a result file has them."""
        lists = ("lost", "doubled", "strangers", "waiting", "untold")
        counts = ("wanted", "accepted", "uncertain", "accepted_uncertain", "reconciled", "silent", "sent_again")
        return {
            **{name: getattr(self, name) for name in counts},
            **{name: len(getattr(self, name)) for name in lists},
            "failed": dict(self.failed),
            "statuses": dict(self.statuses),
        }


def was_uncertain(message: Mapping[str, Any]) -> bool:
    """Tell whether a message was ever called uncertain."""
    return any(step["status"] == "uncertain" for step in message["timeline"])


def judge(messages: Sequence[Mapping[str, Any]], accepted: Iterable[Mapping[str, Any]]) -> Verdict:
    """Hold the API's messages against the simulator's ledger.

    Lost: neither accepted nor ever uncertain nor refused for good. Doubled: accepted twice without having been
    uncertain.

    Args:
        messages: as ``GET /messages`` tells them, second tries included.
        accepted: as ``GET /_sim/messages`` tells them; ``opaque`` is our message id.
    """
    entries = list(accepted)
    times = Counter(entry["opaque"] for entry in entries)
    silent = {entry["opaque"] for entry in entries if entry.get("statuses_lost")}
    verdict = Verdict(accepted=times.total())
    known = {message["id"]: message for message in messages}
    verdict.strangers = [message_id for message_id in times if message_id not in known]
    families: dict[str, list[Mapping[str, Any]]] = {}
    for message in messages:
        verdict.statuses[message["status"]] += 1
        families.setdefault(_first(message, known), []).append(message)
        _count_uncertain(verdict, message, times, silent)
    verdict.wanted = len(families)
    for family in families.values():
        _judge_family(verdict, family, times)
    return verdict


def _first(message: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> str:
    while message["retry_of"] in known:
        message = known[message["retry_of"]]
    return str(message["id"])


def _count_uncertain(
    verdict: Verdict, message: Mapping[str, Any], times: Counter[str], silent: Collection[str]
) -> None:
    if not was_uncertain(message):
        return
    verdict.uncertain += 1
    verdict.sent_again += message["reason"] == "sent_again"
    if times[message["id"]]:
        verdict.accepted_uncertain += 1
        if message["status"] in (*_TOLD, "accepted"):
            verdict.reconciled += 1
        elif message["id"] in silent:
            verdict.silent += 1
        else:
            verdict.untold.append(message["id"])


def _judge_family(verdict: Verdict, family: Sequence[Mapping[str, Any]], times: Counter[str]) -> None:
    """Judge one wanted message with all its tries."""
    certain = sum(times[message["id"]] for message in family if not was_uncertain(message))
    ever_uncertain = any(map(was_uncertain, family))
    again = [message["id"] for message in family if times[message["id"]] > 1]
    if certain > 1 or again:
        verdict.doubled.append(family[0]["id"])
    if any(times[message["id"]] for message in family) or ever_uncertain:
        return
    last = family[0]
    if last["status"] == "failed":
        verdict.failed[str((last["error"] or {}).get("code"))] += 1
    elif last["status"] in ("queued", "held", "scheduled", "sending"):
        verdict.waiting.append(last["id"])
    else:
        verdict.lost.append(last["id"])
