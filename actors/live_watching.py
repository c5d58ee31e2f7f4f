"""What is known of a company that somebody looks at: its topics, and what changed and was not told yet."""

from __future__ import annotations

from engine.live_feed import LiveFeed

_SETTLE_MS = 1_500
_VERIFY_EVERY_MS = 10_000


class Watched:
    """One company that somebody looks at."""

    __slots__ = (
        "alerts_changed",
        "changed",
        "feed",
        "feed_changed",
        "feed_changed_ms",
        "feed_read_ms",
        "inbox_changed",
        "jobs_changed",
        "sessions",
        "told_ms",
        "topics",
    )

    def __init__(self) -> None:
        self.topics: dict[str, int] = {}  # topic → until when
        self.changed: tuple[int, int] | None = None  # newest and oldest commit not told yet
        self.told_ms = 0
        self.feed_changed: tuple[int, int] | None = None
        self.jobs_changed: tuple[int, int] | None = None
        self.alerts_changed: tuple[int, int] | None = None
        self.inbox_changed: tuple[int, int] | None = None
        self.feed: LiveFeed | None = None
        self.feed_changed_ms = 0
        self.feed_read_ms = 0
        self.sessions: dict[bytes, dict[str, str | None]] = {}


def widen(span: tuple[int, int] | None, at_ms: int) -> tuple[int, int]:
    """Return (newest, oldest) with one more time in it."""
    return (max(span[0], at_ms), min(span[1], at_ms)) if span else (at_ms, at_ms)


def unsettled(watched: Watched, now_ms: int) -> bool:
    """Tell whether a feed is to be read again: once it has come to rest, and every ten seconds while it has not."""
    if watched.feed is None or (watched.feed_read_ms and watched.feed_changed_ms < watched.feed_read_ms):
        return False
    quiet = now_ms - watched.feed_changed_ms >= _SETTLE_MS
    return quiet or now_ms - watched.feed_read_ms >= _VERIFY_EVERY_MS
