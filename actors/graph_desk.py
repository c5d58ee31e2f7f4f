"""Questions to Meta's Graph API that are no sends, for whoever may not talk to it: the gateway asks a sender host."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

from actors.graph_access import GraphAccess
from engine.errors import BadRequest, Unavailable
from engine.ids import ms_to_time
from engine.meta_account import template_told
from engine.settings import Settings
from engine.vault import Vault
from storage.account_updates import hear_templates
from storage.pool import Pool
from whatsapp.cloud_admin import GraphAway, GraphRefused

log = logging.getLogger(__name__)
_CHECK_S = 8.0


class GraphDesk:
    """Asks Graph, or the simulator, with a token that it is given or with a stored one.

    Args:
        vault: opens the tokens of stored numbers.
        pool: for those, and for what Graph tells about stored templates.
    """

    def __init__(self, settings: Settings, vault: Vault, pool: Pool) -> None:
        self.access = GraphAccess(settings, vault, pool, _CHECK_S)

    async def check(self, transport: str, token: str, number: str, account: str | None, phone: str | None) -> Any:
        """Tell whether a token opens a number, and the number belongs to an account and a phone.

        Returns:
            ``{"asked": bool, "problems": [{"field", "reason", "pt"}], "number": {…}|None}``; not asked: Graph gave no
            answer of its own, and nothing is known about what was typed.
        """
        try:
            async with asyncio.timeout(_CHECK_S):
                checked = await self.access.admin(transport, token).check(number, account, phone)
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

    async def check_session(self, company_id: bytes, session_id: bytes) -> Any:
        """Tell the same about a stored number, with its stored token; see :meth:`check`."""
        session, token = await self.access.stored(UUID(bytes=company_id), UUID(bytes=session_id))
        return await self.check(session.transport, token, session.phone_number_id or "", session.waba_id, None)

    async def mark_read(self, company_id: bytes, session_id: bytes, message_id: str, typing: bool) -> bool:
        """Mark a person's message as read, and show "typing…" if asked; tell whether WhatsApp said yes."""
        session, token = await self.access.stored(UUID(bytes=company_id), UUID(bytes=session_id))
        try:
            number = self.access.number(session, token)
        except (GraphAway, ValueError) as error:
            raise BadRequest(str(error)) from error
        return await number.mark_read(message_id, typing)

    async def sync_templates(self, company_id: bytes, session_id: bytes, now_ms: int) -> Any:
        """Take in status, quality and category of the templates of a number's account, where they are stored here.

        Returns:
            ``{"told": n, "changed": bool, "names": [[name, language]…]}``, the names as Graph lists them.

        Raises:
            Unavailable: Graph gave no answer.
            BadRequest: Graph refused, or the session lacks what it takes; the words tell why.
        """
        session, token = await self.access.stored(UUID(bytes=company_id), UUID(bytes=session_id))
        try:
            listed = await self.access.admin(session.transport, token).all_templates(session.waba_id or "")
        except GraphAway as error:
            raise Unavailable("WhatsApp cannot be reached") from error
        except (GraphRefused, ValueError) as error:
            raise BadRequest(f"WhatsApp refused: {error}") from error
        told = [one for one in map(template_told, listed) if one is not None]
        now = ms_to_time(now_ms)
        async with self.access.pool.acquire() as connection, connection.transaction():
            changed = await hear_templates(connection, session.company_id, told, now, now)
        return {"told": len(told), "changed": changed, "names": [[one.name, one.language] for one in told]}

    async def close(self) -> None:
        """Close the connections."""
        await self.access.close()
