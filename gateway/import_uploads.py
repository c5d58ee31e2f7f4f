"""Files of contacts that come in by HTTP: streamed into Postgres in pieces, so that any node can work on them."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

from starlette.requests import ClientDisconnect, Request

from engine.errors import BadRequest, FieldProblem, TooMany
from engine.multipart_stream import MultipartStream, Part
from storage.contact_imports import PIECE, add_piece
from storage.pool import Pool

RECEIVE_S = 600.0
MOST_BYTES = 536_870_912
_MOST_AT_ONCE = 2
_FORM_SLACK = 65_536
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Receiver(Protocol):
    """Takes a file piece by piece."""

    filename: str

    async def take(self, data: bytes) -> None: ...

    async def finish(self) -> None: ...


class ImportFile:
    """A file on its way into its pieces; text in UTF-16 becomes UTF-8.

    Attributes:
        size: bytes that were stored.
        lines: how many lines they have.
        first: the first piece.
    """

    def __init__(self, pool: Pool, import_id: UUID) -> None:
        self._pool = pool
        self._import_id = import_id
        self._rest = bytearray()
        self._number = 0
        self._decoder: codecs.IncrementalDecoder | None = None
        self._head = b""
        self._begun = False
        self.size = self.lines = self._received = 0
        self.first = b""
        self.last = b""
        self.filename = ""

    async def take(self, data: bytes) -> None:
        """Take more of the file.

        Raises:
            FieldProblem: it is too large, or no text.
        """
        self._received += len(data)
        if self._received > MOST_BYTES:
            raise problem("file", f"must have at most {MOST_BYTES // 1_048_576} MiB")
        if not self._begun:
            self._head += data
            if len(self._head) < len(_WORKBOOKS[0]):
                return
            data = self._begin()
        await self._keep(data)

    async def finish(self) -> None:
        """Store what is left.

        Raises:
            FieldProblem: there is nothing.
        """
        if not self._begun:
            await self._keep(self._begin())
        if self._decoder is not None:
            self._rest += self._decoder.decode(b"", True).encode()
        await self._flush(all_of_it=True)
        if self.size == 0:
            raise problem("file", "is empty")
        self.lines += not self.last.endswith(b"\n")

    def _begin(self) -> bytes:
        self._begun, head, self._head = True, self._head, b""
        if head.startswith(_WORKBOOKS):
            raise problem("file", "is a workbook of a spreadsheet program: save it as CSV first")
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        return head

    async def _keep(self, data: bytes) -> None:
        self._rest += data if self._decoder is None else self._decoder.decode(data).encode("utf-8", "replace")
        await self._flush(all_of_it=False)

    async def _flush(self, *, all_of_it: bool) -> None:
        while len(self._rest) >= PIECE or (all_of_it and self._rest):
            piece = bytes(self._rest[:PIECE])
            del self._rest[:PIECE]
            await add_piece(self._pool, self._import_id, self._number, piece)
            self.first = self.first or piece
            self.last = piece
            self._number += 1
            self.size += len(piece)
            self.lines += piece.count(b"\n")


class ImportUploads:
    """Receives at most two files at a time; more are asked to come again."""

    def __init__(self) -> None:
        self._open = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place.

        Raises:
            TooMany: there is none.
            BadRequest: the client left, or was too slow.
        """
        if self._open >= _MOST_AT_ONCE:
            raise TooMany(f"{_MOST_AT_ONCE} files are being received at the moment")
        self._open += 1
        try:
            async with asyncio.timeout(RECEIVE_S):
                yield
        except TimeoutError as error:
            raise BadRequest(f"the file took longer than {RECEIVE_S:.0f} s") from error
        except ClientDisconnect as error:
            raise BadRequest("the client left before the file was complete") from error
        finally:
            self._open -= 1


async def receive(request: Request, file: Receiver) -> None:
    """Read a request's file: its body, or the part ``file`` of a form.

    Raises:
        FieldProblem: names what is wrong with it.
    """
    content_type = request.headers.get("content-type", "")
    if content_type.lower().startswith("multipart/"):
        await _receive_form(request, content_type, file)
    else:
        async for data in request.stream():
            await file.take(data)
    await file.finish()


async def _receive_form(request: Request, content_type: str, file: Receiver) -> None:
    try:
        stream = MultipartStream(content_type)
    except ValueError as error:
        raise problem("body", str(error)) from error
    within, seen, received = False, False, 0
    async for data in request.stream():
        received += len(data)
        if received > MOST_BYTES + _FORM_SLACK:
            raise problem("file", f"must have at most {MOST_BYTES // 1_048_576} MiB")
        try:
            found = stream.feed(data)
        except ValueError as error:
            raise problem("body", str(error)) from error
        for one in found:
            if isinstance(one, Part):
                within = one.name == "file"
                if within and seen:
                    raise problem("file", "must be one file")
                seen = seen or within
                file.filename = (one.filename or "") if within else file.filename
            elif within:
                await file.take(one)
    if not stream.complete:
        raise problem("body", "is no complete multipart form")
    if not seen:
        raise problem("file", "is needed: the part of the form that holds the file")


def problem(field: str, reason: str) -> FieldProblem:
    """Return the error for one field."""
    return FieldProblem([{"field": field, "reason": reason}])
