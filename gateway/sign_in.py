"""Who may sign in: password, second factor, attempts; and the sessions that come of it. Called by routes/sign_in.py.

Nothing here tells who exists: an unknown address takes as many attempts, as much work and the same answer as a known
one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from engine.credentials import hash_token
from engine.errors import CodeNeeded, CodeRefused, SignInRefused, TooManyAttempts
from engine.ids import IdMaker, ms_to_time
from engine.sign_in import (
    ABSOLUTE,
    BY_ADDRESS,
    IDLE,
    Attempt,
    account_key,
    address_key,
    make_secret_token,
    sign_in_attempts,
)
from engine.totp import DIGITS, matching_step, open_totp, recovery_hash
from engine.vault import Vault
from gateway.passwords import Passwords
from storage.pool import Connection, Pool
from storage.second_factors import take_recovery_code, take_totp_step
from storage.throttle import Throttle
from storage.user_sessions import end_by_token, insert_user_session
from storage.users import get_user_by_email, set_password

log = logging.getLogger(__name__)


class SignInDesk:
    """Checks people and opens their sessions.

    Args:
        pool: the database.
        vault: opens the secrets of second factors.
        throttle: counts attempts.
        clock: milliseconds since 1970.
    """

    def __init__(self, pool: Pool, vault: Vault, throttle: Throttle, clock: Callable[[], int]) -> None:
        self._pool = pool
        self._vault = vault
        self._throttle = throttle
        self._clock = clock
        self._ids = IdMaker()
        self.passwords = Passwords()

    async def check(self, email: str, password: str, code: str | None, address: str) -> dict[str, Any]:
        """Return the person whose address, password and (if they have a second factor) code these are.

        Raises:
            TooManyAttempts: of this account or address; nothing was looked at.
            SignInRefused: the password is not this address's, or nobody has the address.
            CodeNeeded: the password is right, and a code is missing.
            CodeRefused: the password is right, and the code is not.
        """
        attempts = sign_in_attempts(email, address)
        await self.count(email, address)
        user = await get_user_by_email(self._pool, email)
        stored = user["password_hash"] if user else None
        if not await self.passwords.fits(stored, password) or user is None:
            raise SignInRefused
        if user["totp_sealed"] is not None:
            if not code:
                await self._throttle.give_back(attempts)
                raise CodeNeeded
            if not await self.code_fits(user, code):
                raise CodeRefused
        await self._throttle.give_back(attempts, forget=account_key(email))
        await self._keep_up(user, password)
        return user

    async def close(self) -> None:
        """Let the throttle's connections go."""
        await self._throttle.close()

    async def count(self, email: str, address: str) -> None:
        """Count an attempt before it is made, so that many at once are no more than one after another.

        Raises:
            TooManyAttempts: there were too many.
        """
        wait_ms = await self._throttle.take(sign_in_attempts(email, address))
        if wait_ms:
            raise TooManyAttempts(retry_after_s=-(-wait_ms // 1000))

    async def count_link(self, address: str) -> None:
        """Count an attempt with a one-time link, of an address alone.

        Raises:
            TooManyAttempts: there were too many.
        """
        wait_ms = await self._throttle.take([Attempt(address_key(address), BY_ADDRESS)])
        if wait_ms:
            raise TooManyAttempts(retry_after_s=-(-wait_ms // 1000))

    async def succeeded(self, email: str, address: str) -> None:
        """Take a counted attempt back: it was the person."""
        await self._throttle.give_back(sign_in_attempts(email, address), forget=account_key(email))

    async def code_fits(self, user: dict[str, Any], code: str) -> bool:
        """Tell whether a code is the person's, and take it: neither six digits nor a recovery code count twice."""
        typed = code.replace(" ", "")
        if not (typed.isdecimal() and len(typed) == DIGITS):
            return await take_recovery_code(self._pool, user["id"], recovery_hash(code))
        secret = open_totp(self._vault, user["id"], user["totp_sealed"])
        step = matching_step(secret, typed, self._clock(), user["totp_step"])
        return step is not None and await take_totp_step(self._pool, user["id"], step)

    async def _keep_up(self, user: dict[str, Any], password: str) -> None:
        """Hash a password anew if today's parameters are others than those it was hashed with."""
        if self.passwords.outdated(user["password_hash"]):
            await set_password(self._pool, user["id"], await self.passwords.hash(password))
            log.info("a password was hashed with today's parameters", extra={"action": "rehash"})

    async def open_session(
        self, connection: Connection, user_id: UUID, *, address: str, agent: str, instead_of: str | None
    ) -> str:
        """Store a new session; return its cookie. The one that the browser had before (``instead_of``) ends."""
        token, now_ms = make_secret_token(), self._clock()
        now = ms_to_time(now_ms)
        if instead_of is not None:
            await end_by_token(connection, hash_token(instead_of))
        await insert_user_session(
            connection,
            self._ids.make_uuid(now_ms),
            user_id,
            hash_token(token),
            now=now,
            idle_since=now - IDLE,
            expires_at=now + ABSOLUTE,
            address=address,
            agent=agent[:300],
        )
        return token
