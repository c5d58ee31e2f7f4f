"""What may be said and how Meta wants it said: bodies as its reference writes them, every limit named by its field."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.outgoing import Outgoing, read_content, read_mark, reply_extra, request_body
from engine.outgoing_media import media_problem
from engine.outgoing_schema import CONTENT_TYPES, content_problems, reply_problems

TO = "+5511987654321"
WAMID = "wamid.HBgNNTUxMTk4NzY1NDMyMRUCABEYEjA"


def body_of(content: dict[str, Any], reply_to: str | None = None) -> dict[str, Any]:
    assert content_problems(content) == []
    kept = read_content(content, reply_to)
    return request_body(TO, kept.type, text=kept.text, template=kept.template, extra=kept.extra, opaque="m-1")


def fields(content: object) -> list[str]:
    return [problem["field"].removeprefix("content.") for problem in content_problems(content)]


def interactive(kind: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "Escolha"}, "action": action, **more}}


def button(identity: str, title: str) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": identity, "title": title}}


def template(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "template",
        "template": {
            "name": "order_update",
            "language": {"code": "pt_BR"},
            **({"components": list(components)} if components else {}),
            **more,
        },
    }


EVERY_TYPE: list[dict[str, Any]] = [
    {"type": "text", "text": {"body": "Olá", "preview_url": True}},
    {"type": "image", "image": {"link": "https://x.example/a.png", "caption": "Recibo"}},
    {"type": "image", "image": {"id": "1037543291543636"}},
    {"type": "video", "video": {"link": "https://x.example/a.mp4", "caption": "Veja"}},
    {"type": "audio", "audio": {"id": "123", "voice": True}},
    {"type": "document", "document": {"link": "https://x.example/n.pdf", "filename": "nota.pdf", "caption": "NF"}},
    {"type": "sticker", "sticker": {"id": "123"}},
    {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": "😮"}},
    {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": "1️⃣"}},
    {"type": "reaction", "reaction": {"message_id": WAMID, "emoji": ""}},
    {"type": "location", "location": {"latitude": -23.55, "longitude": -46.63, "name": "Loja", "address": "Rua A"}},
    {
        "type": "contacts",
        "contacts": [
            {
                "name": {"formatted_name": "Maria Silva", "first_name": "Maria"},
                "phones": [{"phone": "+5511900000000", "type": "WORK", "wa_id": "5511900000000"}],
                "birthday": "1990-12-31",
                "org": {"company": "Loja"},
            }
        ],
    },
    interactive("button", {"buttons": [button("s", "Sim"), button("n", "Não")]}, footer={"text": "Obrigado"}),
    interactive(
        "button",
        {"buttons": [button("s", "Sim")]},
        header={"type": "image", "image": {"link": "https://x.example/a.png"}},
    ),
    interactive(
        "list",
        {
            "button": "Ver",
            "sections": [{"title": "A", "rows": [{"id": "1", "title": "Um", "description": "primeiro"}]}],
        },
        header={"type": "text", "text": "Opções"},
    ),
    interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "Pagar", "url": "https://x.example/p"}}),
    interactive("location_request_message", {"name": "send_location"}),
    interactive("flow", {"name": "flow", "parameters": {"flow_id": "1", "flow_cta": "Abrir", "mode": "draft"}}),
    interactive("product", {"catalog_id": "1", "product_retailer_id": "p"}),
    interactive(
        "product_list",
        {"catalog_id": "1", "sections": [{"title": "A", "product_items": [{"product_retailer_id": "p"}]}]},
        header={"type": "text", "text": "Vitrine"},
    ),
    interactive("catalog_message", {"name": "catalog_message"}),
    template(),
    template(
        {"type": "header", "parameters": [{"type": "document", "document": {"id": "1", "filename": "a.pdf"}}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "Maria"},
                {"type": "currency", "currency": {"fallback_value": "R$ 10", "code": "BRL", "amount_1000": 10_000}},
                {"type": "date_time", "date_time": {"fallback_value": "22/11/2026"}},
            ],
        },
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "YES"}],
        },
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "track/123"}]},
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": 2,
            "parameters": [{"type": "coupon_code", "coupon_code": "PROMO"}],
        },
    ),
    template(
        {"type": "header", "parameters": [{"type": "text", "parameter_name": "name", "text": "Ana"}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "order", "text": "123"}]},
    ),
    template(
        {"type": "header", "parameters": [{"type": "location", "location": {"latitude": "1.5", "longitude": "2"}}]},
        {
            "type": "carousel",
            "cards": [
                {
                    "card_index": 0,
                    "components": [
                        {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]},
                        {"type": "body", "parameters": [{"type": "text", "text": "Oferta"}]},
                    ],
                }
            ],
        },
        {
            "type": "limited_time_offer",
            "parameters": [{"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1}}],
        },
        {
            "type": "button",
            "sub_type": "flow",
            "index": "0",
            "parameters": [{"type": "action", "action": {"flow_token": "t"}}],
        },
    ),
]


@pytest.mark.parametrize("content", EVERY_TYPE, ids=lambda one: one["type"])
def test_every_type_is_taken_and_written_as_meta_wants_it(content: dict[str, Any]) -> None:
    kind = content["type"]
    body = body_of(content, WAMID)
    assert body[kind] == content[kind]
    assert {name: body[name] for name in body if name != kind} == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": TO,
        "type": kind,
        "context": {"message_id": WAMID},
        "biz_opaque_callback_data": "m-1",
    }
    orjson.dumps(body)


def test_the_samples_show_every_type() -> None:
    assert {content["type"] for content in EVERY_TYPE} == set(CONTENT_TYPES)


def test_a_plain_text_keeps_nothing_beside_its_text() -> None:
    assert read_content({"type": "text", "text": {"body": "Olá"}}) == Outgoing("text", "Olá", None, None)
    assert body_of({"type": "text", "text": {"body": "Olá"}})["text"] == {"preview_url": False, "body": "Olá"}


@pytest.mark.parametrize(
    ("content", "readable"),
    [
        (EVERY_TYPE[1], "Recibo"),
        (EVERY_TYPE[2], ""),
        (EVERY_TYPE[5], "NF"),
        (EVERY_TYPE[7], "😮"),
        (EVERY_TYPE[10], "Loja, Rua A"),
        (EVERY_TYPE[11], "Maria Silva"),
        (EVERY_TYPE[12], "Escolha"),
        (EVERY_TYPE[-2], "Ana · 123"),
    ],
)
def test_what_a_person_reads_of_it(content: dict[str, Any], readable: str) -> None:
    assert read_content(content).text == readable


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, ["content"]),
        ({"type": "fax"}, ["type"]),
        ({"type": "text"}, ["text"]),
        ({"type": "text", "text": {"body": "x" * 4097}}, ["text.body"]),
        ({"type": "text", "text": {"body": "x", "preview": 1}}, ["text.preview"]),
        ({"type": "text", "text": {"body": "\ud800"}}, ["text.body"]),
        ({"type": "text", "text": {"body": "x"}, "image": {}}, ["image"]),
        ({"type": "image", "image": {}}, ["image"]),
        ({"type": "image", "image": {"id": "1", "link": "https://x.example"}}, ["image"]),
        ({"type": "image", "image": {"link": "ftp://x"}}, ["image.link"]),
        ({"type": "image", "image": {"link": "https://[x"}}, ["image.link"]),
        ({"type": "image", "image": {"id": "1", "caption": "x" * 1025}}, ["image.caption"]),
        ({"type": "audio", "audio": {"id": "1", "caption": "x"}}, ["audio.caption"]),
        ({"type": "sticker", "sticker": {"id": "../1"}}, ["sticker.id"]),
        (
            {"type": "reaction", "reaction": {"message_id": "1", "emoji": "sim"}},
            ["reaction.message_id", "reaction.emoji"],
        ),
        (
            {"type": "location", "location": {"latitude": 91, "longitude": True}},
            ["location.latitude", "location.longitude"],
        ),
        ({"type": "location", "location": {"latitude": float("nan"), "longitude": 0}}, ["location.latitude"]),
        ({"type": "contacts", "contacts": []}, ["contacts"]),
        (
            {"type": "contacts", "contacts": [{"name": {"first_name": "M"}}]},
            ["contacts[0].name.formatted_name", "contacts[0].name"],
        ),
        (
            {
                "type": "contacts",
                "contacts": [{"name": {"formatted_name": "M", "first_name": "M"}, "birthday": "31/12/1990"}],
            },
            ["contacts[0].birthday"],
        ),
        (
            interactive("button", {"buttons": [button(str(n), str(n)) for n in range(4)]}),
            ["interactive.action.buttons"],
        ),
        (interactive("button", {"buttons": [button("a", "x" * 21)]}), ["interactive.action.buttons[0].reply.title"]),
        (interactive("button", {"buttons": [button("a", "x"), button("a", "y")]}), ["interactive.action.buttons"]),
        (interactive("button", {"buttons": [button("a", "x")]}, body={"text": "x" * 1025}), ["interactive.body.text"]),
        (
            interactive("button", {"buttons": [button("a", "x")]}, header={"type": "text", "text": "x" * 61}),
            ["interactive.header.text"],
        ),
        (interactive("button", {"buttons": [7]}), ["interactive.action.buttons[0]"]),
        (
            interactive("list", {"button": "x" * 21, "sections": []}),
            ["interactive.action.button", "interactive.action.sections"],
        ),
        (
            interactive("list", {"button": "x", "sections": [{"rows": [{"id": "1", "title": "t"}]}] * 2}),
            [
                "interactive.action.sections[0].title",
                "interactive.action.sections[1].title",
                "interactive.action.sections",
            ],
        ),
        (
            interactive(
                "list", {"button": "x", "sections": [{"rows": [{"id": str(n), "title": "t"} for n in range(11)]}]}
            ),
            ["interactive.action.sections"],
        ),
        (
            interactive(
                "list",
                {"button": "x", "sections": [{"rows": [{"id": "1", "title": "x" * 25, "description": "x" * 73}]}]},
            ),
            ["interactive.action.sections[0].rows[0].title", "interactive.action.sections[0].rows[0].description"],
        ),
        (
            interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "", "url": "x"}}),
            ["interactive.action.parameters.display_text", "interactive.action.parameters.url"],
        ),
        (
            interactive("cta_url", {"name": "url"}),
            [
                "interactive.action.name",
                "interactive.action.parameters",
                "interactive.action.parameters.display_text",
                "interactive.action.parameters.url",
            ],
        ),
        (interactive("poll", {}), ["interactive.type"]),
        (
            interactive(
                "product_list",
                {"catalog_id": "1", "sections": [{"title": "A", "product_items": [{"product_retailer_id": "p"}]}]},
            ),
            ["interactive.header"],
        ),
        (template(name="Order Update"), ["template.name"]),
        (template(language={"code": "português"}), ["template.language.code"]),
        (template({"type": "footer"}), ["template.components[0].type"]),
        (template({"type": "body", "parameters": []}), ["template.components[0].parameters"]),
        (
            template({"type": "body", "parameters": [{"type": "payload", "payload": "x"}]}),
            ["template.components[0].parameters[0].type"],
        ),
        (
            template({"type": "button", "sub_type": "url", "index": 10, "parameters": [{"type": "text", "text": "x"}]}),
            ["template.components[0].index"],
        ),
        (
            template(
                {"type": "header", "parameters": [{"type": "text", "parameter_name": "a", "text": "x"}]},
                {"type": "body", "parameters": [{"type": "text", "text": "x"}]},
            ),
            ["template.components"],
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_field(content: object, expected: list[str]) -> None:
    assert fields(content) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A good content with one value replaced by any JSON."""
    content = orjson.loads(orjson.dumps(draw(st.sampled_from(EVERY_TYPE))))
    place = content
    while True:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            place[key] = draw(JSON)
            return content
        place = inner


