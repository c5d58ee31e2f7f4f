"""``/openapi.json`` and ``/docs``: the document, and a page made of it that needs nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.compression import gzipped
from gateway.downloads import takes_gzip

_FOLDER = Path(__file__).parent / "openapi_docs"


def documentation_routes(document: dict[str, Any]) -> list[Route]:
    """Return the routes of the document and of its page."""
    document_bytes = orjson.dumps(document)
    document_gzip = gzipped(document_bytes)  # the same for everybody, and a megabyte long otherwise
    style = (_FOLDER / "docs.css").read_text(encoding="utf-8")
    script = (_FOLDER / "docs.js").read_text(encoding="utf-8")
    page = (_FOLDER / "docs.html").read_text(encoding="utf-8")
    page_bytes = page.replace("/*style*/", style).replace("/*script*/", script).encode()
    # The page's own style and script, by their hashes: no unsafe-inline, nothing from anywhere else.
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )

    async def openapi(request: Request) -> Response:
        headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
        if not takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(document_bytes, media_type="application/json", headers=headers)
        headers["content-encoding"] = "gzip"
        return Response(document_gzip, media_type="application/json", headers=headers)

    async def docs(request: Request) -> Response:
        headers = {"content-security-policy": policy, "cache-control": "no-cache"}
        return Response(page_bytes, media_type="text/html", headers=headers)

    return [Route("/openapi.json", openapi, methods=["GET"]), Route("/docs", docs, methods=["GET"])]


def _hash(source: str) -> str:
    """Return a CSP source expression for an inline element."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode("ascii")
