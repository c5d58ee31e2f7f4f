"""``POST /{phone_number_id}/messages``: validated, limited, accepted or refused as Graph does, faults included."""

from __future__ import annotations

import asyncio
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

import orjson

from whatsapp.simulator.faults import Fault
from whatsapp.simulator.graph_errors import GraphRefusal
from whatsapp.simulator.registry import Number, digits
from whatsapp.simulator.replies import DROPPED, Answer, Reply
from whatsapp.simulator.statuses import plan
from whatsapp.simulator.world import World

_OPAQUE_LIMIT = 512  # Meta's reference of biz_opaque_callback_data and text.body
_TEXT_LIMIT = 4096


class Desk:
    """Where messages are handed in. Every method raises GraphRefusal with what Graph would say."""

    def __init__(self, world: World) -> None:
        self._world = world

    def post(self, number: Number, body: bytes) -> Answer:
        """Answer one send, or one "mark as read"."""
        data = _object(body)
        if data.get("status") == "read":
            if not isinstance(data.get("message_id"), str):
                raise GraphRefusal(131008, "message_id is required")
            return Reply(200, b'{"success":true}')
        fault = self._request_fault(number, data) if self._world.faults.active else None
        if fault is None:
            return self._send(number, data)
        self._world.faulted += 1
        reply = self._outcome(fault, number, data)
        wait_ms = fault.hang_ms or fault.delay_ms
        return _late(reply, wait_ms) if wait_ms else reply

    def _request_fault(self, number: Number, data: dict[str, Any]) -> Fault | None:
        try:
            phone = digits(data.get("to"))
        except ValueError:
            phone = 0
        return self._world.faults.on_request(number.phone_number_id, phone, _template_name(data))

    def _outcome(self, fault: Fault, number: Number, data: dict[str, Any]) -> Reply:
        """Do what the fault says; a wait comes after it: what is accepted is accepted at once."""
        if fault.error_code is not None:
            return self.refuse(GraphRefusal(fault.error_code, status=fault.http))
        if fault.http is not None:
            return Reply(fault.http, b"<html><body>simulated fault</body></html>", b"text/html")
        if fault.hang_ms and not fault.drop_after_accept:
            return DROPPED
        try:
            reply = self._send(number, data)
        except GraphRefusal as refusal:
            return self.refuse(refusal)
        return DROPPED if fault.drop_after_accept else reply

    def refuse(self, refusal: GraphRefusal) -> Reply:
        """Count a refusal and return its answer."""
        refused = self._world.refused
        refused[refusal.code] = refused.get(refusal.code, 0) + 1
        extra = b"retry-after: 1\r\n" if refusal.code == 130429 else b""
        return Reply(refusal.status, refusal.body, extra=extra)

    def _send(self, number: Number, data: dict[str, Any]) -> Reply:
        world = self._world
        if data.get("messaging_product") != "whatsapp":
            raise GraphRefusal(100, message="(#100) The parameter messaging_product is required.")
        to, phone = _recipient(data)
        opaque = data.get("biz_opaque_callback_data")
        if opaque is not None and (not isinstance(opaque, str) or len(opaque) > _OPAQUE_LIMIT):
            raise GraphRefusal(131009, "biz_opaque_callback_data must be a string of at most 512 characters")
        template, text = self._content(number, data)
        if phone == number.phone:
            raise GraphRefusal(131021)
        now_ms = world.clock.now_ms()
        if not number.bucket.take(now_ms):
            raise GraphRefusal(130429)
        if not number.pairs.take(phone, now_ms):
            raise GraphRefusal(131056)
        number.count(now_ms)
        ledger = world.ledger
        index = ledger.add(now_ms, number.index, phone, template=template, text=text.encode(), opaque=opaque)
        if world.statuses:
            self._schedule(number, index, phone, _template_name(data))
        status = '","message_status":"accepted"' if template >= 0 else '"'
        answer = (
            f'{{"messaging_product":"whatsapp","contacts":[{{"input":{quoted(to)},'
            f'"wa_id":"{world.people.wa_id(phone)}"}}],"messages":[{{"id":"{ledger.wamid(index)}{status}}}]}}'
        )
        return Reply(200, answer.encode())

    def _content(self, number: Number, data: dict[str, Any]) -> tuple[int, str]:
        """Return the template's index (-1: a text) and the text that the person will read."""
        kind = data.get("type", "text")
        if kind == "text":
            return -1, _text_body(data.get("text"))
        if kind != "template":
            raise GraphRefusal(131051 if isinstance(kind, str) else 131009)
        spec = data.get("template")
        if not isinstance(spec, dict) or not isinstance(name := spec.get("name"), str):
            raise GraphRefusal(131008, "template.name is required")
        language = spec.get("language")
        code = language.get("code") if isinstance(language, dict) else None
        if not isinstance(code, str):
            raise GraphRefusal(131008, "template.language.code is required")
        components = spec.get("components") or []
        if not isinstance(components, list):
            raise GraphRefusal(131009, "template.components must be a list")
        registry = self._world.registry
        template = registry.apps[number.app_id].templates.get((name, code))
        if template is None:
            raise GraphRefusal(132001, f"template name ({name}) does not exist in {code}")
        return registry.template_index(template), template.fill(components)

    def _schedule(self, number: Number, index: int, phone: int, template: str | None) -> None:
        world = self._world
        fault = None
        if world.faults.active:
            fault = world.faults.on_statuses(number.phone_number_id, phone, template)
        people = world.people
        steps = plan(world.ladder.delays(index), people.registered(phone), people.reads, fault)
        world.outboxes[number.app_id].schedule(index, world.ledger.at_ms[index], steps)


async def _late(reply: Reply, wait_ms: int) -> Reply:
    await asyncio.sleep(wait_ms / 1000)
    return reply


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        raise GraphRefusal(100, message="(#100) Param body must be a valid JSON object.")
    return data


def _recipient(data: dict[str, Any]) -> tuple[str, int]:
    to = data.get("to")
    if to is None:
        raise GraphRefusal(131008, "to is required")
    try:
        return to, digits(to)
    except ValueError:
        raise GraphRefusal(131009, "to is not a valid phone number") from None


def _text_body(text: Any) -> str:
    body = text.get("body") if isinstance(text, dict) else None
    if not isinstance(body, str) or not body:
        raise GraphRefusal(131008, "text.body is required")
    if len(body) > _TEXT_LIMIT:
        raise GraphRefusal(100, message="(#100) Param text['body'] must be at most 4096 characters long.")
    return body


def _template_name(data: dict[str, Any]) -> str | None:
    template = data.get("template")
    name = template.get("name") if isinstance(template, dict) else None
    return name if isinstance(name, str) else None