@given(damaged())
def test_whatever_passes_the_check_can_be_built_and_whatever_does_not_is_told(content: Any) -> None:
    problems = content_problems(content)
    assert all(problem["reason"] for problem in problems)
    if not problems:
        orjson.dumps(body_of(content))


@given(JSON)
def test_any_json_is_survived(value: Any) -> None:
    content_problems(value)
    for kind in CONTENT_TYPES:
        content_problems({"type": kind, kind: value})
    reply_problems(value)


@pytest.mark.parametrize("wrong", [None, "", "1", "wamid." + "x" * 600, "wamid.é", "wamid.a\nb", 7])
def test_a_reply_needs_whatsapps_id(wrong: object) -> None:
    assert [problem["field"] for problem in reply_problems(wrong)] == ["reply_to"]
    assert reply_problems(WAMID) == []


def test_a_person_without_a_phone_is_named_by_user_id() -> None:
    body = request_body("BR.13491208655302741918", "text", text="Oi")
    assert (body["recipient"], "to" in body) == ("BR.13491208655302741918", False)


def test_a_message_that_lacks_its_content_is_not_built() -> None:
    for kind, given_parts in (("image", {}), ("text", {}), ("template", {"template": ("a", None, None)})):
        with pytest.raises(ValueError, match="without"):
            request_body(TO, kind, **given_parts)  # type: ignore[arg-type]


def test_read_mark_with_and_without_typing() -> None:
    assert read_mark(WAMID, False) == {"messaging_product": "whatsapp", "status": "read", "message_id": WAMID}
    assert read_mark(WAMID, True)["typing_indicator"] == {"type": "text"}
    assert reply_extra(None) is None


@pytest.mark.parametrize(
    ("kind", "mime_type", "size", "field"),
    [
        ("image", "image/png", 5 * 1024 * 1024, None),
        ("image", "image/png", 5 * 1024 * 1024 + 1, "file"),
        ("image", "image/gif", 1, "mime_type"),
        ("audio", "audio/ogg; codecs=opus", 1, None),
        ("document", "application/x-anything", 1, None),
        ("document", "nothing", 1, "mime_type"),
        ("sticker", "image/webp", 0, "file"),
        ("gif", "image/gif", 1, "type"),
    ],
)
def test_files_that_whatsapp_does_not_take_are_told_before_the_upload(
    kind: str, mime_type: str, size: int, field: str | None
) -> None:
    problem = media_problem(kind, mime_type, size)
    assert (problem[0] if problem else None) == field
