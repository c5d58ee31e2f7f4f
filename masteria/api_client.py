"""The commands' way to the HTTP API: address and key from credentials.json, problems in words."""

from __future__ import annotations

import argparse
import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import BadRequest, Unavailable
from masteria.credentials_file import Credentials

_TIMEOUT_S = 30.0
_FILE_S = 600.0


class ApiClient:
    """Calls ``/api/v1`` for one company, or for the installation.

    Args:
        base_url: where the gateway is.
        key: an API key, or the installation's.
        company_id: with the installation's key: the company that is meant.
    """

    def __init__(self, base_url: str, key: str, company_id: str | None = None) -> None:
        self._base_url = base_url
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        if company_id:
            self._headers["x-company-id"] = company_id

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the answer's JSON, None where there is none.

        Raises:
            Unavailable: nobody answers, or 503.
            BadRequest: the API refused it; the detail is its own.
        """
        data = None if body is None else json.dumps(body).encode()
        with self._open(method, path, data, {}, _TIMEOUT_S) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def send_file(self, path: str, file: Path, query: dict[str, str]) -> Any:
        """Send a file as the body, piece by piece; return the answer's JSON. Errors as of :meth:`call`."""
        headers = {"content-type": "application/octet-stream", "content-length": str(file.stat().st_size)}
        with (
            file.open("rb") as data,
            self._open("POST", f"{path}?{urllib.parse.urlencode(query)}", data, headers, _FILE_S) as answer,
        ):
            return json.loads(answer.read())

    def fetch_file(self, path: str, out: Path) -> None:
        """Write an answer's bytes into a file, piece by piece. Errors as of :meth:`call`."""
        with self._open("GET", path, None, {}, _FILE_S) as answer, out.open("wb") as file:
            shutil.copyfileobj(answer, file)

    @contextmanager
    def _open(
        self, method: str, path: str, data: bytes | BinaryIO | None, headers: dict[str, str], timeout_s: float
    ) -> Iterator[BinaryIO]:
        request = urllib.request.Request(  # noqa: S310 -- the installation's own address
            f"{self._base_url}/api/v1{path}", data=data, headers={**self._headers, **headers}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 -- as above
                yield answer
        except urllib.error.HTTPError as error:
            raise _problem(error) from error
        except OSError as error:
            raise Unavailable(f"nobody answers at {self._base_url}: is `masteria up` running?") from error

    @contextmanager
    def open(self, path: str) -> Iterator[Any]:
        """Open an answer that is a file, to be read piece by piece. Errors as of :meth:`call`."""
        with self._open("GET", path, None, {}, _FILE_S) as answer:
            yield answer

    def pages(self, path: str, wanted: dict[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield every item of a list, or of those that pass its filters."""
        cursor = None
        while True:
            query = urllib.parse.urlencode({"limit": 500} | (wanted or {}) | ({"cursor": cursor} if cursor else {}))
            page = self.call("GET", f"{path}?{query}")
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return


def _problem(error: urllib.error.HTTPError) -> BadRequest | Unavailable:
    try:
        said = json.load(error)
    except ValueError:
        said = {}
    text = f"{error.code} {said.get('detail') or said.get('title') or error.reason}"
    for one in said.get("errors") or []:
        text += f"\n  {one['field']}: {one['reason']}"
        if words := one.get("reason_text"):
            text += f"\n    {words['pt']}"
    return Unavailable(text) if error.code == 503 else BadRequest(text)


def known_credentials(data_dir: Path) -> Credentials:
    """Return what the data directory's file says.

    Raises:
        Unavailable: there is none: nothing was ever started there.
    """
    known = Credentials.read(data_dir)
    if not known.base_url:
        raise Unavailable(
            f"{data_dir / 'credentials.json'} is not there: start `masteria up` first, or give --data-dir"
        )
    return known


def client_for(given: argparse.Namespace) -> ApiClient:
    """Return the client of a command: the seeded company's, or ``--company``'s through the installation's key."""
    known = known_credentials(given.data_dir)
    company = getattr(given, "company", None)
    return ApiClient(known.base_url, known.installation_key if company else known.api_key, company)


def installation_client(given: argparse.Namespace) -> ApiClient:
    """Return a client that acts for the installation as a whole."""
    known = known_credentials(given.data_dir)
    return ApiClient(known.base_url, known.installation_key)
