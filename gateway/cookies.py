"""The session cookie, and what protects it: its name and attributes, where a request comes from, the CSRF token."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response

from engine.errors import Forbidden
from engine.settings import Settings
from engine.sign_in import ABSOLUTE, looks_like_token, same_token

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf-token"


@dataclass(frozen=True, slots=True)
class CookieRules:
    """How this installation's cookie is written. A cookie knows no ports, so the name tells instances apart."""

    name: str
    secure: bool
    origin: str

    @classmethod
    def of(cls, settings: Settings) -> CookieRules:
        """Return the rules: ``__Host-`` and ``Secure`` where people come by https."""
        public = urlsplit(settings.public_url)
        secure = public.scheme == "https"
        name = "__Host-masteria" if secure else f"masteria_{settings.port}"
        return cls(name, secure, f"{public.scheme}://{public.netloc}")

    def read(self, headers: Headers) -> str | None:
        """Return the token of a request's cookie; None where there is none, or nothing that could be one."""
        for part in headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == self.name and looks_like_token(value):
                return value
        return None

    def write(self, response: Response, token: str) -> None:
        """Give the browser a session's token."""
        response.set_cookie(
            self.name,
            token,
            max_age=int(ABSOLUTE.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="strict",
        )

    def clear(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="strict")

    def check_origin(self, headers: Headers) -> None:
        """Refuse what another site's page sends.

        Raises:
            Forbidden: the browser says that the request comes from elsewhere.
        """
        origin = headers.get("origin")
        if origin is None:
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                raise Forbidden("the request comes from another site")
        elif origin != self.origin and urlsplit(origin).netloc != headers.get("host"):
            raise Forbidden("the request comes from another site")

    def check_change(self, headers: Headers, csrf: str) -> None:
        """Refuse a change by cookie that does not show the session's token.

        Raises:
            Forbidden: it comes from elsewhere, or the token is missing or another's.
        """
        self.check_origin(headers)
        if not same_token(headers.get(CSRF_HEADER), csrf):
            raise Forbidden("the header X-CSRF-Token is missing or not this session's; GET /api/v1/me tells it")
