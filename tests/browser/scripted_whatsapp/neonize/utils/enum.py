"""What a client says of itself to a chat, as the real one names it."""

from __future__ import annotations

from enum import Enum


class ChatPresence(Enum):
    """Whether somebody writes."""

    CHAT_PRESENCE_COMPOSING = 0
    CHAT_PRESENCE_PAUSED = 1


class ChatPresenceMedia(Enum):
    """What is being written."""

    CHAT_PRESENCE_MEDIA_TEXT = 0
    CHAT_PRESENCE_MEDIA_AUDIO = 1


class Presence(Enum):
    """Whether an account is there."""

    AVAILABLE = b"available"
    UNAVAILABLE = b"unavailable"
