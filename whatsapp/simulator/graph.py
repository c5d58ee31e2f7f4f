"""The Graph API of the simulator: routing, tokens, and which desk answers what."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from urllib.parse import parse_qs

from whatsapp.simulator.graph_errors import GraphRefusal, token_refused, unknown_object
from whatsapp.simulator.media_desk import DOWNLOADS, MediaDesk
from whatsapp.simulator.numbers_desk import NumbersDesk, body_of
from whatsapp.simulator.registry import Number
from whatsapp.simulator.replies import Answer, Reply, Request, json_reply
from whatsapp.simulator.sending import Desk
from whatsapp.simulator.template_desk import TemplateDesk, chosen
from whatsapp.simulator.world import World

_PATH = re.compile(rb"/(v\d{1,3}\.\d{1,2})/([0-9A-Za-z:_-]{1,128})(?:/([a-z_]{1,40}))?/?")
_KNOWN_PATHS = 1024
_HOUR_MS = 3_600_000
_VERBS = {b"GET": "get", b"DELETE": "delete"}


class Graph:
    """Answers everything under ``/vN.N/`` and media downloads, with Meta's error form where it is refused."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._desk = Desk(world)
        self._media = MediaDesk(world)
        self._numbers = NumbersDesk(world)
        self._templates = TemplateDesk(world)
        self._paths: dict[bytes, tuple[str, str, str]] = {}
        self._senders: dict[bytes, Number] = {}
        self._uploads = 0
        self._management: dict[str, deque[int]] = {}

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        self._world.requests += 1
        number = self._senders.get(request.path)  # most requests are sends: known by their exact path
        try:
            if number is not None and number.authorization == request.authorization and request.method == b"POST":
                return self._desk.post(number, request.body)
            if request.path == DOWNLOADS:
                return self._media.download(request)
            version, identity, edge = self._route(request.path)
            number = self._world.registry.numbers.get(identity)
            if number is None or number.authorization != request.authorization:
                self._check_token(request.authorization)
                number = None
                return self._answer(version, identity, edge, request)
            if edge == "messages" and request.method == b"POST":
                if len(self._senders) < _KNOWN_PATHS:
                    self._senders[request.path] = number
                return self._desk.post(number, request.body)
            return self._of_number(number, edge, request)
        except GraphRefusal as refusal:
            return self._desk.refuse(refusal, number)

    def _route(self, path: bytes) -> tuple[str, str, str]:
        known = self._paths.get(path)
        if known is None:
            match = _PATH.fullmatch(path)
            if match is None:
                raise unknown_object(path.decode(errors="replace")[:100])
            known = (match[1].decode(), match[2].decode(), (match[3] or b"").decode())
            if len(self._paths) >= _KNOWN_PATHS:
                self._paths.clear()
            self._paths[path] = known
        return known

    def _check_token(self, authorization: bytes) -> None:
        if not authorization:
            raise token_refused("An access token is required to request this resource.")
        if authorization.replace(b"OAuth ", b"Bearer ", 1) not in self._world.registry.tokens:
            raise token_refused("Error validating access token: Session has expired.")

    def _of_number(self, number: Number, edge: str, request: Request) -> Answer:
        if request.method == b"GET":
            return self._numbers.read(number, edge, _query(request))
        if request.method == b"POST" and edge == "marketing_messages":
            return self._desk.post(number, request.body, marketing=True)
        if request.method == b"POST" and edge == "media":
            return self._media.upload(number, request)
        if request.method == b"POST" or (request.method == b"DELETE" and edge == "block_users"):
            return self._numbers.write(number, edge, request)
        raise unknown_object(number.phone_number_id, _VERBS.get(request.method, "post"))

    def _answer(self, version: str, identity: str, edge: str, request: Request) -> Reply:
        """Answer what concerns no number: accounts, templates, media, uploads."""
        owned = [one for one in self._world.registry.account(identity) if one.authorization == request.authorization]
        if owned:
            return self._of_account(version, identity, owned, edge, request)
        if edge == "uploads" or identity.startswith("upload:"):
            return self._upload(identity, edge, request)
        media = self._media.find(identity, request) if not edge else None
        if media is not None and request.method in (b"GET", b"DELETE"):
            return self._media.show(media) if request.method == b"GET" else self._media.remove(media)
        reply = self._of_template(identity, edge, request)
        if reply is not None:
            return reply
        raise unknown_object(identity, _VERBS.get(request.method, "post"))

    def _of_template(self, identity: str, edge: str, request: Request) -> Reply | None:
        """Answer what concerns one template; None when there is none of that id, or no such edge."""
        found = self._templates.find(identity, request.authorization)
        if found is None:
            return None
        app, waba_id, template = found
        if request.method == b"GET" and not edge:
            return json_reply(chosen(template.as_graph(), _query(request).get("fields")))
        if request.method == b"DELETE" and not edge:
            return self._templates.remove(app, waba_id, template)
        if request.method == b"POST" and edge == "unpause":
            return self._templates.unpause(app, waba_id, template)
        if request.method == b"POST" and not edge:
            return self._templates.edit(app, waba_id, template, body_of(request))
        return None

    def _of_account(self, version: str, waba_id: str, numbers: list[Number], edge: str, request: Request) -> Reply:
        self._count_management(waba_id)
        query, app = _query(request), self._world.registry.apps[numbers[0].app_id]
        if edge == "subscribed_apps":
            return self._numbers.subscribe(waba_id, app.app_id, request)
        if edge == "message_templates" and request.method == b"POST":
            return self._templates.create(app, waba_id, body_of(request))
        if edge == "message_templates" and request.method == b"DELETE":
            return self._templates.delete(app, waba_id, query)
        if request.method == b"GET" and edge == "message_templates":
            return self._templates.page(app, waba_id, version, query)
        if request.method == b"GET" and edge == "phone_numbers":
            return json_reply({"data": [self._numbers.show(one, query.get("fields")) for one in numbers]})
        if request.method == b"GET" and edge == "":
            return json_reply(self._numbers.account(waba_id, numbers, query.get("fields")))
        raise unknown_object(waba_id, _VERBS.get(request.method, "post"))

    def _count_management(self, waba_id: str) -> None:
        """Count a call to an account's endpoints against the hourly limit, when there is one."""
        limit = self._world.management_calls_per_hour
        if limit is None:
            return
        now_ms = self._world.clock.now_ms()
        calls = self._management.setdefault(waba_id, deque())
        while calls and calls[0] <= now_ms - _HOUR_MS:
            calls.popleft()
        if len(calls) >= limit:
            refusal = GraphRefusal(80007)
            refusal.retry_after_s = (calls[0] + _HOUR_MS - now_ms) // 1000 + 1
            raise refusal
        calls.append(now_ms)

    def _upload(self, identity: str, edge: str, request: Request) -> Reply:
        """Answer the two steps of a resumable upload, whose handle stands in a template's example."""
        if edge == "uploads" and request.method == b"POST":
            query = _query(request)
            if not query.get("file_length", "").isdigit() or "file_type" not in query:
                raise GraphRefusal(100, message="(#100) The parameter file_length is required.")
            self._uploads += 1
            return json_reply({"id": f"upload:{self._uploads:016d}"})
        if request.method == b"POST" and request.body:
            return json_reply({"h": f"4::{hashlib.sha256(request.body).hexdigest()}"})
        if request.method == b"GET":
            return json_reply({"id": identity, "file_offset": 0})
        raise unknown_object(identity)


def _query(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.query.decode(errors="replace")).items()}
