"""The control plane: ``/_sim/…``. Apps, settings, people, faults, replies, and what was really accepted."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from whatsapp.http import HttpTarget, MaybeSent, NeverSent
from whatsapp.simulator.control_fields import body, flag, only, share, whole
from whatsapp.simulator.judging import Judge
from whatsapp.simulator.registry import App, digits
from whatsapp.simulator.replies import Answer, Reply, Request, json_reply, problem
from whatsapp.simulator.replying import receive
from whatsapp.simulator.steering import Steering
from whatsapp.simulator.tuning import settings_of, tune
from whatsapp.simulator.world import World

_APP = re.compile(r"/_sim/apps/([0-9A-Za-z_-]{1,64})")
_FAULT = re.compile(r"/_sim/faults/(\d{1,12})")
_YEAR_MS = 366 * 86_400_000

_Handler = Callable[[Request], Answer]


class Control:
    """Answers everything under ``/_sim/``."""

    def __init__(self, world: World) -> None:
        self._world = world
        judge, steering = Judge(world), Steering(world)
        self._routes: dict[tuple[str, str], _Handler] = {
            ("GET", "/_sim/stats"): lambda _: json_reply(self._world.stats()),
            ("GET", "/_sim/messages"): judge.messages,
            ("GET", "/_sim/inbound"): judge.inbound,
            ("GET", "/_sim/faults"): lambda _: json_reply({"data": self._faults()}),
            ("POST", "/_sim/faults"): self._add_fault,
            ("POST", "/_sim/faults/classes"): self._add_fault_classes,
            ("DELETE", "/_sim/faults"): self._clear_faults,
            ("POST", "/_sim/reply"): lambda request: json_reply({"wamid": receive(self._world, body(request))}, 202),
            ("POST", "/_sim/people"): self._people,
            ("GET", "/_sim/settings"): lambda _: json_reply(settings_of(self._world)),
            ("PUT", "/_sim/settings"): lambda request: json_reply(tune(self._world, body(request))),
            ("POST", "/_sim/clock"): self._advance,
            ("POST", "/_sim/templates"): _told(steering.template),
            ("POST", "/_sim/numbers"): _told(steering.number),
            ("POST", "/_sim/accounts"): _told(steering.account),
            ("POST", "/_sim/preferences"): _told(steering.preference),
            ("POST", "/_sim/webhooks"): _told(steering.raw),
            ("POST", "/_sim/reset"): self._reset,
        }

    def handle(self, request: Request) -> Answer:
        """Answer one request; what is wrong with it comes back as 400 ``{"error": …}``."""
        path = request.path.decode(errors="replace")
        method = request.method.decode(errors="replace")
        try:
            handler = self._routes.get((method, path))
            if handler is not None:
                return handler(request)
            if method == "PUT" and (match := _APP.fullmatch(path)):
                return self._put_app(match[1], body(request))
            if method == "DELETE" and (match := _FAULT.fullmatch(path)):
                removed = self._world.faults.remove(match[1])
                return Reply(204, b"") if removed else problem(404, "there is no fault of that id")
        except ValueError as error:
            return problem(400, str(error))
        return problem(404, "there is nothing here")

    def _put_app(self, app_id: str, spec: dict[str, Any]) -> Awaitable[Reply]:
        app = self._world.put_app(app_id, spec)
        return self._app_answer(app)

    async def _app_answer(self, app: App) -> Reply:
        numbers = [one.phone_number_id for one in self._world.registry.by_index if one.app_id == app.app_id]
        return json_reply(
            {
                "app_id": app.app_id,
                "numbers": numbers,
                "templates": [f"{name}/{language}" for _, name, language in app.templates],
                "handshake": await self._handshake(app),
            }
        )

    async def _handshake(self, app: App) -> dict[str, Any]:
        """Do Meta's verification request; the app stays configured whatever comes of it."""
        if not app.callback_url:
            return {"ok": False, "status": None, "detail": "there is no callback_url"}
        challenge = str(secrets.randbelow(10**10))
        query = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": app.verify_token})
        joint = "&" if "?" in app.callback_url else "?"
        try:
            target = HttpTarget(app.callback_url + joint + query, {})
            answer = await asyncio.wait_for(self._world.http.get(target), timeout=5)
        except (NeverSent, MaybeSent, TimeoutError, ValueError) as error:
            return {"ok": False, "status": None, "detail": str(error) or "no answer within 5 s"}
        ok = answer.status == 200 and answer.body.strip() == challenge.encode()
        return {"ok": ok, "status": answer.status, "detail": "" if ok else "the challenge did not come back"}

    def _faults(self) -> list[dict[str, Any]]:
        return [
            {"id": fault.fault_id, **fault.spec, "applied": fault.applied, "remaining": fault.remaining}
            for fault in self._world.faults.active.values()
        ]

    def _add_fault(self, request: Request) -> Reply:
        return json_reply({"id": self._world.faults.add(body(request)).fault_id}, 201)

    def _add_fault_classes(self, request: Request) -> Reply:
        spec = body(request)
        only(spec, "share", "classes", "match")
        faults = self._world.faults.add_classes(share(spec, "share", 0.02), spec.get("classes"), spec.get("match"))
        return json_reply({"ids": [fault.fault_id for fault in faults]}, 201)

    def _clear_faults(self, _: Request) -> Reply:
        self._world.faults.clear()
        return Reply(204, b"")

    def _people(self, request: Request) -> Reply:
        spec, people = body(request), self._world.people
        phones = spec.get("unregistered")
        if phones is not None and not isinstance(phones, list):
            raise ValueError("unregistered must be a list of phones")
        unregistered = None if phones is None else {digits(phone) for phone in phones}
        share_unregistered = share(spec, "share_unregistered", people.share_unregistered)
        reads = flag(spec, "reads", people.reads)
        share_reads = share(spec, "share_reads", people.share_reads)
        without_nine = share(spec, "share_without_nine", people.share_without_nine)
        people.share_unregistered, people.reads, people.share_without_nine = share_unregistered, reads, without_nine
        people.share_reads = share_reads
        if unregistered is not None:
            people.unregistered = unregistered
        return json_reply(
            {
                "unregistered": len(people.unregistered),
                "share_unregistered": share_unregistered,
                "reads": reads,
                "share_reads": share_reads,
                "share_without_nine": without_nine,
            }
        )

    def _advance(self, request: Request) -> Reply:
        spec = body(request)
        only(spec, "advance_ms")
        return json_reply({"now_ms": self._world.advance(whole(spec, "advance_ms", 0, 0, _YEAR_MS))})

    def _reset(self, _: Request) -> Reply:
        self._world.reset()
        return Reply(204, b"")


def _told(act: Callable[[dict[str, Any]], int]) -> _Handler:
    return lambda request: json_reply({"told": act(body(request))}, 202)
