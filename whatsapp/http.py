"""The one HTTP client of this package: pyreqwest, kept behind a page so that it can be replaced.

Its errors here say what a sender must know: :class:`NeverSent` or :class:`MaybeSent`. Chosen by measurement
(docs/SIMULATOR.md, "Figures"); used by the Cloud API transport and by the simulator's webhook poster.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import BuilderError, DetailedPyreqwestError, PoolTimeoutError
from pyreqwest.http import HeaderMap, Url
from pyreqwest.multipart import FormBuilder, PartBuilder
from pyreqwest.request import RequestBuilder
from pyreqwest.response import Response


class NeverSent(Exception):
    """Not one byte of the request left this process."""


class MaybeSent(Exception):
    """The request left, or may have left; what the other side did with it is unknown."""


class HttpAnswer:
    """A whole answer: status, body, and headers by name."""

    __slots__ = ("_response", "body", "status")

    def __init__(self, response: Response, body: bytes) -> None:
        self._response = response
        self.status = response.status
        self.body = body

    def header(self, name: str) -> str | None:
        """Return a header's first value, whatever its case; None when absent."""
        return self._response.get_header(name)


class HttpStream:
    """An answer whose body is still on its way."""

    __slots__ = ("_response", "status")

    def __init__(self, response: Response) -> None:
        self._response = response
        self.status = response.status

    def header(self, name: str) -> str | None:
        """Return a header's first value, whatever its case; None when absent."""
        return self._response.get_header(name)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body in the pieces that it comes in."""
        while (piece := await self._response.body_reader.read_chunk()) is not None:
            yield bytes(piece)


class HttpTarget:
    """An address with its headers, parsed once and used for many requests.

    Raises:
        ValueError: the address or a header cannot stand in a request.
    """

    __slots__ = ("headers", "url")

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self.url = Url(url)
        if self.url.scheme not in ("http", "https"):
            raise ValueError(f"not an http address: {url}")
        self.headers = HeaderMap(dict(headers))


class FormFile(NamedTuple):
    """A file of a form: where it lies, its MIME type, and the name that is told for it."""

    path: Path
    mime_type: str
    name: str


class HttpClient:
    """A pool of keep-alive connections shared by everything in one process; safe under asyncio and uvloop.

    Redirects are never followed: a 307 would send a message twice. hyper repeats a request by itself only
    when a pooled connection closed before the first byte of it was written.

    Args:
        connect_timeout_s: Name lookup, TCP and TLS together.
        timeout_s: From the start until the last byte of the answer.
        max_in_flight: Requests (and so connections) at a time; more wait at most ``queue_timeout_s``.
        proxies: Whether ``HTTPS_PROXY`` and its like in the environment are obeyed.
    """

    def __init__(
        self,
        *,
        connect_timeout_s: float = 5.0,
        timeout_s: float = 30.0,
        max_in_flight: int = 512,
        queue_timeout_s: float = 10.0,
        user_agent: str = "masteria/0.1",
        proxies: bool = True,
    ) -> None:
        self._closed = False
        builder = (
            ClientBuilder()
            .connect_timeout(timedelta(seconds=connect_timeout_s))
            .timeout(timedelta(seconds=timeout_s))
            .max_connections(max_in_flight)
            .pool_timeout(timedelta(seconds=queue_timeout_s))
            .pool_max_idle_per_host(max_in_flight)
            .pool_idle_timeout(timedelta(seconds=50))
            .follow_redirects(False)
            .user_agent(user_agent)
        )
        self._client = (builder if proxies else builder.no_proxy()).build()

    async def post(self, target: HttpTarget, body: bytes, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """Send ``body`` and read the whole answer.

        Raises:
            NeverSent: refused, name not found, TLS failed, no free connection in time, client closed.
            MaybeSent: anything else that is not a complete HTTP answer.
        """
        if self._closed:
            raise NeverSent("the client is closed")
        builder = self._client.post(target.url).headers(target.headers).body_bytes(body)
        if headers:
            builder = builder.headers(headers)
        return await _run(builder)

    async def get(self, target: HttpTarget) -> HttpAnswer:
        """Fetch ``target``; raises as :meth:`post` does."""
        return await self.request("GET", target)

    async def request(
        self, method: str, target: HttpTarget, body: bytes | None = None, *, timeout_s: float | None = None
    ) -> HttpAnswer:
        """Make any request, with a time-out of its own where one is given; raises as :meth:`post` does."""
        if self._closed:
            raise NeverSent("the client is closed")
        builder = self._client.request(method, target.url).headers(target.headers)
        if body is not None:
            builder = builder.body_bytes(body)
        if timeout_s is not None:
            builder = builder.timeout(timedelta(seconds=timeout_s))
        return await _run(builder)

    @asynccontextmanager
    async def stream(self, target: HttpTarget, *, timeout_s: float) -> AsyncIterator[HttpStream]:
        """Fetch ``target`` and give its answer's body piece by piece, within a time-out for all of it.

        Raises:
            NeverSent, MaybeSent: as :meth:`post` does, also while pieces are read.
        """
        if self._closed:
            raise NeverSent("the client is closed")
        builder = self._client.get(target.url).headers(target.headers).timeout(timedelta(seconds=timeout_s))
        try:
            async with builder.build_streamed() as response:
                yield HttpStream(response)
        except (PoolTimeoutError, BuilderError) as error:
            raise NeverSent(_why(error)) from error
        except DetailedPyreqwestError as error:
            raise (NeverSent if _failed_to_connect(error) else MaybeSent)(_why(error)) from error

    async def post_form(
        self, target: HttpTarget, fields: Mapping[str, str], file: FormFile, *, timeout_s: float
    ) -> HttpAnswer:
        """Send a multipart form whose ``file`` is read while it is sent, outside Python and its memory.

        Raises:
            NeverSent, MaybeSent: as :meth:`post` does.
            OSError: the file cannot be read.
        """
        if self._closed:
            raise NeverSent("the client is closed")
        part = (await PartBuilder.from_file(file.path)).mime(file.mime_type).file_name(file.name)
        form = FormBuilder()
        for name, value in fields.items():
            form = form.text(name, value)
        builder = self._client.post(target.url).headers(target.headers).multipart(form.part("file", part))
        return await _run(builder.timeout(timedelta(seconds=timeout_s)))

    async def close(self) -> None:
        """Close every connection; requests in flight end as :class:`MaybeSent`."""
        self._closed = True
        await self._client.close()


async def _run(builder: RequestBuilder) -> HttpAnswer:
    sent = False
    try:
        request = builder.build()
        sent = True
        response = await request.send()
        body = await response.bytes()
    except (PoolTimeoutError, BuilderError) as error:
        raise NeverSent(_why(error)) from error
    except DetailedPyreqwestError as error:
        if not sent or _failed_to_connect(error):
            raise NeverSent(_why(error)) from error
        raise MaybeSent(_why(error)) from error
    return HttpAnswer(response, body.to_bytes())


def _failed_to_connect(error: DetailedPyreqwestError) -> bool:
    """Tell whether no connection was made.

    The classes cannot tell: pyreqwest 0.15 raises ConnectError and ConnectTimeoutError also for a connection
    that was lost, or an answer that did not come, after the request had been sent. The cause chain does:
    hyper-util's ``ErrorKind::Connect`` prints as "client error (Connect)". Whatever is not certain is not it.
    """
    return any(cause["message"] == "client error (Connect)" for cause in error.details["causes"] or ())


def _why(error: DetailedPyreqwestError) -> str:
    causes = [cause["message"] for cause in error.details["causes"] or ()]
    # The first one repeats the address; the rest says what happened.
    return ": ".join(causes[1:] or causes or [str(error)])[:300]
