"""Takes uploaded files to WhatsApp and brings people's files from there. Runs in the gateway's own process.

The bytes go from a temporary file to the network outside Python (``whatsapp/http.py:HttpClient.post_form``): no actor
call carries them, so that they need not fit into Ray's messages and no sender waits behind them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from actors.graph_access import GraphAccess
from engine.errors import FieldProblem, NotFound, Unavailable
from engine.meta_problems import upload_problem
from engine.settings import Settings
from engine.vault import Vault
from storage.pool import Pool
from whatsapp.cloud_admin import GraphAway, GraphRefused
from whatsapp.http import HttpStream

_TIMEOUT_S = 8.0
_UNKNOWN_OBJECT = 100  # Graph's code where an id is unknown, or is not the token's to see


class MediaPost:
    """Uploads for stored numbers; see :class:`actors.graph_access.GraphAccess` for the arguments."""

    def __init__(self, settings: Settings, vault: Vault, pool: Pool) -> None:
        self._access = GraphAccess(settings, vault, pool, _TIMEOUT_S)

    async def upload(
        self, company_id: UUID, session_id: UUID, file: Path, *, kind: str, mime_type: str, filename: str
    ) -> str:
        """Upload a file; return the media id, good for 30 days and for messages of this number alone.

        Raises:
            FieldProblem: WhatsApp refused it, or the number's token; with words in both languages.
            BadRequest: the company's session has no token.
            Unavailable: WhatsApp gave no answer.
        """
        session, token = await self._access.stored(company_id, session_id)
        try:
            admin = self._access.admin(session.transport, token)
            return await admin.upload_media(session.phone_number_id or "", kind, mime_type, file, filename)
        except GraphRefused as refused:
            problem = upload_problem(refused.fault)
            if problem is None:
                raise Unavailable("WhatsApp takes no uploads at the moment") from refused
            raise FieldProblem([problem.told()]) from refused
        except GraphAway as error:
            raise Unavailable(f"WhatsApp cannot be reached: {error}") from error
        except ValueError as error:
            raise FieldProblem([{"field": "file", "reason": str(error)}]) from error

    @asynccontextmanager
    async def download(self, company_id: UUID, session_id: UUID, media_id: str) -> AsyncIterator[HttpStream]:
        """Give a file that was sent to a number, piece by piece.

        Raises:
            NotFound: WhatsApp has it no more, or never had it.
            BadRequest: the company's session has no token.
            Unavailable: WhatsApp gave no answer, or none that can be used.
        """
        session, token = await self._access.stored(company_id, session_id)
        try:
            async with self._access.admin(session.transport, token).download_media(media_id) as file:
                yield file
        except GraphRefused as refused:
            if refused.fault.code == _UNKNOWN_OBJECT:
                raise NotFound("WhatsApp has this file no more: it keeps what people send for some days") from refused
            raise Unavailable("WhatsApp gives no files at the moment") from refused
        except GraphAway as error:
            raise Unavailable(f"WhatsApp cannot be reached: {error}") from error
        except ValueError as error:
            raise NotFound("this is no file of WhatsApp's") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._access.close()
