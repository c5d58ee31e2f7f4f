"""The dashboard's built files, read once when a gateway starts; ``index.html`` gets a nonce of its own at each answer.

Stands behind the routes: a request comes here only if no route has its path. Nothing of the disk is read by a request.
"""

from __future__ import annotations

import mimetypes
import secrets
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.settings import Settings

BUILT = Path(__file__).parent.parent / "dashboard" / "dist"
_NONCE = b"__CSP_NONCE__"  # what the build writes (Vite's html.cspNonce)
_PAGES = ("/c/", "/sign-in", "/reset-password", "/invitation")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_WITHOUT = b"""<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>Master IA</title>
<h1>Master IA</h1>
<p>O painel ainda n\xc3\xa3o foi compilado. Rode <code>make dashboard</code> na pasta do projeto
e reinicie. A API est\xc3\xa1 em <a href="/docs">/docs</a>.</p>
<p lang="en">The dashboard is not built yet. Run <code>make dashboard</code> in the project's folder
and start again. The API is at <a href="/docs">/docs</a>.</p></html>
"""


@dataclass(frozen=True, slots=True)
class _File:
    """One built file: its bytes as they are and compressed, and how long a browser may keep it."""

    media_type: str
    cache: str
    tag: str
    forms: dict[str, bytes]


class Dashboard:
    """Answers with the dashboard where that has the path; everything else goes to ``rest``.

    Args:
        rest: answers 404 and 405.
        settings: tell the live feed's origin, which the page may connect to.
        folder: the build; where there is none, a page says how to make it.
    """

    def __init__(self, rest: ASGIApp, settings: Settings, folder: Path = BUILT) -> None:
        self._rest = rest
        index = folder / "index.html"
        self._index = index.read_bytes() if index.is_file() else _WITHOUT
        self._files = _read(folder) if index.is_file() else {}
        self._live = _origin(settings.live_public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        await (answer or self._rest)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        path: str = scope["path"]
        if path == "/" or path.startswith(_PAGES):
            return self._page()
        file = self._files.get(path)
        return None if file is None else _file_response(file, Headers(scope=scope))

    def _page(self) -> Response:
        nonce = secrets.token_urlsafe(18)
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            f"img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; connect-src 'self' {self._live}; "
            "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        headers = {"content-security-policy": policy, "cache-control": "no-store"}
        return Response(self._index.replace(_NONCE, nonce.encode()), media_type="text/html", headers=headers)


def _read(folder: Path) -> dict[str, _File]:
    """Return the files of a build by their paths; compressed ones stand beside those they are of."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = "/" + path.relative_to(folder).as_posix()
        if not path.is_file() or path.suffix in (".br", ".gz", ".map") or name == "/index.html":
            continue
        forms = {"": path.read_bytes()}
        for encoding, suffix in _ENCODINGS:
            beside = path.with_name(path.name + suffix)
            if beside.is_file():
                forms[encoding] = beside.read_bytes()
        hashed = name.startswith("/assets/")
        found[name] = _File(
            media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            cache="public, max-age=31536000, immutable" if hashed else "no-cache",
            tag=f'"{blake2b(forms[""], digest_size=12).hexdigest()}"',
            forms=forms,
        )
    return found


def _file_response(file: _File, headers: Headers) -> Response:
    shown = {"cache-control": file.cache, "etag": file.tag, "vary": "accept-encoding"}
    if headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=shown)
    for encoding, _ in _ENCODINGS:
        if encoding in file.forms and _takes(headers.get("accept-encoding", ""), encoding):
            shown["content-encoding"] = encoding
            return Response(file.forms[encoding], media_type=file.media_type, headers=shown)
    return Response(file.forms[""], media_type=file.media_type, headers=shown)


def _takes(accepted: str, encoding: str) -> bool:
    """Tell whether a browser takes an encoding (RFC 9110, 12.5.3); ``q=0`` refuses it."""
    for part in accepted.split(","):
        name, _, weight = part.strip().lower().partition(";")
        if name.strip() == encoding:
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
