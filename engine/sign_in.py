"""Signing in: how long a session lives, what goes with its cookie, how many attempts there are. Values, no clock."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address

IDLE = timedelta(hours=24)
ABSOLUTE = timedelta(days=14)
LINK_LIVES = timedelta(hours=72)
RESET_LIVES = timedelta(hours=1)
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
_RANDOM_BYTES = 32
_TOKEN_LENGTH = 43


def make_secret_token() -> str:
    """Return a new cookie or one-time token: 256 random bits, url-safe."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def looks_like_token(text: str) -> bool:
    """Tell whether a text can be such a token at all, so that nonsense costs no query."""
    return len(text) == _TOKEN_LENGTH and text.isascii()


def csrf_token(cookie: str) -> str:
    """Return the token that goes with a session's cookie: only who reads the API's answers knows it.

    It is derived (HMAC-SHA-256 keyed by the cookie), so that nothing is stored and it lives and dies with the session.
    """
    digest = hmac.new(cookie.encode(), b"masteria csrf token", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def same_token(given: str | None, wanted: str) -> bool:
    """Compare two tokens in constant time."""
    return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` attempts within ``window_ms`` of the first; then nothing is tried until the window ends."""

    most: int
    window_ms: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that attempts are counted by: a key that names no person in plain, and its limit."""

    key: str
    limit: Limit


_QUARTER_MS = 15 * 60_000
BY_ACCOUNT = Limit(10, _QUARTER_MS)
BY_ADDRESS = Limit(50, _QUARTER_MS)


def account_key(email: str) -> str:
    """Return what an account's attempts are counted under, whether there is such an account or not."""
    return "account:" + hashlib.sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()


def address_key(address: str) -> str:
    """Return what an address's attempts are counted under; an IPv6 network of 64 bits is one address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "address:unknown"
    if parsed.version == 6:
        return "address:" + parsed.exploded[:19]
    return f"address:{parsed}"


def sign_in_attempts(email: str, address: str) -> tuple[Attempt, Attempt]:
    """Return what one attempt to sign in is counted by."""
    return Attempt(account_key(email), BY_ACCOUNT), Attempt(address_key(address), BY_ADDRESS)


class AttemptMemory:
    """Counts attempts in this process alone, for while Redis is away: bounded, the oldest keys are forgotten first."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._windows: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def take(self, attempts: Sequence[Attempt], now_ms: int) -> int:
        """Count an attempt; return 0, or for how many milliseconds none is allowed (then nothing is counted)."""
        wait = max(self._wait(attempt, now_ms) for attempt in attempts)
        if wait:
            return wait
        for attempt in attempts:
            number, until = self._window(attempt.key, now_ms)
            self._windows[attempt.key] = (number + 1, until or now_ms + attempt.limit.window_ms)
        while len(self._windows) > self._most:
            self._windows.popitem(last=False)
        return 0

    def _window(self, key: str, now_ms: int) -> tuple[int, int]:
        number, until = self._windows.get(key, (0, 0))
        return (number, until) if until > now_ms else (0, 0)

    def _wait(self, attempt: Attempt, now_ms: int) -> int:
        number, until = self._window(attempt.key, now_ms)
        return until - now_ms if number >= attempt.limit.most else 0

    def give_back(self, attempts: Sequence[Attempt], forget: str | None) -> None:
        """Take back one attempt of each, because it was none against anybody; ``forget`` goes as a whole."""
        for attempt in attempts:
            if attempt.key == forget:
                self._windows.pop(attempt.key, None)
            elif attempt.key in self._windows:
                number, until = self._windows[attempt.key]
                self._windows[attempt.key] = (max(0, number - 1), until)
