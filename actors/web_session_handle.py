"""The typed façade of a WhatsApp-Web session's actor, for the gateway's routes."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import orjson

from actors.handles import ActorRef


def actor_name(session_id: UUID) -> str:
    """Return the name of a session's actor."""
    return f"web-{session_id.hex}"


class WebSessionRef(ActorRef):
    """A WhatsApp-Web session's calls."""

    def __init__(self, session_id: UUID, namespace: str) -> None:
        super().__init__(actor_name(session_id), namespace)

    async def state(self) -> dict[str, Any]:
        """Return the session as it is shown, QR code and pairing code included."""
        return cast("dict[str, Any]", orjson.loads(await self.call("state", timeout_s=5.0)))

    async def start_pairing(self) -> dict[str, Any]:
        """Have QR codes shown; return the state."""
        return cast("dict[str, Any]", orjson.loads(await self.call("start_pairing", timeout_s=30.0)))

    async def pair_code(self, phone: str) -> str:
        """Return the eight characters to type into this phone (E.164)."""
        return cast("str", await self.call("pair_code", phone, timeout_s=60.0))

    async def log_out(self) -> None:
        """Unlink the device and forget its credentials."""
        await self.call("log_out", timeout_s=60.0)
