"""Meta's Cloud API beside sending: templates, a number's health, media, and whether a token fits its ids."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from engine.meta_graph import (
    GraphFault,
    NumberHealth,
    Usage,
    fault_of,
    parse_json,
    read_number,
    read_retry_after,
    read_usage,
)
from engine.meta_problems import ConnectProblem, connect_problem, number_problem, stranger_problem
from engine.outgoing_media import media_problem
from whatsapp.http import FormFile, HttpAnswer, HttpClient, HttpStream, HttpTarget, MaybeSent, NeverSent

_NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,throughput,status,name_status,"
    "whatsapp_business_manager_messaging_limit,health_status"
)
# Older Graph versions know neither the portfolio's limit nor health_status, and refuse a field that they do not know.
_OLD_NUMBER_FIELDS = "id,display_phone_number,verified_name,quality_rating,throughput,status,name_status"
_TEMPLATE_FIELDS = (
    "id,name,language,status,category,previous_category,parameter_format,components,quality_score,rejected_reason"
)
_PAGES_MAX = 100  # 6,000 templates are the most that an account may have (facts §1.6)
_UPLOAD_S = 120.0
_UNSAFE = re.compile(r"[^\w. ()-]", re.ASCII)  # what a form cannot carry as it is


class GraphRefused(Exception):
    """Graph answered with an error."""

    def __init__(self, fault: GraphFault, http_status: int, retry_after_s: float | None) -> None:
        self.fault = fault
        self.http_status = http_status
        self.retry_after_s = retry_after_s
        super().__init__(f"{fault.title} {fault.details or ''}".strip())


class GraphAway(Exception):
    """Graph gave no answer of its own: not reached, too late, or something else answered."""


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """Some of an account's templates as Graph shows them; ``after`` leads on, None: it is the last page."""

    templates: list[dict[str, Any]]
    after: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: everything that is wrong, or the number as Graph knows it."""

    problems: tuple[ConnectProblem, ...]
    number: NumberHealth | None


class CloudAdmin:
    """Calls with one token. ``usage`` is what the last answer's headers told of the call limits.

    Every method raises GraphRefused or GraphAway, and ValueError where an id cannot stand in an address.
    """

    def __init__(self, http: HttpClient, base_url: str, version: str, token: str) -> None:
        """Raises ValueError: the token or the address cannot stand in a request; the token is not told."""
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("the token holds characters that a header cannot carry")
        self._http = http
        self._base = f"{base_url.rstrip('/')}/{version}"
        self._headers = {"authorization": f"Bearer {token}"}
        self.usage = Usage()

    async def list_templates(
        self, waba_id: str, *, after: str | None = None, limit: int = 100, filters: Mapping[str, str] | None = None
    ) -> TemplatePage:
        """Return a page of an account's templates.

        Args:
            waba_id: the account.
            after: the cursor of the page before.
            limit: how many at most.
            filters: Graph's own: name, status, category, language, name_or_content.
        """
        wanted = {"fields": _TEMPLATE_FIELDS, "limit": str(limit), **(filters or {})}
        if after is not None:
            wanted["after"] = after
        data = await self._call("GET", f"{_identity(waba_id)}/message_templates", wanted)
        return TemplatePage(_objects(data.get("data")), _next_cursor(data))

    async def all_templates(self, waba_id: str) -> list[dict[str, Any]]:
        """Return all of an account's templates."""
        found: list[dict[str, Any]] = []
        after: str | None = None
        for _ in range(_PAGES_MAX):
            page = await self.list_templates(waba_id, after=after)
            found += page.templates
            if page.after is None:
                break
            after = page.after
        return found

    async def create_template(self, waba_id: str, definition: Mapping[str, Any]) -> dict[str, Any]:
        """Hand a template in for review; return Graph's ``{id, status, category}``."""
        return await self._call("POST", f"{_identity(waba_id)}/message_templates", body=definition)

    async def edit_template(self, template_id: str, definition: Mapping[str, Any]) -> None:
        """Change a template; it is reviewed anew."""
        await self._call("POST", _identity(template_id), body=definition)

    async def delete_template(self, waba_id: str, name: str, template_id: str | None = None) -> None:
        """Delete a template: in one language where its id is given, else in all."""
        query = {"name": name, **({"hsm_id": template_id} if template_id else {})}
        await self._call("DELETE", f"{_identity(waba_id)}/message_templates", query)

    async def number(self, phone_number_id: str) -> NumberHealth:
        """Return a number's quality, throughput, tier and health."""
        path = _identity(phone_number_id)
        try:
            data = await self._call("GET", path, {"fields": _NUMBER_FIELDS})
        except GraphRefused as refused:
            if refused.fault.code != 100 or "nonexisting field" not in refused.fault.title:
                raise
            data = await self._call("GET", path, {"fields": _OLD_NUMBER_FIELDS})
        return read_number(data)

    async def numbers(self, waba_id: str) -> list[NumberHealth]:
        """Return an account's numbers (Graph shows at most 100 at a time; an account has fewer)."""
        query = {"fields": _OLD_NUMBER_FIELDS, "limit": "100"}
        data = await self._call("GET", f"{_identity(waba_id)}/phone_numbers", query)
        return [read_number(value) for value in _objects(data.get("data"))]

    async def subscribe(self, waba_id: str) -> None:
        """Have this token's app told of what happens in an account; without it no webhook comes."""
        await self._call("POST", f"{_identity(waba_id)}/subscribed_apps")

    async def check(self, phone_number_id: str, waba_id: str | None, phone: str | None = None) -> Checked:
        """Tell whether the token opens this number, and whether the number belongs to this account and phone.

        Raises:
            GraphAway, GraphRefused: Graph is in trouble itself; nothing is known about what was typed.
        """
        try:
            number = await self.number(phone_number_id)
        except ValueError:
            return Checked((ConnectProblem("phone_number_id", "deve ter só dígitos", "must be digits only"),), None)
        except GraphRefused as refused:
            return Checked((_problem_of(refused, "phone_number_id"),), None)
        problems = [problem for problem in (number_problem(number, phone),) if problem is not None]
        if waba_id is not None:
            problems += await self._account_problems(phone_number_id, waba_id)
        return Checked(tuple(problems), number)

    async def _account_problems(self, phone_number_id: str, waba_id: str) -> list[ConnectProblem]:
        try:
            numbers = await self.numbers(waba_id)
        except ValueError:
            return [ConnectProblem("waba_id", "deve ter só dígitos", "must be digits only")]
        except GraphRefused as refused:
            return [_problem_of(refused, "waba_id")]
        return [] if any(number.phone_number_id == phone_number_id for number in numbers) else [stranger_problem()]

    async def upload_media(self, phone_number_id: str, kind: str, mime_type: str, file: Path, filename: str) -> str:
        """Upload a file for messages of one number; return the media id, good for 30 days.

        Raises:
            ValueError: WhatsApp takes no such file; the words tell why.
            OSError: it cannot be read.
        """
        if problem := media_problem(kind, mime_type, _size(file)):
            raise ValueError(" ".join(problem))
        target = HttpTarget(f"{self._base}/{_identity(phone_number_id)}/media", self._headers)
        fields = {"messaging_product": "whatsapp", "type": mime_type}
        name = _UNSAFE.sub("_", filename[-200:]) or "file"
        try:
            answer = await self._http.post_form(target, fields, FormFile(file, mime_type, name), timeout_s=_UPLOAD_S)
        except (NeverSent, MaybeSent) as error:
            raise GraphAway(str(error)) from error
        media_id = self._heard(answer).get("id")
        if not isinstance(media_id, str) or not media_id:
            raise GraphAway("an upload was answered without an id")
        return media_id

    async def media(self, media_id: str) -> dict[str, Any]:
        """Return what Graph knows of a file: url (good for about 5 minutes), mime_type, sha256, file_size."""
        return await self._call("GET", _identity(media_id))

    @asynccontextmanager
    async def download_media(self, media_id: str) -> AsyncIterator[HttpStream]:
        """Give a file's bytes as they come, sent in by a person or uploaded, for as long as WhatsApp keeps them.

        Its address is only called where Graph itself stands, or by https: the token goes with the call.
        """
        url = (await self.media(media_id)).get("url")
        if not isinstance(url, str) or not (url.startswith("https://") or same_origin(url, self._base)):
            raise GraphAway("a file was told without an address")
        try:
            async with self._http.stream(HttpTarget(url, self._headers), timeout_s=_UPLOAD_S) as answer:
                if answer.status != 200:
                    raise GraphAway(f"a file's address answered HTTP {answer.status}")
                yield answer
        except (NeverSent, MaybeSent) as error:
            raise GraphAway(str(error)) from error

    async def delete_media(self, media_id: str) -> None:
        """Delete an uploaded file."""
        await self._call("DELETE", _identity(media_id))

    async def _call(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        raw = None if body is None else orjson.dumps(body)
        url = f"{self._base}/{path}" + (f"?{urlencode(query)}" if query else "")
        headers = self._headers if body is None else {**self._headers, "content-type": "application/json"}
        try:
            answer = await self._http.request(method, HttpTarget(url, headers), raw)
        except (NeverSent, MaybeSent) as error:
            raise GraphAway(str(error)) from error
        return self._heard(answer)

    def _heard(self, answer: HttpAnswer) -> dict[str, Any]:
        self.usage = read_usage(answer.header("x-business-use-case-usage"), answer.header("x-app-usage"))
        return self._read(answer)

    def _read(self, answer: HttpAnswer) -> dict[str, Any]:
        data = parse_json(answer.body)
        fault = fault_of(data)
        if fault is not None:
            wait_s = read_retry_after(answer.header("retry-after"))
            raise GraphRefused(fault, answer.status, self.usage.regain_s if wait_s is None else wait_s)
        if answer.status != 200 or not isinstance(data, dict):
            raise GraphAway(f"HTTP {answer.status} without Meta's JSON")
        return data


def _problem_of(refused: GraphRefused, asked: Any) -> ConnectProblem:
    problem = connect_problem(refused.fault, asked)
    if problem is None:
        raise refused
    return problem


def same_origin(url: str, base: str) -> bool:
    """Tell whether an address has the scheme, host and port of another."""
    return urlsplit(url)[:2] == urlsplit(base)[:2]


def _identity(text: str) -> str:
    if not text or len(text) > 100 or not text.isascii() or not text.isalnum():
        raise ValueError("an id at Meta has letters and digits only")
    return text


def _size(file: Path) -> int:
    return file.stat().st_size


def _objects(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _next_cursor(data: Mapping[str, Any]) -> str | None:
    """Only ``paging.next`` tells that there is more: the last page has an ``after`` too (facts §3)."""
    paging = data.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and after else None
