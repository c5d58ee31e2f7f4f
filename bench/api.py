"""A small client of the public API and of the simulator's control plane, for what scenarios set up and check."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

import orjson

from bench.errors import BenchFailed

API = "/api/v1"
_PAGE = 500  # the largest
_IDLE_S = 30.0  # a gateway closes a connection after 75 s, and a POST cannot be sent twice to find out


class ApiError(BenchFailed):
    """An answer that was no success; ``status`` is its HTTP status."""

    def __init__(self, method: str, path: str, status: int, body: bytes) -> None:
        self.status = status
        super().__init__(f"{method} {path} answered {status}: {body[:500].decode(errors='replace')}")


class Api:
    """JSON over one keep-alive connection, one request at a time whichever thread asks. Not for load.

    Args:
        base_url: for instance ``http://127.0.0.1:8000``.
        key: bearer token; empty for none.
        company_id: the company that an installation key acts for.
    """

    def __init__(self, base_url: str, key: str = "", company_id: str = "", timeout_s: float = 60.0) -> None:
        parts = urlsplit(base_url)
        self.base_url = base_url.rstrip("/")
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
        self._turn = threading.Lock()
        self._used_at = 0.0
        self.headers: dict[str, str] = {}
        if key:
            self.headers["authorization"] = f"Bearer {key}"
        if company_id:
            self.headers["x-company-id"] = company_id

    def request(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Send one request and return status and body, whatever they are; once more if the connection was stale."""
        data = None if body is None else orjson.dumps(body)
        headers = {**self.headers, **({} if data is None else {"content-type": "application/json"})}
        with self._turn:
            try:
                return self._exchange(method, path, data, headers)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                if method not in ("GET", "PUT"):
                    raise
            return self._exchange(method, path, data, headers)

    def _exchange(
        self, method: str, path: str, data: bytes | IO[bytes] | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        if time.monotonic() - self._used_at > _IDLE_S:
            self._connection.close()
        try:
            self._connection.request(method, path, data, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self._connection.close()  # what is half answered would be taken for the next answer
            raise
        finally:
            self._used_at = time.monotonic()

    def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """Send one request and return its JSON (None of an empty answer).

        Raises:
            ApiError: the status is 400 or above.
        """
        if query:
            path += "?" + urlencode({name: str(value) for name, value in query.items()})
        status, answer = self.request(method, path, body)
        if status >= 400:
            raise ApiError(method, path, status, answer)
        return orjson.loads(answer) if answer else None

    def get(self, path: str, **query: object) -> Any:
        """Return the JSON of ``GET /api/v1{path}``."""
        return self.call("GET", API + path, None, **query)

    def post(self, path: str, body: object) -> Any:
        """Return the JSON of ``POST /api/v1{path}``."""
        return self.call("POST", API + path, body)

    def upload(self, path: str, file: Path, content_type: str) -> Any:
        """Return the JSON of ``POST /api/v1{path}`` with a file as its body, read as it is sent.

        Raises:
            ApiError: the status is 400 or above.
        """
        headers = {**self.headers, "content-type": content_type, "content-length": str(file.stat().st_size)}
        with self._turn, file.open("rb") as body:
            self._connection.close()  # a connection that has gone stale could not be tried again from the middle
            status, answer = self._exchange("POST", API + path, body, headers)
        if status >= 400:
            raise ApiError("POST", path, status, answer)
        return orjson.loads(answer)

    def all(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """Yield everything of a list, newest first."""
        cursor: dict[str, object] = {}
        while True:
            page = self.get(path, limit=_PAGE, **query, **cursor)
            yield from page["data"]
            if not page["next_cursor"]:
                return
            cursor = {"cursor": page["next_cursor"]}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class SimulatorControl:
    """``/_sim/…`` of one simulator."""

    def __init__(self, url: str) -> None:
        self._api = Api(url)
        self.url = url

    def put_app(self, app_id: str, spec: dict[str, Any]) -> Any:
        """Configure an app with its numbers and templates."""
        return self._api.call("PUT", f"/_sim/apps/{app_id}", spec)

    def settings(self, **values: object) -> Any:
        """Change settings such as ``statuses``."""
        return self._api.call("PUT", "/_sim/settings", values)

    def fault(self, then: dict[str, Any], share: float = 1.0, **match: object) -> None:
        """Put a fault in force."""
        self._api.call("POST", "/_sim/faults", {"match": {**match, "share": share}, "then": then})

    def fault_classes(self, share: float, classes: list[str] | None = None) -> None:
        """Put one fault of each class in force (all classes by default), each hitting this share of all messages."""
        self._api.call("POST", "/_sim/faults/classes", {"share": share, **({"classes": classes} if classes else {})})

    def reply(self, phone_number_id: str, sender: str, text: str) -> None:
        """Let a person write to a number."""
        self._api.call("POST", "/_sim/reply", {"phone_number_id": phone_number_id, "from": sender, "text": text})

    def inbound(self) -> list[dict[str, Any]]:
        """Return everything that people wrote, oldest first."""
        return list(self._api.call("GET", "/_sim/inbound", None, limit=10**6)["data"])

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults in force, and how often each was applied."""
        found = self._api.call("GET", "/_sim/faults")
        return list(found["data"])

    def stats(self) -> dict[str, Any]:
        """Return every counter."""
        return dict(self._api.call("GET", "/_sim/stats"))

    def messages(self, phone_number_id: str, page: int = 20_000) -> list[dict[str, Any]]:
        """Return everything that one number had accepted, oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            answer = self._api.call(
                "GET", "/_sim/messages", None, phone_number_id=phone_number_id, limit=page, offset=len(found)
            )
            found += answer["data"]
            if not answer["data"] or len(found) >= answer["total"]:
                return found

    def close(self) -> None:
        """Close the connection."""
        self._api.close()
