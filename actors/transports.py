"""The way out of each session: Meta's Graph API or the simulator, over one HTTP client per process."""

from __future__ import annotations

from engine.credentials import hash_token, open_session_token
from engine.settings import Settings
from engine.vault import SealBroken, Vault
from storage.sender_sessions import SenderSession
from whatsapp.cloud import CloudClient
from whatsapp.transport import Transport


class Transports:
    """Makes sessions' transports; they share this process's connections."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self._settings = settings
        self._vault = vault
        self._cloud = CloudClient()

    def make(self, session: SenderSession) -> Transport:
        """Return a session's transport.

        Raises:
            ValueError: the session lacks something it needs.
            SealBroken: its token was sealed with another key.
        """
        if session.phone_number_id is None or session.token_sealed is None:
            raise ValueError("the session has no phone_number_id or no token")
        settings = self._settings
        base_url = settings.simulator_url if session.transport == "simulator" else settings.graph_url
        if not base_url:
            raise ValueError("no simulator runs in this installation")
        token = open_session_token(self._vault, session.id, session.token_sealed)
        return self._cloud.session(session.phone_number_id, token, base_url, settings.graph_version)

    def token_hash(self, session: SenderSession) -> bytes | None:
        """Return what tells which sessions share a token; None where there is none, or it cannot be opened."""
        if session.token_sealed is None:
            return None
        try:
            return hash_token(open_session_token(self._vault, session.id, session.token_sealed))
        except SealBroken:
            return None

    async def close(self) -> None:
        await self._cloud.close()
