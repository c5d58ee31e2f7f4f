"""Waiting for a condition of another process: by looking, against a deadline; never by sleeping for a while."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

_LOOK_S = 0.05


async def wait_until(
    condition: Callable[[], bool | Awaitable[bool]],
    timeout_s: float,
    what: str | Callable[[], str],
    look_s: float = _LOOK_S,
) -> float:
    """Look until ``condition`` holds and return how many seconds that took.

    Raises:
        AssertionError: it did not in ``timeout_s``; says ``what`` was waited for.
    """
    begun = time.monotonic()
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return time.monotonic() - begun
        if time.monotonic() - begun > timeout_s:
            raise AssertionError(f"not in {timeout_s:g} s: {what() if callable(what) else what}")
        await asyncio.sleep(look_s)
