"""Answers in JSON get smaller on their way to who asks for it. The webhook doors, files and streams never come here."""

from __future__ import annotations

import asyncio
import zlib

from starlette.responses import Response

from gateway.downloads import takes_gzip
from gateway.operations import Operation

_LEAST_BYTES = 1_024  # below it the headers are most of an answer
_LOOP_BYTES = 32_768  # level 1 takes about 8 µs per KB: what takes longer than a quarter of a millisecond is a thread's
_LEVEL = 1  # level 6 takes twice the time and saves a tenth more
_GZIP = 31  # zlib's name for its largest window in a gzip frame
# A length tells of what stands beside something a stranger may choose (BREACH): answers with keys, tokens, codes or
# addresses that hold a secret stay as they are.
_SECRET = frozenset(
    ("auth", "me", "api-keys", "users", "invitations", "companies", "live", "webhooks", "outgoing-webhooks")
)
_CODES = ("/qr", "/pair")


def is_compressible(operation: Operation) -> bool:
    """Tell whether a route's answers may be compressed: it only reads, and what it tells holds no secret."""
    if operation.method != "GET" or operation.rooted or operation.path.endswith(_CODES):
        return False
    return operation.path.split("/")[1] not in _SECRET


async def compressed(answer: Response, accepted: str) -> Response:
    """Return an answer as a client takes it; what is no JSON, an error or small stays the same.

    Args:
        answer: what a compressible route says.
        accepted: the request's ``Accept-Encoding``.
    """
    raw = bytes(getattr(answer, "body", b""))  # a stream has none, and is compressed where it is made, if at all
    if answer.status_code != 200 or answer.media_type != "application/json" or len(raw) < _LEAST_BYTES:
        return answer
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-type")}
    headers["vary"] = "accept-encoding"
    if takes_gzip(accepted):
        raw = gzipped(raw) if len(raw) <= _LOOP_BYTES else await asyncio.to_thread(gzipped, raw)
        headers["content-encoding"] = "gzip"
    return Response(raw, 200, headers, "application/json")


def gzipped(raw: bytes) -> bytes:
    """Return bytes in gzip's form, quickly."""
    return zlib.compress(raw, _LEVEL, _GZIP)
