"""The Graph API of the simulator: routing, tokens, and reading numbers and templates."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import parse_qs

from whatsapp.simulator.graph_errors import GraphRefusal, token_refused, unknown_object
from whatsapp.simulator.registry import Number
from whatsapp.simulator.replies import Answer, Reply, Request, json_reply
from whatsapp.simulator.sending import Desk
from whatsapp.simulator.templates import Template
from whatsapp.simulator.world import World

_PATH = re.compile(rb"/v\d{1,3}\.\d{1,2}/([0-9A-Za-z]{1,64})(?:/([a-z_]{1,40}))?/?")
_KNOWN_PATHS = 1024
_PAGE = 25
_HIGH_THROUGHPUT = 1000


class Graph:
    """Answers everything under ``/vN.N/``, with Meta's error form where it is refused."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._desk = Desk(world)
        self._paths: dict[bytes, tuple[str, str]] = {}

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        self._world.requests += 1
        try:
            identity, edge = self._route(request.path)
            if edge == "messages" and request.method == b"POST":
                return self._desk.post(self._number(identity, request.authorization), request.body)
            if request.method == b"GET":
                return self._read(identity, edge, request)
            self._check_token(request.authorization)
            raise unknown_object(identity)
        except GraphRefusal as refusal:
            return self._desk.refuse(refusal)

    def _route(self, path: bytes) -> tuple[str, str]:
        known = self._paths.get(path)
        if known is None:
            match = _PATH.fullmatch(path)
            if match is None:
                raise unknown_object(path.decode(errors="replace")[:100])
            known = (match[1].decode(), (match[2] or b"").decode())
            if len(self._paths) >= _KNOWN_PATHS:
                self._paths.clear()
            self._paths[path] = known
        return known

    def _check_token(self, authorization: bytes) -> None:
        if not authorization:
            raise token_refused("An access token is required to request this resource.")
        if authorization not in self._world.registry.tokens:
            raise token_refused("Error validating access token: Session has expired.")

    def _number(self, identity: str, authorization: bytes) -> Number:
        number = self._world.registry.numbers.get(identity)
        if number is not None and number.authorization == authorization:
            return number
        self._check_token(authorization)
        raise unknown_object(identity)

    def _read(self, identity: str, edge: str, request: Request) -> Reply:
        query = {name: values[-1] for name, values in parse_qs(request.query.decode(errors="replace")).items()}
        if edge == "":
            return json_reply(_number_fields(self._number(identity, request.authorization), query.get("fields")))
        self._check_token(request.authorization)
        numbers = [
            number
            for number in self._world.registry.by_index
            if number.waba_id == identity and number.authorization == request.authorization
        ]
        if not numbers:
            raise unknown_object(identity)
        if edge == "phone_numbers":
            return json_reply({"data": [_number_fields(number, query.get("fields")) for number in numbers]})
        if edge == "message_templates":
            app = self._world.registry.apps[numbers[0].app_id]
            templates = [one for one in app.templates.values() if one.waba_id in (None, identity)]
            return self._list_templates(identity, templates, query)
        raise unknown_object(identity)

    def _list_templates(self, waba_id: str, templates: list[Template], query: dict[str, str]) -> Reply:
        for field in ("name", "status", "category", "language"):
            if field in query:
                wanted = query[field].lower()
                templates = [one for one in templates if str(getattr(one, field)).lower() == wanted]
        limit = min(max(_whole(query.get("limit"), _PAGE), 1), 250)
        start = _offset(query.get("after"))
        page = templates[start : start + limit]
        paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(start + len(page))}}
        if start + limit < len(templates):
            paging["next"] = (
                f"{self._world.base_url}/v23.0/{waba_id}/message_templates?limit={limit}"
                f"&after={paging['cursors']['after']}"
            )
        return json_reply({"data": [one.as_graph() for one in page], "paging": paging})


def _number_fields(number: Number, fields: str | None) -> dict[str, Any]:
    """Return a number as Graph shows it; ``fields`` is Graph's comma-separated choice."""
    everything: dict[str, Any] = {
        "id": number.phone_number_id,
        "display_phone_number": f"+{number.phone}",
        "verified_name": "Loja Exemplo",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "status": "CONNECTED",
        "name_status": "APPROVED",
        "code_verification_status": "VERIFIED",
        "throughput": {"level": "HIGH" if number.bucket.rate >= _HIGH_THROUGHPUT else "STANDARD"},
        "whatsapp_business_manager_messaging_limit": number.tier,
    }
    if fields is None:
        return everything
    wanted = {name.strip() for name in fields.split(",")} | {"id"}
    return {name: value for name, value in everything.items() if name in wanted}


def _cursor(offset: int) -> str:
    return b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(cursor: str | None) -> int:
    try:
        return max(int(b64decode((cursor or "") + "==")), 0) if cursor else 0
    except ValueError:
        raise GraphRefusal(100, message="(#100) Invalid cursors values") from None


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
