"""Files that come in by HTTP: streamed to a temporary file, checked on the way, handed on, gone. Memory stays small.

The event loop that serves webhooks only passes pieces on: the disk is written by a thread, in blocks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Protocol
from uuid import UUID

from starlette.requests import ClientDisconnect, Request

from engine.errors import BadRequest, FieldProblem, TooMany
from engine.multipart_stream import MultipartStream, Part
from engine.outgoing_media import MEDIA_KINDS, kind_of, media_problem

RECEIVE_S = 300.0
_BLOCK = 1_048_576
_FORM_SLACK = 65_536
_FIELD_MAX = 1_000
_MOST_BYTES = max(of.most_bytes for of in MEDIA_KINDS.values())


class SentFile(Protocol):
    """A file that a person sent, on its way here."""

    def pieces(self) -> AsyncIterator[bytes]: ...


class MediaPost(Protocol):
    """Takes files to WhatsApp and brings people's from there (``actors/media_post.py``)."""

    async def upload(
        self, company_id: UUID, session_id: UUID, file: Path, *, kind: str, mime_type: str, filename: str
    ) -> str: ...

    def download(self, company_id: UUID, session_id: UUID, media_id: str) -> AbstractAsyncContextManager[SentFile]: ...


@dataclass(slots=True)
class Upload:
    """A file that is being received; ``kind`` and ``mime_type`` are None until known."""

    out: IO[bytes]
    kind: str | None
    mime_type: str | None
    filename: str
    size: int = 0

    @property
    def path(self) -> Path:
        return Path(self.out.name)

    def settle(self) -> None:
        """Decide what it is sent as, and refuse what WhatsApp takes in no size.

        Raises:
            FieldProblem: names the field.
        """
        self.mime_type = self.mime_type or "application/octet-stream"
        self.kind = self.kind or kind_of(self.mime_type)
        # An empty file is told when all of it is there.
        if problem := media_problem(self.kind, self.mime_type, max(self.size, 1)):
            raise _problem(*problem)


class Uploads:
    """Receives at most ``most`` files at a time; more are asked to come again."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._open = 0

    @asynccontextmanager
    async def receive(self, request: Request, kind: str | None, filename: str) -> AsyncIterator[Upload]:
        """Receive a request's file, as its body or as the part ``file`` of a form; it is deleted afterwards.

        Raises:
            FieldProblem: names what is wrong with it.
            TooMany: too many are being received.
            BadRequest: the client left, or was too slow.
        """
        if self._open >= self._most:
            raise TooMany(f"{self._most} files are being received at the moment")
        self._open += 1
        try:
            with NamedTemporaryFile(prefix="masteria-upload-") as out:
                content_type = request.headers.get("content-type", "")
                upload = Upload(out, kind, None, filename)
                try:
                    async with asyncio.timeout(RECEIVE_S):
                        if content_type.lower().startswith("multipart/"):
                            await _Form(upload, content_type).read(request)
                        else:
                            upload.mime_type = content_type
                            await _raw(upload, request)
                except TimeoutError as error:
                    raise BadRequest(f"the file took longer than {RECEIVE_S:.0f} s") from error
                except ClientDisconnect as error:
                    raise BadRequest("the client left before the file was complete") from error
                await asyncio.to_thread(out.flush)
                yield upload
        finally:
            self._open -= 1


class _Writer:
    """Gathers pieces into blocks and has a thread write them."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._block = bytearray()

    async def take(self, piece: bytes) -> None:
        self._upload.size += len(piece)
        self._upload.settle()  # ends a file that has become too large at once
        self._block += piece
        if len(self._block) >= _BLOCK:
            await self.flush()

    async def flush(self) -> None:
        block, self._block = self._block, bytearray()
        await asyncio.to_thread(self._upload.out.write, block)
        self._upload.settle()

    async def finish(self) -> None:
        await self.flush()
        if self._upload.size == 0:
            raise _problem("file", "is empty")


async def _raw(upload: Upload, request: Request) -> None:
    upload.settle()
    writer = _Writer(upload)
    async for piece in request.stream():
        await writer.take(piece)
    await writer.finish()


class _Form:
    """A form with a part ``file``; ``type`` and ``filename`` may be parts too, before or after it."""

    def __init__(self, upload: Upload, content_type: str) -> None:
        try:
            self._stream = MultipartStream(content_type)
        except ValueError as error:
            raise _problem("body", str(error)) from error
        self._upload = upload
        self._writer = _Writer(upload)
        self._fields: dict[str, bytearray] = {}
        self._part: str | None = None
        self._has_file = False
        self._chosen = upload.kind

    async def read(self, request: Request) -> None:
        received = 0
        async for piece in request.stream():
            received += len(piece)
            if received > _MOST_BYTES + _FORM_SLACK:
                raise _problem("file", f"must have 1 to {_MOST_BYTES} bytes")
            try:
                found = self._stream.feed(piece)
            except ValueError as error:
                raise _problem("body", str(error)) from error
            for one in found:
                await self._take(one)
        if not self._stream.complete:
            raise _problem("body", "is no complete multipart form")
        if not self._has_file:
            raise _problem("file", "is needed: the part of the form that holds the file")
        self._late_fields()
        await self._writer.finish()

    async def _take(self, one: Part | bytes) -> None:
        if isinstance(one, Part):
            self._begin(one)
        elif self._part == "file":
            await self._writer.take(one)
        elif self._part is not None:
            field = self._fields[self._part]
            field += one
            if len(field) > _FIELD_MAX:
                raise _problem(self._part, f"must have at most {_FIELD_MAX} bytes")

    def _begin(self, part: Part) -> None:
        known = part.name in ("file", "type", "filename")
        self._part = part.name if known else None
        if part.name == "file":
            if self._has_file:
                raise _problem("file", "must be one file")
            self._has_file = True
            self._upload.mime_type = part.content_type
            self._upload.filename = self._upload.filename or part.filename or ""
            self._early_kind()
            self._upload.settle()
        elif known:
            self._fields[part.name] = bytearray()

    def _early_kind(self) -> None:
        told = self._fields.get("type")
        if self._chosen is None and told is not None:
            self._chosen = self._upload.kind = told.decode("utf-8", "replace")

    def _late_fields(self) -> None:
        """Take in what stood behind the file; a kind that says otherwise is checked again."""
        self._early_kind()
        if name := self._fields.get("filename"):
            self._upload.filename = name.decode("utf-8", "replace")


def _problem(field: str, reason: str) -> FieldProblem:
    return FieldProblem([{"field": field, "reason": reason}])
