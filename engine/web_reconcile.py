"""Which send was that: a WhatsApp-Web message whose outcome is unknown is found by its receipt or its own echo. Pure.

A WhatsApp-Web send cannot carry our id. What comes back later carries WhatsApp's id, the chat and the time; an echo
(the phone, or the server after a reconnection, shows us our own message) carries the text too.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from engine.web_gate import digest

# How far WhatsApp's clock and ours may differ, and how long after a send its first receipt still tells of it.
_SKEW_MS = 15_000
_WINDOW_MS = 24 * 3_600_000
_KNOWN_MAX = 20_000
_OPEN_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Open:
    """A send that nobody has answered: our id, the chat's user part and its text's digest."""

    message_id: str
    chat: str
    digest: str
    sent_ms: int


class Reconciler:
    """Knows which WhatsApp ids are ours and which sends are open; bounded, the oldest is forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()
        self._open: OrderedDict[str, Open] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def answered(self, message_id: str, provider_id: str) -> None:
        """A send has its answer."""
        self._open.pop(message_id, None)
        self._known[provider_id] = message_id
        while len(self._known) > _KNOWN_MAX:
            self._known.popitem(last=False)

    def unanswered(self, message_id: str, chat: str, text: str, sent_ms: int) -> None:
        """A send's outcome is unknown."""
        self._open[message_id] = Open(message_id, chat, digest(text), sent_ms)
        while len(self._open) > _OPEN_MAX:
            self._open.popitem(last=False)

    def ours(self, provider_id: str) -> str | None:
        """Return our id of a message that WhatsApp has answered for."""
        return self._known.get(provider_id)

    def by_echo(self, provider_id: str, chat: str, text: str, at_ms: int) -> str | None:
        """Return the open send that this own message is; same chat, same text, at about that time."""
        if (known := self._known.get(provider_id)) is not None:
            return known
        wanted = digest(text)
        matching = [entry for entry in self._candidates(chat, at_ms) if entry.digest == wanted]
        return self._settle(matching, provider_id)

    def by_receipt(self, provider_id: str, chat: str, at_ms: int) -> str | None:
        """Return the send that a receipt tells of; an unknown id fits only if the chat has exactly one open send.

        With two open sends to one chat a receipt could be either's: both stay uncertain, which is the truth.
        """
        if (known := self._known.get(provider_id)) is not None:
            return known
        matching = self._candidates(chat, at_ms)
        return self._settle(matching, provider_id) if len(matching) == 1 else None

    def _candidates(self, chat: str, at_ms: int) -> list[Open]:
        return [
            entry
            for entry in self._open.values()
            if entry.chat == chat and entry.sent_ms - _SKEW_MS <= at_ms <= entry.sent_ms + _WINDOW_MS
        ]

    def _settle(self, matching: list[Open], provider_id: str) -> str | None:
        if not matching:
            return None
        first = min(matching, key=lambda entry: entry.sent_ms)
        self.answered(first.message_id, provider_id)
        return first.message_id
