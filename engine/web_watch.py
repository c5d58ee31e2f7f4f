"""The watchdog of a WhatsApp-Web session: "connected", yet nothing is acknowledged or heard. Pure."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["fine", "look", "reconnect"]

# whatsmeow pings every 20 to 30 s: a session that tells nothing for so long has an event loop that ended.
SILENT_MS = 90_000
UNANSWERED_MS = 60_000
UNANSWERED_MOST = 2


class Watchdog:
    """Hears what a session hears, and says when it must be connected anew.

    Two failures look like a working session: the library's event loop has ended without a word (an event that it
    could not encode), and the connection is half open, so that sends wait for an answer that never comes.
    """

    def __init__(self, now_ms: int) -> None:
        self._heard_ms = now_ms
        self._looked_ms = now_ms
        self._unanswered: list[int] = []

    def connected(self, now_ms: int) -> None:
        """A connection was made: what hung on the old one says nothing about this one."""
        self._heard_ms = self._looked_ms = now_ms
        self._unanswered.clear()

    def heard(self, now_ms: int) -> None:
        """Any event, or a look at the connection that found it up."""
        self._heard_ms = now_ms

    def sent(self, now_ms: int) -> None:
        """A message was handed to the connection."""
        self._unanswered.append(now_ms)
        del self._unanswered[:-32]

    def acknowledged(self, now_ms: int) -> None:
        """WhatsApp's server confirmed a message: everything before it went through, or is known to be uncertain."""
        self._heard_ms = now_ms
        self._unanswered.clear()

    def judge(self, now_ms: int) -> Verdict:
        """Return ``look`` when the connection should be asked whether it is up, ``reconnect`` when it is dead."""
        overdue = sum(at <= now_ms - UNANSWERED_MS for at in self._unanswered)
        if overdue >= UNANSWERED_MOST:
            return "reconnect"
        if now_ms - self._heard_ms > SILENT_MS:
            return "reconnect"
        if now_ms - max(self._heard_ms, self._looked_ms) > SILENT_MS // 3:
            self._looked_ms = now_ms
            return "look"
        return "fine"
