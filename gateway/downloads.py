"""Answers that are files of any size: sent piece by piece as fast as the client reads, ended when it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.errors import TooMany

_STALLED_S = 60.0
_REFUSAL = "too many exports are being downloaded; wait for one to end, or make it by POST /exports"


class Downloads:
    """How many files are being sent: bounded for the gateway and for each company; more are asked to come again."""

    def __init__(self, most: int = 8, most_per_company: int = 3, refusal: str = _REFUSAL) -> None:
        self._refusal = refusal
        self._most = most
        self._most_per_company = most_per_company
        self._open: dict[UUID, int] = {}

    @property
    def open(self) -> int:
        return sum(self._open.values())

    @contextmanager
    def place(self, company_id: UUID) -> Iterator[None]:
        """Hold a place.

        Raises:
            TooMany: there is none.
        """
        mine = self._open.get(company_id, 0)
        if mine >= self._most_per_company or self.open >= self._most:
            raise TooMany(self._refusal)
        self._open[company_id] = mine + 1
        try:
            yield
        finally:
            left = self._open[company_id] - 1
            if left:
                self._open[company_id] = left
            else:
                del self._open[company_id]


class Download(Response):
    """Sends the pieces of a file; holds its place among the downloads only while it does.

    Args:
        pieces: the file; closed however the download ends, so that its query is called off too.
        downloads: where a place is taken.
        company_id: whose file it is.
        headers: content type, name and encoding among them.
    """

    def __init__(
        self, pieces: AsyncIterator[bytes], downloads: Downloads, company_id: UUID, headers: Mapping[str, str]
    ) -> None:
        super().__init__(None, 200, dict(headers))
        del self.headers["content-length"]
        self._pieces = pieces
        self._downloads = downloads
        self._company_id = company_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._downloads.place(self._company_id):
            sending = asyncio.ensure_future(self._send(send))
            leaving = asyncio.ensure_future(_left(receive))
            try:
                await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
                if sending.done():
                    sending.result()
            finally:
                leaving.cancel()
                sending.cancel()
                await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        pieces = self._pieces
        try:
            # Whatever is wrong with the first piece is told before the answer has begun.
            piece = await anext(pieces, None)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            while piece is not None:
                if piece:
                    async with asyncio.timeout(_STALLED_S):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await anext(pieces, None)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()


async def _left(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def attachment(media_type: str, name: str) -> dict[str, str]:
    """Return the headers of a file to be saved under a (plain ASCII) name."""
    return {
        "content-type": media_type,
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
        "vary": "accept-encoding",
    }


def takes_gzip(accepted: str) -> bool:
    """Tell whether an ``Accept-Encoding`` header takes gzip."""
    for part in accepted.lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return parameters.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
