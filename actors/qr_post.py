"""Draws a PIX code as a QR picture and takes it to WhatsApp, for the steps that send one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol
from uuid import UUID

from engine.errors import FieldProblem
from engine.qr import qr_png


class _Media(Protocol):
    async def upload(
        self, company_id: UUID, session_id: UUID, file: Path, *, kind: str, mime_type: str, filename: str
    ) -> str: ...


class QrPost:
    """Uploads drawn codes; ``media`` is ``actors.media_post.MediaPost``."""

    def __init__(self, media: _Media) -> None:
        self._media = media

    async def post(self, company_id: UUID, session_id: UUID, code: str) -> str:
        """Return the media id of a code's picture.

        Raises:
            FieldProblem: the code is too long for a picture, or WhatsApp refused it.
            BadRequest, Unavailable: as ``MediaPost.upload``.
        """
        try:
            png = await asyncio.to_thread(qr_png, code)
        except ValueError as error:
            raise FieldProblem([{"field": "pix_code", "reason": str(error)}]) from error
        with NamedTemporaryFile(prefix="masteria-qr-", suffix=".png") as file:
            file.write(png)
            file.flush()
            return await self._media.upload(
                company_id, session_id, Path(file.name), kind="image", mime_type="image/png", filename="pix.png"
            )
