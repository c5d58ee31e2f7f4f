"""Questions to Meta's Graph API that are no sends, for whoever may not talk to it: the gateway asks a sender host."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

from engine.errors import BadRequest, Unavailable
from engine.ids import ms_to_time
from engine.meta_account import template_told
from engine.settings import Settings
from storage.account_updates import hear_templates
from storage.pool import Pool
from whatsapp.cloud import CloudClient
from whatsapp.cloud_admin import CloudAdmin, GraphAway, GraphRefused

log = logging.getLogger(__name__)
_CHECK_S = 8.0


class GraphDesk:
    """Asks Graph, or the simulator, with a token that it is given.

    Args:
        pool: for what Graph tells about stored templates.
    """

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self._settings = settings
        self._pool = pool
        self._cloud = CloudClient(timeout_s=_CHECK_S)

    async def check(self, transport: str, token: str, number: str, account: str | None, phone: str | None) -> Any:
        """Tell whether a token opens a number, and the number belongs to an account and a phone.

        Returns:
            ``{"asked": bool, "problems": [{"field", "reason", "pt"}], "number": {…}|None}``; not asked: Graph gave no
            answer of its own, and nothing is known about what was typed.
        """
        try:
            async with asyncio.timeout(_CHECK_S):
                checked = await self._admin(transport, token).check(number, account, phone)
        except ValueError as error:
            problem = {"field": "token", "reason": str(error), "pt": "tem caracteres que um token não tem"}
            return {"asked": True, "problems": [problem], "number": None}
        except (GraphAway, GraphRefused, TimeoutError) as error:
            log.info("graph could not be asked: %s", error, extra={"action": "check_number"})
            return {"asked": False, "problems": [], "number": None}
        known = checked.number
        return {
            "asked": True,
            "problems": [{**problem.as_problem(), "pt": problem.pt} for problem in checked.problems],
            "number": None
            if known is None
            else {
                "phone": known.phone,
                "verified_name": known.verified_name,
                "quality": known.quality,
                "throughput": known.throughput,
                "tier": known.tier,
                "status": known.status,
                "can_send": known.can_send,
                "troubles": list(known.troubles),
            },
        }

    async def sync_templates(self, company_id: bytes, transport: str, token: str, account: str, now_ms: int) -> Any:
        """Take in status, quality and category of an account's templates, where they are stored here.

        Returns:
            ``{"told": n, "changed": bool, "names": [[name, language]…]}``, the names as Graph lists them.

        Raises:
            Unavailable: Graph gave no answer.
            BadRequest: Graph refused; the words tell why.
        """
        try:
            listed = await self._admin(transport, token).all_templates(account)
        except GraphAway as error:
            raise Unavailable("WhatsApp cannot be reached") from error
        except (GraphRefused, ValueError) as error:
            raise BadRequest(f"WhatsApp refused: {error}") from error
        told = [one for one in map(template_told, listed) if one is not None]
        now = ms_to_time(now_ms)
        async with self._pool.acquire() as connection, connection.transaction():
            changed = await hear_templates(connection, UUID(bytes=company_id), told, now, now)
        return {"told": len(told), "changed": changed, "names": [[one.name, one.language] for one in told]}

    async def close(self) -> None:
        """Close the connections."""
        await self._cloud.close()

    def _admin(self, transport: str, token: str) -> CloudAdmin:
        settings = self._settings
        base_url = settings.simulator_url if transport == "simulator" else settings.graph_url
        if not base_url:
            raise GraphAway("no simulator runs in this installation")
        return self._cloud.admin(token, base_url, settings.graph_version)
