"""What one WhatsApp-Web session has used of its allowances: sends, checks, repeated texts. Survives as small JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.web_warm_up import DAY_MS, HOUR_MS

MINUTE_MS = 60_000
_STEP_MS = 5 * MINUTE_MS
_TEXTS_MAX = 2_000


class Usage:
    """Counts in steps of five minutes over the last day: exact enough for hours and days, a few hundred numbers."""

    __slots__ = ("_checks", "_recent", "_sent", "_texts", "last_sent_ms")

    def __init__(self) -> None:
        self._sent: Counter[int] = Counter()
        self._checks: Counter[int] = Counter()
        self._texts: dict[str, list[int]] = {}
        self._recent: list[int] = []
        self.last_sent_ms: int | None = None

    def sent(self, digest: str, now_ms: int) -> None:
        """Count one message; ``digest`` stands for its text."""
        self._sent[now_ms // _STEP_MS] += 1
        self._recent = [at for at in self._recent if at > now_ms - MINUTE_MS] + [now_ms]
        self._texts.setdefault(digest, []).append(now_ms)
        self.last_sent_ms = now_ms
        self._forget(now_ms)

    def checked(self, numbers: int, now_ms: int) -> None:
        """Count numbers that were looked up."""
        self._checks[now_ms // _STEP_MS] += numbers
        self._forget(now_ms)

    def in_minute(self, now_ms: int) -> int:
        return sum(at > now_ms - MINUTE_MS for at in self._recent)

    def in_hour(self, now_ms: int) -> int:
        return _within(self._sent, now_ms, HOUR_MS)

    def in_day(self, now_ms: int) -> int:
        return _within(self._sent, now_ms, DAY_MS)

    def checks_in_day(self, now_ms: int) -> int:
        return _within(self._checks, now_ms, DAY_MS)

    def same_text(self, digest: str, now_ms: int) -> int:
        """Return how often this text went out within the last hour."""
        return sum(at > now_ms - HOUR_MS for at in self._texts.get(digest, ()))

    def room_in_s(self, span_ms: int, fewer_than: int, now_ms: int, *, checks: bool = False) -> float:
        """Return the seconds until fewer than so many lie within the span; 0.0 when they do."""
        counts = self._checks if checks else self._sent
        excess = _within(counts, now_ms, span_ms) - fewer_than + 1
        if excess <= 0:
            return 0.0
        for step in sorted(counts):
            if not _counts(step, now_ms, span_ms):
                continue
            excess -= counts[step]
            if excess <= 0:
                return max(0.001, ((step + 1) * _STEP_MS + span_ms - now_ms) / 1000)
        return span_ms / 1000

    def text_room_in_s(self, digest: str, fewer_than: int, now_ms: int) -> float:
        """Return the seconds until this text has gone out fewer than so many times within an hour."""
        inside = sorted(at for at in self._texts.get(digest, ()) if at > now_ms - HOUR_MS)
        if len(inside) < fewer_than:
            return 0.0
        return max(0.001, (inside[len(inside) - fewer_than] + HOUR_MS - now_ms) / 1000)

    def minute_room_in_s(self, fewer_than: int, now_ms: int) -> float:
        """Return the seconds until fewer than so many lie within a minute."""
        inside = [at for at in self._recent if at > now_ms - MINUTE_MS]
        if len(inside) < fewer_than:
            return 0.0
        return max(0.001, (inside[len(inside) - fewer_than] + MINUTE_MS - now_ms) / 1000)

    def to_json(self) -> dict[str, Any]:
        """Return what a restart needs; texts are left out, they matter for an hour only."""
        return {
            "sent": {str(step): n for step, n in self._sent.items()},
            "checks": {str(step): n for step, n in self._checks.items()},
            "last_sent_ms": self.last_sent_ms,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Usage:
        usage = cls()
        usage._sent.update({int(step): int(n) for step, n in value.get("sent", {}).items()})
        usage._checks.update({int(step): int(n) for step, n in value.get("checks", {}).items()})
        usage.last_sent_ms = value.get("last_sent_ms")
        return usage

    def _forget(self, now_ms: int) -> None:
        for counts in (self._sent, self._checks):
            for step in [step for step in counts if not _counts(step, now_ms, DAY_MS)]:
                del counts[step]
        if len(self._texts) > _TEXTS_MAX:
            self._texts = {text: at for text, at in self._texts.items() if at[-1] > now_ms - HOUR_MS}
            while len(self._texts) > _TEXTS_MAX:
                del self._texts[next(iter(self._texts))]


def _counts(step: int, now_ms: int, span_ms: int) -> bool:
    """A step counts until the last moment it covers has left the span: never one message too many."""
    return (step + 1) * _STEP_MS > now_ms - span_ms


def _within(counts: Counter[int], now_ms: int, span_ms: int) -> int:
    return sum(n for step, n in counts.items() if _counts(step, now_ms, span_ms))
