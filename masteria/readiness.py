"""Asks the gateway whether everything is ready. Called by the front door and `masteria status`."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from typing import Any

from engine.errors import Unavailable

_PAUSE_S = 0.1


def readiness(base_url: str, timeout_s: float = 3.0) -> dict[str, Any]:
    """Return what ``GET /readyz`` says, with ``status`` (HTTP) added; ``{"status": 0}`` when nobody answers."""
    try:
        with urllib.request.urlopen(f"{base_url}/readyz", timeout=timeout_s) as answer:  # noqa: S310 -- our own
            return {**json.load(answer), "status": answer.status}
    except urllib.error.HTTPError as error:
        try:
            return {**json.load(error), "status": error.code}
        except ValueError:
            return {"status": error.code}
    except (OSError, ValueError):
        return {"status": 0}


async def wait_ready(base_url: str, timeout_s: float) -> None:
    """Wait until the gateway says that everything is ready.

    Raises:
        Unavailable: it did not within ``timeout_s``; the detail holds its last answer.
    """
    deadline = time.monotonic() + timeout_s
    while (answer := await asyncio.to_thread(readiness, base_url))["status"] != 200:
        if time.monotonic() > deadline:
            raise Unavailable(f"{base_url}/readyz is not ready after {timeout_s:.0f} s: {json.dumps(answer)}")
        await asyncio.sleep(_PAUSE_S)
