"""The history client of Grapfy, a Brazilian checkout: ``GET /webhook-events``, one page at a time.

Its errors are :class:`SourceAnswer`, each with a code of engine/history_reasons.py. Called by the job kind
``history_sync``; knows nothing of how its pages are used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import DetailedPyreqwestError, RequestTimeoutError
from pyreqwest.http import Url
from pyreqwest.response import Response

from engine.history import HistoryEntry, UnreadablePage, read_page
from engine.ids import ms_to_time, time_to_ms
from engine.times import rfc3339

MOST_PAGE_BYTES = 33_554_432
_MOST_WAIT_S = 3_600.0


class SourceAnswer(Exception):
    """The source did not give a page.

    Attributes:
        reason: a code of ``engine.history_reasons``.
        status: its HTTP status; None where there was none.
        retry_after_s: how long it asked to wait; None where it did not.
    """

    def __init__(self, reason: str, status: int | None = None, retry_after_s: float | None = None) -> None:
        self.reason = reason
        self.status = status
        self.retry_after_s = retry_after_s
        super().__init__(f"{reason} ({status})" if status else reason)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page's entries, and the source's clock when it gave them (milliseconds since 1970)."""

    entries: list[HistoryEntry]
    now_ms: int


class GrapfyHistory:
    """Asks one installation's Grapfy address; one per process, safe under asyncio.

    Args:
        base_url: ``https://api.grapfy.com``, without a slash at its end.
        timeout_s: from the start of a request until the last byte of its answer.
    """

    def __init__(self, base_url: str, *, timeout_s: float = 30.0) -> None:
        self._url = base_url.rstrip("/") + "/webhook-events"
        self._client = (
            ClientBuilder()
            .connect_timeout(timedelta(seconds=min(10.0, timeout_s)))
            .timeout(timedelta(seconds=timeout_s))
            .max_connections(16)
            .pool_timeout(timedelta(seconds=10))
            .follow_redirects(False)
            .user_agent("masteria/0.1")
            .build()
        )

    async def fetch(self, setting_id: str, token: str, since_ms: int, limit: int, now_ms: int) -> HistoryPage:
        """Return the page that begins at ``since``.

        Args:
            setting_id: Grapfy's ``webhookSettingId``.
            token: its bearer token.
            since_ms, limit: as the page is asked with.
            now_ms: our clock, where the answer does not tell the source's.

        Raises:
            SourceAnswer: anything but a complete page.
        """
        asked = {"webhookSettingId": setting_id, "since": rfc3339(ms_to_time(since_ms)), "limit": str(limit)}
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        try:
            request = self._client.get(Url(f"{self._url}?{urlencode(asked)}")).headers(headers).build_streamed()
            async with request as response:
                if response.status != 200:
                    raise _refusal(response)
                body = await _read(response)
                source_ms = _date_ms(response)
        except DetailedPyreqwestError as error:
            raise SourceAnswer(_why(error)) from error
        try:
            return HistoryPage(read_page(body), now_ms if source_ms is None else source_ms)
        except UnreadablePage as error:
            raise SourceAnswer("source_unreadable", 200) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()


async def _read(response: Response) -> bytes:
    body = bytearray()
    while (piece := await response.body_reader.read_chunk()) is not None:
        body += piece.to_bytes()
        if len(body) > MOST_PAGE_BYTES:
            raise SourceAnswer("source_page_too_large", 200)
    return bytes(body)


def _refusal(response: Response) -> SourceAnswer:
    status = response.status
    if status in (401, 403):
        return SourceAnswer("source_token_refused", status)
    if status == 404:
        return SourceAnswer("source_not_found", status)
    if status == 429:
        return SourceAnswer("source_rate_limited", status, _retry_after_s(response))
    if status >= 500 or status == 408:
        return SourceAnswer("source_failed", status, _retry_after_s(response))
    return SourceAnswer("source_refused", status)


def _retry_after_s(response: Response) -> float | None:
    """Return what Retry-After says, in seconds or as a date (RFC 9110, 10.2.3); at most an hour."""
    text = (response.get_header("retry-after") or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _MOST_WAIT_S)
    until, now = _date(text), _date(response.get_header("date") or "") or datetime.now(UTC)
    return None if until is None else min(max(0.0, (until - now).total_seconds()), _MOST_WAIT_S)


def _date_ms(response: Response) -> int | None:
    moment = _date(response.get_header("date") or "")
    return None if moment is None else time_to_ms(moment)


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _why(error: DetailedPyreqwestError) -> str:
    """Tell a connection that could not be made from an answer that did not come, or was cut off.

    The classes cannot tell a connection that was not made (see whatsapp/http.py); the causes can.
    """
    causes = [cause["message"] for cause in error.details["causes"] or ()]
    if "client error (Connect)" in causes:
        return "source_unreachable"
    return "source_timeout" if isinstance(error, RequestTimeoutError) else "source_unreadable"
