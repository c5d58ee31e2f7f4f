"""Templates of the simulator: parameters of every kind of component, creation, review, change and end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from tests.unit.whatsapp_rig import NUMBER, TOKEN, WABA, running, template
from whatsapp.simulator.graph import Graph
from whatsapp.simulator.graph_errors import GraphRefusal
from whatsapp.simulator.replies import Reply, Request
from whatsapp.simulator.templates import Template
from whatsapp.simulator.world import World
from whatsapp.transport import Refused

BODY = {"type": "BODY", "text": "Olá {{1}}, tudo bem?"}
URL = {"type": "URL", "text": "Ver", "url": "https://x/{{1}}"}
GIVEN = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}


def header(form: str, text: str | None = None) -> dict[str, Any]:
    return {"type": "HEADER", "format": form, "text": text}


def parameter(kind: str, value: Any, **rest: Any) -> dict[str, Any]:
    return {"type": kind, kind: value, **rest}


def part(kind: str, *parameters: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"type": kind, "parameters": list(parameters), **rest}


def button(index: int, sub_type: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return part("button", *parameters, sub_type=sub_type, index=str(index))


def buttons(*these: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(these)}


IMAGE = part("header", parameter("image", {"link": "https://x/a.png"}))
CARD = {"components": [header("IMAGE"), {"type": "BODY", "text": "Item {{1}} em oferta"}, buttons(URL)]}
CARD_GIVEN = {"card_index": 0, "components": [IMAGE, GIVEN, button(0, "url", parameter("text", "x"))]}
OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Só hoje", "has_expiration": True}}


@pytest.mark.parametrize(
    ("components", "given"),
    [
        ([header("TEXT", "Pedido {{1}}"), BODY], [part("header", parameter("text", "7")), GIVEN]),
        ([header("IMAGE"), BODY], [IMAGE, GIVEN]),
        ([header("LOCATION"), BODY], [part("header", parameter("location", {"latitude": 1, "longitude": 2})), GIVEN]),
        ([BODY, buttons(URL)], [GIVEN, button(0, "url", parameter("text", "abc"))]),
        ([BODY, buttons({"type": "QUICK_REPLY"})], [GIVEN]),
        ([BODY, buttons({"type": "QUICK_REPLY"})], [GIVEN, button(0, "quick_reply", parameter("payload", "SIM"))]),
        ([BODY, buttons({"type": "COPY_CODE"})], [GIVEN, button(0, "copy_code", parameter("coupon_code", "PROMO"))]),
        ([BODY, buttons({"type": "FLOW"})], [GIVEN, button(0, "flow", parameter("action", {"flow_token": "t"}))]),
        ([BODY, buttons({"type": "PHONE_NUMBER"})], [GIVEN]),
        ([BODY, OFFER], [GIVEN, part("limited_time_offer", {"limited_time_offer": {"expiration_time_ms": 1}})]),
        ([BODY, {"type": "CAROUSEL", "cards": [CARD]}], [GIVEN, {"type": "carousel", "cards": [CARD_GIVEN]}]),
        (
            [BODY],
            [part("body", parameter("currency", {"fallback_value": "Ana", "code": "BRL", "amount_1000": 1}))],
        ),
    ],
)
def test_parameters_of_every_kind_of_component(components: list[Any], given: list[Any]) -> None:
    assert Template({"name": "t", "components": components}).fill(given) == "Olá Ana, tudo bem?"


@pytest.mark.parametrize(
    ("components", "given", "code", "words"),
    [
        ([header("IMAGE"), BODY], [GIVEN], 132012, "header: Format mismatch, expected IMAGE, received UNKNOWN"),
        ([header("VIDEO"), BODY], [IMAGE, GIVEN], 132012, "header: Format mismatch, expected VIDEO, received IMAGE"),
        ([BODY], [IMAGE, GIVEN], 132012, "header: Format mismatch, expected TEXT, received IMAGE"),
        ([header("TEXT", "a {{1}}"), BODY], [GIVEN], 132000, "header: number of localizable_params (0)"),
        ([BODY, buttons(URL)], [GIVEN], 131008, "buttons: Button at index 0 of type Url requires a parameter"),
        (
            [BODY, buttons({"type": "COPY_CODE"})],
            [GIVEN],
            131008,
            "buttons: Button at index 0 of type copy_code requires a non-empty parameter coupon_code",
        ),
        (
            [BODY, buttons({"type": "QUICK_REPLY"})],
            [GIVEN, button(0, "flow", parameter("action", {"flow_token": "t"}))],
            132018,
            "buttons: Button at index 0 must be of type QuickReply",
        ),
        (
            [BODY, buttons({**URL, "url": "https://x"})],
            [GIVEN, button(0, "url", parameter("text", "abc"))],
            132018,
            "does not require parameters",
        ),
        ([BODY], [GIVEN, button(0, "url", parameter("text", "abc"))], 132018, "does not exist in the template"),
        ([BODY, OFFER], [GIVEN], 131008, "expiration_time_ms"),
        ([BODY, {"type": "CAROUSEL", "cards": [CARD]}], [GIVEN], 132000, "number of cards (0)"),
        ([BODY], [part("body", parameter("text", "a\nb"))], 132018, "new-line/tab characters"),
        ([BODY], [part("body", parameter("text", "a     b"))], 132018, "4 consecutive spaces"),
        ([BODY], [part("body", parameter("text", "x" * 1024))], 132005, "too long"),
        ([BODY], [part("body", parameter("text", "x", parameter_name="nome"))], 132012, "positional"),
        ([BODY], [part("body", parameter("currency", {"fallback_value": "R$ 1"}))], 131008, "amount_1000"),
    ],
)
def test_parameters_that_do_not_fit(components: list[Any], given: list[Any], code: int, words: str) -> None:
    with pytest.raises(GraphRefusal) as caught:
        Template({"name": "t", "components": components}).fill(given)
    error = orjson.loads(caught.value.body)["error"]
    assert caught.value.code == code
    assert words in error["error_data"]["details"]


def test_an_authentication_template_takes_its_code_twice() -> None:
    components = [{"type": "BODY"}, buttons({"type": "OTP", "otp_type": "COPY_CODE"})]
    login = Template({"name": "login", "category": "AUTHENTICATION", "components": components})
    code = parameter("text", "123456")
    assert "123456" in login.fill([part("body", code), button(0, "url", code)])
    with pytest.raises(GraphRefusal) as caught:
        login.fill([part("body", code), button(0, "copy_code", parameter("coupon_code", "123456"))])
    assert caught.value.code == 132018


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    number = {"phone_number_id": NUMBER, "waba_id": WABA, "phone": "+5511400000001", "token": TOKEN}
    second = {**number, "phone_number_id": "222", "waba_id": "other"}
    world.put_app("app", {"app_secret": "s", "numbers": [number, second]})
    yield world
    await world.close()


def ask(world: World, method: str, path: str, body: Any = None, query: str = "") -> tuple[int, Any]:
    token = f"Bearer {TOKEN}".encode()
    raw = b"" if body is None else orjson.dumps(body)
    answer = Graph(world).handle(Request(method.encode(), f"/v23.0/{path}".encode(), query.encode(), token, raw))
    assert isinstance(answer, Reply)
    assert answer.body is not None
    return answer.status, orjson.loads(answer.body)


def new(**changes: Any) -> dict[str, Any]:
    body = {**BODY, "example": {"body_text": [["Ana"]]}}
    spec = {"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": [body]}
    return {name: one for name, one in {**spec, **changes}.items() if one is not None}


def bodied(text: str, example: Any = None) -> dict[str, Any]:
    return new(components=[{"type": "BODY", "text": text, "example": example}])


@pytest.mark.parametrize(
    ("spec", "subcode"),
    [
        (new(name="Com Espaço"), None),
        (new(category="SPAM"), None),
        (new(language="português"), None),
        (new(components=None), None),
        (new(components=[{"type": "FOOTER", "text": "x"}]), 2388047),
        (bodied("{{1}} no começo", {"body_text": [["a"]]}), 2388299),
        (bodied("no fim {{1}}.", {"body_text": [["a"]]}), 2388299),
        (bodied("a {{1}} b {{2}} c {{3}} d", {"body_text": [["a", "b", "c"]]}), 2388293),
        (bodied("falta o exemplo {{1}} nesta frase"), 2388043),
        (bodied("pula o {{2}} nesta frase inteira", {"body_text": [["a"]]}), 2388072),
        (bodied("x" * 1025), 2388040),
        (new(components=[*new()["components"], {"type": "FOOTER", "text": "x {{1}}"}]), 2388073),
        (new(components=[*new()["components"], header("IMAGE")]), 2388047),
        (new(components=[*new()["components"], header("TEXT", "x" * 61)]), 2388040),
        (new(components=[*new()["components"], buttons({"type": "QUICK_REPLY", "text": "x" * 26})]), 2388040),
        (new(components=[*new()["components"], buttons(URL)]), 2388043),
    ],
)
async def test_templates_that_are_not_taken(world: World, spec: dict[str, Any], subcode: int | None) -> None:
    status, answer = ask(world, "POST", f"{WABA}/message_templates", spec)
    assert (status, answer["error"]["code"], answer["error"].get("error_subcode")) == (400, 100, subcode)
    assert (subcode is None) or answer["error"]["error_user_msg"]


async def test_a_template_is_reviewed_edited_and_deleted_in_its_own_account(world: World) -> None:
    created = ask(world, "POST", f"{WABA}/message_templates", new())[1]
    assert created["status"] == "PENDING"
    assert ask(world, "POST", f"{WABA}/message_templates", new())[1]["error"]["error_subcode"] == 2388024
    identity = created["id"]
    assert ask(world, "POST", identity, {"components": new()["components"]})[0] == 400, "it is still being reviewed"
    world.advance(world.review.after_ms)
    assert ask(world, "GET", identity, query="fields=status")[1] == {"id": identity, "status": "APPROVED"}
    assert ask(world, "GET", "other/message_templates")[1]["data"] == []
    world.review.verdict = "REJECTED"
    assert ask(world, "POST", identity, {"components": new()["components"]}) == (200, {"success": True})
    assert ask(world, "GET", identity)[1]["status"] == "PENDING"
    world.advance(world.review.after_ms)
    shown = ask(world, "GET", identity)[1]
    assert (shown["status"], shown["rejected_reason"]) == ("REJECTED", "INVALID_FORMAT")
    assert ask(world, "POST", f"{identity}/unpause")[1]["success"] is False
    gone = ask(world, "DELETE", f"{WABA}/message_templates", query=f"name=novo&hsm_id={identity}")
    assert gone == (200, {"success": True})
    assert ask(world, "DELETE", f"{WABA}/message_templates", query="name=novo")[0] == 400


async def test_an_accounts_own_template_stands_in_the_place_of_one_for_all(world: World) -> None:
    ask(world, "POST", f"{WABA}/message_templates", new())
    world.put_app("app", {"templates": [{"name": "novo", "body": "Oi {{1}}"}]})
    listed = {waba: ask(world, "GET", f"{waba}/message_templates")[1]["data"] for waba in (WABA, "other")}
    assert [one["status"] for one in listed[WABA]] == ["PENDING"]
    assert [one["status"] for one in listed["other"]] == ["APPROVED"]
    app = world.registry.apps["app"]
    found = app.template(WABA, "novo", "pt_BR"), app.template("other", "novo", "pt_BR")
    assert [one.status for one in found if one] == ["PENDING", "APPROVED"]


async def test_pages_lead_forward_and_back_and_end_without_next(world: World) -> None:
    world.put_app("app", {"templates": [{"name": f"t{at}", "body": "Oi"} for at in range(5)]})
    first = ask(world, "GET", f"{WABA}/message_templates", query="limit=2")[1]
    second = ask(world, "GET", f"{WABA}/message_templates", query=first["paging"]["next"].partition("?")[2])[1]
    assert [one["name"] for one in second["data"]] == ["t2", "t3"]
    back = ask(world, "GET", f"{WABA}/message_templates", query=second["paging"]["previous"].partition("?")[2])[1]
    assert back["data"] == first["data"]
    last = ask(world, "GET", f"{WABA}/message_templates", query=second["paging"]["next"].partition("?")[2])[1]
    assert [one["name"] for one in last["data"]] == ["t4"]
    assert "next" not in last["paging"]
    assert ask(world, "GET", f"{WABA}/message_templates", query="name=nada")[1] == {"data": []}


async def test_the_accounts_room_and_calls_are_limited(world: World) -> None:
    world.review.template_limit = 1
    ask(world, "POST", f"{WABA}/message_templates", new())
    assert ask(world, "POST", f"{WABA}/message_templates", new(name="mais"))[1]["error"]["error_subcode"] == 2388019
    graph = Graph(world)
    world.management_calls_per_hour = 2
    request = Request(b"GET", f"/v23.0/{WABA}/phone_numbers".encode(), b"", f"Bearer {TOKEN}".encode(), b"")
    answers = [graph.handle(request) for _ in range(3)]
    last = answers[-1]
    assert isinstance(last, Reply)
    assert last.status == 400
    assert b"x-business-use-case-usage" in last.extra
    assert orjson.loads(last.body or b"")["error"]["code"] == 80007


async def test_a_paused_template_is_refused_told_and_comes_back() -> None:
    async with running() as rig:
        spec = {"name": "pix", "status": "PAUSED", "pause_ms": 10_800_000}
        assert (await rig.sim("POST", "templates", spec)).json == {"told": 1}
        answer = await rig.session().send(template("m-1", "a", "b"))
        assert isinstance(answer, Refused)
        assert answer.code == 132015
        await rig.sim("POST", "clock", {"advance_ms": 10_800_000})
        assert not isinstance(await rig.session().send(template("m-2", "a", "b")), Refused)
        await rig.receiver.until(lambda: len(rig.receiver.told("message_template_status_update")) == 2)
        paused, back = rig.receiver.told("message_template_status_update")
        assert (paused["event"], paused["other_info"]["title"]) == ("PAUSED", "FIRST_PAUSE")
        assert (back["event"], back["message_template_name"]) == ("REINSTATED", "pix")
        assert orjson.loads(rig.receiver.bodies[0])["entry"][0]["time"] > 0


async def test_held_for_quality_assessment_then_sent_or_dropped() -> None:
    async with running() as rig:
        await rig.sim("POST", "templates", {"name": "pix", "held_ms": 60_000})
        held = await rig.session().send(template("m-1", "a", "b"))
        assert getattr(held, "message_status", None) == "held_for_quality_assessment"
        await rig.sim("POST", "templates", {"name": "pix", "held_fails": True})
        await rig.session().send(template("m-2", "a", "b"))
        await rig.sim("POST", "clock", {"advance_ms": 61_000})
        await rig.receiver.until(lambda: len(rig.receiver.statuses) == 4)
        assert sorted(rig.receiver.of("m-1")) == ["delivered", "read", "sent"]
        assert rig.receiver.of("m-2") == ["failed"]
        assert (await rig.messages("opaque=m-2"))["data"][0]["fails_with"] == 132015
