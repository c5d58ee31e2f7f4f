"""Argon2id off the event loop: two at once, a bounded queue behind them (64 MiB and 50 ms each). Used by sign-in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from engine.credentials import hash_password, needs_rehash, verify_password
from engine.errors import TooMany

_Result = TypeVar("_Result")
_AT_ONCE = 2
_WAITING = 32


class Passwords:
    """Hashes and verifies; whoever is not known costs as much as whoever is."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._inside = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """Return the hash of a new password."""
        return await self._run(lambda: hash_password(password))

    async def fits(self, stored: str | None, password: str) -> bool:
        """Tell whether a password fits; without a stored hash it is compared with one that nobody's password has."""
        if stored:
            return await self._run(lambda: verify_password(stored, password))
        if self._nobodys is None:
            self._nobodys = await self.hash("nobody's: made at the first need, never stored")
        nobodys = self._nobodys
        await self._run(lambda: verify_password(nobodys, password))
        return False

    def outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return needs_rehash(stored)

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        if self._inside >= _WAITING:
            raise TooMany("too many people sign in at this moment")
        self._inside += 1
        try:
            async with self._places:
                return await asyncio.to_thread(work)
        finally:
            self._inside -= 1
