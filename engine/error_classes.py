"""What to do about an answer of WhatsApp: its error codes, classified (``whatsapp_errors.json``), become decisions.

Called by senders for every answer that is no acceptance, and by the status fold for failures told by webhook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson

from engine.retry import PAIR_STRIKES_MAX, full_jitter, longest, pair_wait_s

Kind = Literal["retry", "hold", "stop", "fail", "suppress", "uncertain"]
_KINDS: dict[str, Kind] = {
    "transient": "retry",
    "hold": "hold",
    "stop": "stop",
    "fix": "fail",
    "permanent": "fail",
    "suppress": "suppress",
    "uncertain": "uncertain",
}


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """One row of the table: a range of codes, what it means and how it is met.

    Attributes:
        name: transient, hold, stop, fix, permanent, suppress or uncertain.
        scope: what it concerns: message, recipient, country, template, number, token, app or account.
        max_tries: tries in all (transient), or holds that may follow one another (hold); None: no limit.
        schedule: how long to wait: backoff (full jitter), doubling, random, fixed or pair; None: at once.
    """

    code_from: int
    code_to: int
    subcode: int | None
    name: str
    scope: str
    max_tries: int | None
    schedule: Mapping[str, Any] | None
    spends_try: bool
    alert: bool
    meaning_pt: str
    meaning_en: str
    advice_pt: str
    advice_en: str

    def texts(self) -> dict[str, dict[str, str]]:
        """Return meaning and advice in both languages, as they are kept with a message's error."""
        return {
            "meaning": {"pt": self.meaning_pt, "en": self.meaning_en},
            "advice": {"pt": self.advice_pt, "en": self.advice_en},
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """What a sender does about one answer.

    Attributes:
        kind: retry (later, a try is spent), hold (its scope waits ``wait_s``), stop (its scope waits for a person),
            fail (dead letter), suppress (dead letter, and no more of its kind to this person), uncertain.
        wait_s: seconds until it may be tried again; None for stop, fail and suppress.
        spends_try: whether this counts as one of the message's tries.
        alert: whether a person should be told.
    """

    kind: Kind
    scope: str
    wait_s: float | None
    spends_try: bool
    max_tries: int | None
    alert: bool
    of: ErrorClass

    @property
    def meaning_pt(self) -> str:
        return self.of.meaning_pt

    @property
    def meaning_en(self) -> str:
        return self.of.meaning_en

    @property
    def advice_pt(self) -> str:
        return self.of.advice_pt

    @property
    def advice_en(self) -> str:
        return self.of.advice_en


class ErrorBrain:
    """The table of error codes, and the decisions that follow from it."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._unknown = _error_class({"code_from": -1, "code_to": -1, **table["unknown_code"]})
        self._no_answer = _error_class({"code_from": -1, "code_to": -1, **table["no_meta_json"]})
        self._not_connected = _error_class({"code_from": -1, "code_to": -1, **table["not_connected"]})
        rows = [_error_class(row) for row in table["errors"]]
        self._by_subcode = {(row.code_from, row.subcode): row for row in rows if row.subcode is not None}
        # The narrowest range first: the first that holds a code is the one meant.
        self._ranges = sorted((row for row in rows if row.subcode is None), key=lambda row: row.code_to - row.code_from)

    def classify(self, code: int, subcode: int | None = None) -> ErrorClass:
        """Return the class of a code: by its subcode, else the narrowest range, else "unknown"."""
        if subcode is not None and (exact := self._by_subcode.get((code, subcode))) is not None:
            return exact
        for row in self._ranges:
            if row.code_from <= code <= row.code_to:
                return row
        return self._unknown

    def knows(self, code: int) -> bool:
        """Tell whether the table says anything of a code."""
        return self.classify(code) is not self._unknown

    def refused(
        self,
        code: int,
        subcode: int | None,
        *,
        tries: int,
        strikes: int,
        retry_after_s: float | None,
        random: Callable[[], float],
    ) -> Decision:
        """Decide about a refusal in Meta's error form: the message was certainly not accepted.

        Args:
            code, subcode: as Meta told them.
            tries: tries spent on this message, this one included.
            strikes: refusals in a row before this one, of the same scope (the number, the recipient).
            retry_after_s: what the answer asked for, if anything.
            random: uniform in [0, 1).
        """
        return _decide(self.classify(code, subcode), tries, strikes, retry_after_s, random)

    def not_connected(self, *, tries: int, random: Callable[[], float]) -> Decision:
        """Decide about a request that certainly never left."""
        return _decide(self._not_connected, tries, 0, None, random)

    def no_answer(self) -> Decision:
        """Decide about a request whose fate is unknown: it is uncertain, and nothing else."""
        return Decision("uncertain", "message", None, True, None, False, self._no_answer)


@cache
def error_brain() -> ErrorBrain:
    """Return the brain over the table that ships with this package; read once per process."""
    return ErrorBrain(orjson.loads((Path(__file__).parent / "whatsapp_errors.json").read_bytes()))


def _decide(
    of: ErrorClass, tries: int, strikes: int, retry_after_s: float | None, random: Callable[[], float]
) -> Decision:
    kind = _KINDS[of.name]
    if _is_spent(of, kind, tries, strikes):
        return Decision("fail", of.scope, None, True, of.max_tries, of.alert, of)
    wait_s = None
    if kind in ("retry", "hold"):
        wait_s = max(_wait_s(of.schedule, tries, strikes, random), retry_after_s or 0.0)
    return Decision(kind, of.scope, wait_s, of.spends_try, of.max_tries, of.alert, of)


def _is_spent(of: ErrorClass, kind: Kind, tries: int, strikes: int) -> bool:
    if kind == "retry":
        return of.max_tries is not None and tries >= of.max_tries
    if kind == "hold" and of.schedule is not None and of.schedule["kind"] == "pair":
        return strikes >= PAIR_STRIKES_MAX
    return kind == "hold" and of.max_tries is not None and tries > of.max_tries


def _wait_s(schedule: Mapping[str, Any] | None, tries: int, strikes: int, random: Callable[[], float]) -> float:
    if schedule is None:
        return 60.0
    kind = schedule["kind"]
    if kind == "pair":
        return pair_wait_s(strikes)
    low, high = float(schedule["from_s"]), float(schedule["to_s"])
    if kind == "backoff":
        return full_jitter(tries, low, high, random)
    if kind == "doubling":
        return longest(strikes + 1, low, high)
    if kind == "random":
        return low + random() * (high - low)
    return high if strikes else low  # fixed: the second time may wait longer than the first


def _error_class(row: Mapping[str, Any]) -> ErrorClass:
    name = row["class"]
    return ErrorClass(
        code_from=row["code_from"],
        code_to=row["code_to"],
        subcode=row.get("subcode"),
        name=name,
        scope=row["scope"],
        max_tries=row.get("max_tries"),
        schedule=row.get("schedule"),
        # A hold says "not now", not "no": it costs a try only where the table limits how often it may happen.
        spends_try=name not in ("hold", "stop") or "max_tries" in row,
        alert=name == "stop" or row.get("note") == "alert",
        meaning_pt=row["meaning_pt"],
        meaning_en=row["meaning"],
        advice_pt=row["advice_pt"],
        advice_en=row["advice_en"],
    )
