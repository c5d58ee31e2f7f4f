"""The way to Graph with a stored number's token; what the desks beside it ask their questions through."""

from __future__ import annotations

from uuid import UUID

from engine.credentials import open_session_token
from engine.errors import BadRequest
from engine.settings import Settings
from engine.vault import Vault
from storage.pool import Pool
from storage.sender_sessions import SenderSession, load_sessions
from whatsapp.cloud import CloudClient, CloudSession
from whatsapp.cloud_admin import CloudAdmin, GraphAway


class GraphAccess:
    """Opens stored tokens and knows where Graph, or the simulator, is.

    Args:
        vault: opens the tokens.
        pool: where the numbers are stored.
        timeout_s: for every call but uploads.
    """

    def __init__(self, settings: Settings, vault: Vault, pool: Pool, timeout_s: float) -> None:
        self.pool = pool
        self._settings = settings
        self._vault = vault
        self._cloud = CloudClient(timeout_s=timeout_s)

    async def stored(self, company_id: UUID, session_id: UUID) -> tuple[SenderSession, str]:
        """Return a company's number and its token.

        Raises:
            BadRequest: the company has no such number, or it has no token.
        """
        for session in await load_sessions(self.pool, 0, 1, company_id):
            if session.id == session_id and session.token_sealed is not None:
                return session, open_session_token(self._vault, session.id, session.token_sealed)
        raise BadRequest("the session has no token for the Cloud API")

    def admin(self, transport: str, token: str) -> CloudAdmin:
        """Return what a token opens beside sending.

        Raises:
            GraphAway: no simulator runs here.
            ValueError: the token cannot stand in a header.
        """
        return self._cloud.admin(token, self._base_url(transport), self._settings.graph_version)

    def number(self, session: SenderSession, token: str) -> CloudSession:
        """Return a number's own transport; raises as :meth:`admin` does."""
        base_url = self._base_url(session.transport)
        return self._cloud.session(session.phone_number_id or "", token, base_url, self._settings.graph_version)

    async def close(self) -> None:
        """Close the connections."""
        await self._cloud.close()

    def _base_url(self, transport: str) -> str:
        base_url = self._settings.simulator_url if transport == "simulator" else self._settings.graph_url
        if not base_url:
            raise GraphAway("no simulator runs in this installation")
        return base_url
