"""``POST /{phone_number_id}/messages``: validated, limited, accepted or refused as Graph does, faults included."""

from __future__ import annotations

import asyncio
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

import orjson

from whatsapp.simulator.checks import wamid_of
from whatsapp.simulator.content import ContentReader
from whatsapp.simulator.faults import Fault
from whatsapp.simulator.graph_errors import GraphRefusal
from whatsapp.simulator.ledger import NO_PHONE, TYPES
from whatsapp.simulator.people import canonical
from whatsapp.simulator.registry import Number, digits
from whatsapp.simulator.replies import DROPPED, Answer, Reply
from whatsapp.simulator.responding import respond
from whatsapp.simulator.statuses import FAILED, READ, plan, with_played
from whatsapp.simulator.templates import Template
from whatsapp.simulator.world import World

_OPAQUE_LIMIT = 512  # Meta's reference of biz_opaque_callback_data and text.body
_TEXT_LIMIT = 4096
_USAGE_CODES = (4, 613, 80007)  # these tell in a header when to come back
_DEFAULT_REGAIN_S = 300
_TYPE_CODES = {kind: -1 - at for at, kind in enumerate(TYPES)}


class Desk:
    """Where messages are handed in. Every method raises GraphRefusal with what Graph would say."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._content = ContentReader(world.media)

    def post(self, number: Number, body: bytes, *, marketing: bool = False) -> Answer:
        """Answer one send, or one "mark as read".

        Args:
            marketing: It came to ``/marketing_messages``, which takes marketing templates only.
        """
        data = _object(body)
        if data.get("status") == "read":
            return self._mark_read(data)
        fault = self._request_fault(number, data) if self._world.faults.active else None
        if fault is None:
            return self._send(number, data, marketing)
        self._world.faulted += 1
        reply = self._outcome(fault, number, data, marketing)
        wait_ms = fault.hang_ms or fault.delay_ms
        return _late(reply, wait_ms) if wait_ms else reply

    def _mark_read(self, data: dict[str, Any]) -> Reply:
        if not isinstance(data.get("message_id"), str):
            raise GraphRefusal(131008, "message_id is required")
        typing = data.get("typing_indicator")
        if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
            raise GraphRefusal(131009, "typing_indicator['type'] must be text")
        wamid = wamid_of(data, "message_id", "message_id")
        self._world.inbox.mark_read(wamid, self._world.clock.now_ms(), typing is not None)
        return Reply(200, b'{"success":true}')

    def _request_fault(self, number: Number, data: dict[str, Any]) -> Fault | None:
        try:
            phone = digits(data.get("to"))
        except ValueError:
            phone = 0
        return self._world.faults.on_request(number.phone_number_id, phone, _template_name(data))

    def _outcome(self, fault: Fault, number: Number, data: dict[str, Any], marketing: bool) -> Reply:
        """Do what the fault says; a wait comes after it: what is accepted is accepted at once."""
        if fault.error_code is not None:
            refusal = GraphRefusal(fault.error_code, status=fault.http)
            refusal.retry_after_s = refusal.retry_after_s if fault.retry_after_s is None else fault.retry_after_s
            return self.refuse(refusal, number, injected=True)
        if fault.http is not None:
            extra = b"" if fault.retry_after_s is None else b"retry-after: %d\r\n" % fault.retry_after_s
            return Reply(fault.http, b"<html><body>simulated fault</body></html>", b"text/html", extra)
        if fault.hang_ms and not fault.drop_after_accept:
            return DROPPED
        try:
            reply = self._send(number, data, marketing)
        except GraphRefusal as refusal:
            return self.refuse(refusal, number)
        return DROPPED if fault.drop_after_accept else reply

    def refuse(self, refusal: GraphRefusal, number: Number | None = None, *, injected: bool = False) -> Reply:
        """Count a refusal and return its answer, with the headers that tell when to come back.

        Args:
            injected: It is a fault; these are counted by themselves.
        """
        counts = self._world.injected if injected else self._world.refused
        counts[refusal.code] = counts.get(refusal.code, 0) + 1
        extra = b"" if refusal.retry_after_s is None else b"retry-after: %d\r\n" % refusal.retry_after_s
        if refusal.code in _USAGE_CODES:
            minutes = -(-(refusal.retry_after_s or _DEFAULT_REGAIN_S) // 60)
            usage = {"type": "whatsapp", "call_count": 100, "total_cputime": 100, "total_time": 100}
            told = {number.waba_id if number else "": [{**usage, "estimated_time_to_regain_access": minutes}]}
            extra += b"x-business-use-case-usage: %b\r\n" % orjson.dumps(told)
        return Reply(refusal.status, refusal.body, extra=extra)

    def _send(self, number: Number, data: dict[str, Any], marketing: bool) -> Reply:
        world = self._world
        if data.get("messaging_product") != "whatsapp":
            raise GraphRefusal(100, message="(#100) The parameter messaging_product is required.")
        to, phone = self._recipient(data)
        opaque = data.get("biz_opaque_callback_data")
        if opaque is not None and (not isinstance(opaque, str) or len(opaque) > _OPAQUE_LIMIT):
            raise GraphRefusal(131009, "biz_opaque_callback_data must be a string of at most 512 characters")
        kind, text, template, content = self._read(number, data)
        context = data.get("context")
        if context is not None:
            context = _context(context)
        if marketing and (template is None or template.category != "MARKETING"):
            raise GraphRefusal(134100)
        now_ms = world.clock.now_ms()
        failure = self._admit(number, phone, template, now_ms)
        ledger = world.ledger
        index = ledger.add(now_ms, number.index, phone, template=kind, text=text.encode(), opaque=opaque)
        if content is not None:
            ledger.content[index] = content
        if context is not None:
            ledger.context[index] = context
        if failure:
            ledger.failures[index] = failure
        if world.statuses:
            self._schedule(number, index, phone, template, kind, failure)
        return Reply(200, self._accepted(to, phone, index, template))

    def _admit(self, number: Number, phone: int, template: Template | None, now_ms: int) -> int:
        """Hold the message against every limit; return the code with which it will fail later, 0 for none."""
        if phone == number.phone:
            raise GraphRefusal(131021)
        if number.blocked or number.restricted:
            self._obstacle(number, phone, now_ms)
        if template is not None and template.category != "UTILITY":
            self._check_category(number, phone, template)
        failure = 0
        if self._world.rules.active:
            failure = self._world.rules.judge(number, phone, template, now_ms)
        if not number.bucket.take(now_ms):
            raise GraphRefusal(130429)
        if not number.pairs.take(phone, now_ms):
            raise GraphRefusal(131056)
        number.count(now_ms)
        return failure

    def _accepted(self, to: str, phone: int, index: int, template: Template | None) -> bytes:
        world = self._world
        who = f'"wa_id":"{world.people.wa_id(phone)}"' if phone < NO_PHONE else f'"user_id":{quoted(to)}'
        status = '"'
        if template is not None:
            status = '","message_status":"held_for_quality_assessment"' if template.held_ms else _ACCEPTED
        return (
            f'{{"messaging_product":"whatsapp","contacts":[{{"input":{quoted(to)},{who}}}],'
            f'"messages":[{{"id":"{world.ledger.wamid(index)}{status}}}]}}'
        ).encode()

    def _recipient(self, data: dict[str, Any]) -> tuple[str, int]:
        to = data.get("to")
        kind = data.get("recipient_type")
        if kind is not None and kind != "individual":
            raise GraphRefusal(100, message="(#100) Param recipient_type must be one of {INDIVIDUAL}")
        if to is None:
            return self._user(data)
        try:
            return to, digits(to)
        except ValueError:
            raise GraphRefusal(131009, "to is not a valid phone number") from None

    def _user(self, data: dict[str, Any]) -> tuple[str, int]:
        """Return the recipient that is named by a business-scoped user id."""
        user_id = data.get("recipient")
        if user_id is None:
            raise GraphRefusal(131008, "to is required")
        try:
            return user_id, self._world.people.user(user_id)
        except ValueError:
            raise GraphRefusal(131009, "recipient is not a valid user ID") from None

    def _read(self, number: Number, data: dict[str, Any]) -> tuple[int, str, Template | None, Any]:
        """Return the ledger's code of the type, the text that the person will read, the template and the content."""
        kind = data.get("type", "text")
        if kind == "text":
            return -1, _text_body(data.get("text")), None, None
        if kind != "template":
            if not isinstance(kind, str):
                raise GraphRefusal(131009)
            text, content = self._content.read(kind, data, number.phone_number_id)
            return _TYPE_CODES[kind], text, None, content
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
        template = registry.apps[number.app_id].template(number.waba_id, name, code)
        if template is None:
            raise GraphRefusal(132001, f"template name ({name}) does not exist in {code}")
        if template.plain:
            return registry.template_index(template), template.fill(components), template, None

        def check_media(one: dict[str, Any], media_kind: str, path: str) -> None:
            self._content.check_media(one, media_kind, path, number.phone_number_id)

        text = template.fill(components, check_media)
        return registry.template_index(template), text, template, {"components": components}

    def _obstacle(self, number: Number, phone: int, now_ms: int) -> None:
        if number.blocked:
            raise GraphRefusal(number.blocked)
        if not number.windows.is_open(canonical(phone), now_ms):
            raise GraphRefusal(number.restricted)

    def _check_category(self, number: Number, phone: int, template: Template) -> None:
        if template.category == "MARKETING" and canonical(phone) in number.stopped:
            raise GraphRefusal(131050)
        if template.category == "AUTHENTICATION" and phone >= NO_PHONE:
            raise GraphRefusal(131062)

    def _schedule(
        self, number: Number, index: int, phone: int, template: Template | None, kind: int, failure: int
    ) -> None:
        world, ledger = self._world, self._world.ledger
        at_ms = ledger.at_ms[index]
        delays = world.ladder.delays(index)
        name = template.name if template is not None else None
        fault = None
        if world.faults.active:
            fault = world.faults.on_statuses(number.phone_number_id, phone, name)
            if fault is not None:
                self._note(fault, index, delays)
        people = world.people
        is_there = not failure and people.registered(phone)
        steps = plan(delays, is_there, people.is_reader(phone), fault)
        if not steps:
            ledger.lost.add(index)
        if template is not None and template.held_ms:
            steps = self._held(template, index, steps)
        elif kind == _TYPE_CODES["audio"]:
            steps = with_played(steps)
        world.outboxes[number.app_id].schedule(index, at_ms, steps)
        if world.replies and steps and steps[-1][1] != FAILED:
            read = next((after for after, what in steps if what == READ), None)
            if read is not None:
                respond(world, index, number.phone_number_id, name, read)

    def _note(self, fault: Fault, index: int, delays: tuple[int, int, int]) -> None:
        """Keep what the status webhooks will have to say because of a fault."""
        ledger = self._world.ledger
        if fault.statuses in ("failed", "failed_late"):
            ledger.failures.setdefault(index, fault.error_code or 131000)
        elif fault.statuses in ("reordered", "late"):
            at_ms = ledger.at_ms[index]
            ledger.happened[index] = (at_ms + delays[0], at_ms + delays[1], at_ms + delays[2])

    def _held(self, template: Template, index: int, steps: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Let a message wait for its template's assessment, and fail with it."""
        if template.held_fails:
            self._world.ledger.failures[index] = 132015
            return [(template.held_ms, FAILED)]
        return [(after + template.held_ms, kind) for after, kind in steps]


_ACCEPTED = '","message_status":"accepted"'


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


def _context(context: Any) -> str:
    if not isinstance(context, dict):
        raise GraphRefusal(131009, "context must be an object")
    return wamid_of(context, "message_id", "context['message_id']")


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
