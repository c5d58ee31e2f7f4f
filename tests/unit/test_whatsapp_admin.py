"""Everything beside sending: templates by cursor, health, uploads, and pasted tokens and ids that do not work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.meta_graph import (
    GraphFault,
    NumberHealth,
    Usage,
    read_fault,
    read_number,
    read_retry_after,
    read_tier,
    read_usage,
)
from engine.meta_problems import connect_problem
from whatsapp.cloud import CloudClient
from whatsapp.cloud_admin import CloudAdmin, GraphAway, GraphRefused

NUMBER, WABA, TOKEN = "106540352242922", "102290129340398", "um-token"
HEALTHY = {
    "id": NUMBER,
    "display_phone_number": "+55 11 98765-4321",
    "verified_name": "Loja",
    "quality_rating": "GREEN",
    "throughput": {"level": "HIGH"},
    "status": "CONNECTED",
    "name_status": "APPROVED",
    "whatsapp_business_manager_messaging_limit": "TIER_10K",
    "health_status": {
        "can_send_message": "LIMITED",
        "entities": [{"errors": [{"error_description": "Sem pagamento.", "possible_solution": "Cadastre um cartão."}]}],
    },
}


@dataclass
class Graph:
    """Answers requests in the order given, and keeps them."""

    answers: list[tuple[int, Any, str]]
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lower = head.lower()
                size = int(lower.partition("content-length: ")[2].partition("\r\n")[0] or 0)
                self.heads.append(head)
                self.bodies.append(await reader.readexactly(size))
                status, value, extra = self.answers.pop(0)
                raw = value if isinstance(value, bytes) else orjson.dumps(value)
                writer.write(f"HTTP/1.1 {status} X\r\n{extra}content-length: {len(raw)}\r\n\r\n".encode() + raw)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def asked(self, index: int) -> str:
        return self.heads[index].partition(" HTTP")[0]


@asynccontextmanager
async def graph(*answers: Any) -> AsyncIterator[tuple[Graph, CloudAdmin]]:
    """A Graph that says what it is told to, and a client for it."""
    made = Graph([one if isinstance(one, tuple) else (200, one, "") for one in answers])
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        await made.serve(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 22)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    client = CloudClient(timeout_s=5.0)
    try:
        yield made, client.admin(TOKEN, made.url, "v23.0")
    finally:
        await client.close()
        listening.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
        await listening.wait_closed()


def error(code: int, title: str = "No", status: int = 400, **more: Any) -> tuple[int, Any, str]:
    return status, {"error": {"message": title, "type": "OAuthException", "code": code, **more}}, ""


def page(*names: str, after: str = "", more: bool = False) -> dict[str, Any]:
    paging = {"cursors": {"before": "A", "after": after}, **({"next": "https://x.example"} if more else {})}
    return {"data": [{"name": name} for name in names], "paging": paging}


async def test_templates_are_read_to_the_last_page_and_not_further() -> None:
    async with graph(page("a", "b", after="Mg", more=True), page("c", after="Mw")) as (meta, admin):
        assert [one["name"] for one in await admin.all_templates(WABA)] == ["a", "b", "c"]
        assert meta.asked(0).startswith(f"GET /v23.0/{WABA}/message_templates?fields=id%2Cname")
        assert "after=" not in meta.asked(0)
        assert "after=Mg" in meta.asked(1)
        assert "authorization: bearer um-token" in meta.heads[0].lower()


async def test_templates_are_made_changed_and_deleted() -> None:
    made = {"id": "1", "status": "PENDING", "category": "UTILITY"}
    async with graph(made, {"success": True}, {"success": True}, {"success": True}) as (meta, admin):
        definition = {"name": "pix", "language": "pt_BR", "category": "UTILITY", "components": []}
        assert await admin.create_template(WABA, definition) == made
        await admin.edit_template("1", {"components": []})
        await admin.delete_template(WABA, "pix", "1")
        await admin.subscribe(WABA)
        assert orjson.loads(meta.bodies[0]) == definition
        assert [meta.asked(n) for n in range(4)] == [
            f"POST /v23.0/{WABA}/message_templates",
            "POST /v23.0/1",
            f"DELETE /v23.0/{WABA}/message_templates?name=pix&hsm_id=1",
            f"POST /v23.0/{WABA}/subscribed_apps",
        ]


async def test_a_numbers_health() -> None:
    async with graph(HEALTHY) as (_, admin):
        assert await admin.number(NUMBER) == NumberHealth(
            NUMBER,
            "+5511987654321",
            "Loja",
            "GREEN",
            1000,
            "TIER_10K",
            "CONNECTED",
            "APPROVED",
            "LIMITED",
            ("Sem pagamento. Cadastre um cartão.",),
        )


async def test_an_older_graph_that_knows_fewer_fields_is_asked_again() -> None:
    unknown = error(100, "(#100) Tried accessing nonexisting field (health_status)")
    async with graph(unknown, {"id": NUMBER, "quality_rating": "RED"}) as (meta, admin):
        number = await admin.number(NUMBER)
        assert (number.quality, number.tier, number.can_send) == ("RED", None, None)
        assert "health_status" in meta.asked(0)
        assert "health_status" not in meta.asked(1)


async def test_a_good_token_and_good_ids_have_no_problem() -> None:
    async with graph(HEALTHY, {"data": [{"id": "7"}, {"id": NUMBER}]}) as (_, admin):
        checked = await admin.check(NUMBER, WABA, "+5511987654321")
    assert checked.problems == ()
    assert checked.number is not None
    assert checked.number.throughput == 1000


@pytest.mark.parametrize(
    ("answers", "fields", "word"),
    [
        (
            [error(190, "Error validating access token: Session has expired.", 401, error_subcode=463)],
            ["token"],
            "expirou",
        ),
        ([error(190, "The session was invalidated", 401, error_subcode=460)], ["token"], "invalidado"),
        ([error(190, "Invalid OAuth access token - Cannot parse access token", 401)], ["token"], "reconhecido"),
        ([error(0, "AuthException", 401)], ["token"], "reconhecido"),
        ([error(10, "(#10) Permission", 403)], ["token"], "permissões"),
        ([error(200, "(#200) Permission", 403)], ["token"], "permissões"),
        ([error(100, "Unsupported get request.", error_subcode=33)], ["phone_number_id"], "não existe"),
        ([error(803, "Some of the aliases you requested do not exist")], ["phone_number_id"], "não existe"),
        (
            [error(100, "(#100) Tried accessing nonexisting field (display_phone_number)")] * 2,
            ["phone_number_id"],
            "outra coisa",
        ),
        ([error(131031, "Account locked", 403)], ["phone_number_id"], "bloqueada"),
        ([HEALTHY, error(100, "Unsupported get request.", error_subcode=33)], ["waba_id"], "não existe"),
        ([HEALTHY, error(100, "(#100) Tried accessing nonexisting field (phone_numbers)")], ["waba_id"], "outra coisa"),
        ([HEALTHY, {"data": [{"id": "7"}]}], ["waba_id"], "não tem este número"),
        ([{**HEALTHY, "status": "BANNED"}, {"data": [{"id": NUMBER}]}], ["phone_number_id"], "BANNED"),
        (
            [{**HEALTHY, "display_phone_number": "+55 21 98765-4321"}, {"data": []}],
            ["phone", "waba_id"],
            "+5521987654321",
        ),
    ],
)
async def test_what_was_pasted_wrong_is_told_by_its_field_in_words(
    answers: list[Any], fields: list[str], word: str
) -> None:
    async with graph(*answers) as (_, admin):
        checked = await admin.check(NUMBER, WABA, "+5511987654321")
    assert [problem.field for problem in checked.problems] == fields
    assert word in checked.problems[0].pt
    assert all(problem.en and problem.as_problem()["reason"] == problem.en for problem in checked.problems)


async def test_ids_that_cannot_be_ids_are_told_without_a_request() -> None:
    async with graph(HEALTHY) as (meta, admin):
        wrong = await admin.check("../me", WABA)
        assert ([problem.field for problem in wrong.problems], meta.heads) == (["phone_number_id"], [])
        other = await admin.check(NUMBER, "12/34")
        assert [problem.field for problem in other.problems] == ["waba_id"]


@pytest.mark.parametrize("code", [1, 2, 4, 80007, 131016])
async def test_graphs_own_trouble_is_no_problem_of_what_was_typed(code: int) -> None:
    async with graph(error(code)) as (_, admin):
        with pytest.raises(GraphRefused) as caught:
            await admin.check(NUMBER, WABA)
    assert caught.value.fault.code == code


@pytest.mark.parametrize("answer", [(502, b"<html>", ""), (200, b"[]", ""), (500, {}, "")])
async def test_what_is_not_metas_answer_is_away(answer: Any) -> None:
    async with graph(answer) as (_, admin):
        with pytest.raises(GraphAway):
            await admin.number(NUMBER)


async def test_a_graph_that_cannot_be_reached_is_away() -> None:
    client = CloudClient(connect_timeout_s=0.5)
    with pytest.raises(GraphAway):
        await client.admin(TOKEN, "http://127.0.0.1:9", "v23.0").number(NUMBER)
    await client.close()


async def test_headers_tell_how_much_is_used() -> None:
    business = '{"9":[{"type":"whatsapp","call_count":28,"total_time":95,"estimated_time_to_regain_access":15}]}'
    headers = f"x-business-use-case-usage: {business}\r\n"
    full = (400, {"error": {"code": 80007, "message": "limit"}}, headers)
    async with graph((200, HEALTHY, headers), full) as (_, admin):
        await admin.number(NUMBER)
        assert admin.usage == Usage(95.0, 900.0)
        with pytest.raises(GraphRefused) as caught:
            await admin.number(NUMBER)
    assert caught.value.retry_after_s == 900.0


async def test_an_upload_is_the_form_that_graph_wants(tmp_path: Path) -> None:
    picture = tmp_path / "upload"
    picture.write_bytes(b"\x89PNG\r\n--")
    async with graph({"id": "4711"}, {"url": "https://x.example", "mime_type": "image/png"}, {"success": True}) as (
        meta,
        admin,
    ):
        assert await admin.upload_media(NUMBER, "image", "image/png", picture, 'ca"rta\r\n.png') == "4711"
        assert (await admin.media("4711"))["mime_type"] == "image/png"
        await admin.delete_media("4711")
    head, body = meta.heads[0], meta.bodies[0]
    boundary = head.partition("boundary=")[2].partition("\r\n")[0]
    assert meta.asked(0) == f"POST /v23.0/{NUMBER}/media"
    parts = body.split(f"--{boundary}".encode())
    assert (len(parts), parts[-1]) == (5, b"--\r\n")
    assert parts[1].endswith(b'name="messaging_product"\r\n\r\nwhatsapp\r\n')
    assert parts[2].endswith(b'name="type"\r\n\r\nimage/png\r\n')
    assert b'filename="ca_rta__.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--\r\n' in parts[3]


@pytest.mark.parametrize(
    ("kind", "mime_type", "data"),
    [
        ("image", "image/gif", b"x"),
        ("document", "application/pdf\r\nX-Evil: 1", b"x"),
        ("sticker", "image/webp", b"x" * 600_000),
    ],
)
async def test_a_file_that_whatsapp_does_not_take_is_not_uploaded(
    tmp_path: Path, kind: str, mime_type: str, data: bytes
) -> None:
    file = tmp_path / "upload"
    file.write_bytes(data)
    async with graph() as (meta, admin):
        with pytest.raises(ValueError, match="must"):
            await admin.upload_media(NUMBER, kind, mime_type, file, "a")
        assert meta.heads == []


async def test_marking_as_read_says_so_and_never_raises() -> None:
    client = CloudClient(connect_timeout_s=0.5)
    async with graph({"success": True}, error(100), (500, b"", "")) as (meta, _):
        session = client.session(NUMBER, TOKEN, meta.url, "v23.0")
        assert [await session.mark_read("wamid.1", typing=True) for _ in range(3)] == [True, False, False]
        assert orjson.loads(meta.bodies[0]) == {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.1",
            "typing_indicator": {"type": "text"},
        }
    assert not await session.mark_read("\ud800")
    await client.close()


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "é"])
async def test_a_token_that_no_header_can_carry_is_not_told(token: str) -> None:
    client = CloudClient()
    with pytest.raises(ValueError, match="the token") as caught:
        client.admin(token, "https://graph.example", "v23.0")
    assert len(token) < 2 or token not in str(caught.value)
    await client.close()


def test_tiers_by_any_of_metas_names() -> None:
    told = ["TIER_2K", "TIER_1K", 250, "2000", -1, "-1", "TIER_UNLIMITED", "TIER_9", 7, None, True, "x"]
    assert [read_tier(one) for one in told] == [
        "TIER_2K", "TIER_2K", "TIER_250", "TIER_2K", "TIER_UNLIMITED", "TIER_UNLIMITED", "TIER_UNLIMITED",
        None, None, None, None, None,
    ]  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "code", "health_status", "entities", "errors", "throughput", "level", "call_count"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.text(max_size=40))
def test_any_answer_is_survived(value: Any, text: str) -> None:
    if isinstance(value, dict):
        read_number(value)
    read_tier(value)
    read_retry_after(text)
    for header in (orjson.dumps(value).decode() if _dumps(value) else text, text, None):
        assert read_usage(header, header).percent >= 0
        read_fault((header or "").encode(errors="replace"))


def _dumps(value: Any) -> bool:
    try:
        return bool(orjson.dumps(value))
    except (TypeError, ValueError):
        return False


@given(st.integers(), st.none() | st.integers(), st.text(max_size=20), st.sampled_from(["phone_number_id", "waba_id"]))
def test_every_error_has_a_field_and_words_or_is_graphs_own(
    code: int, subcode: int | None, title: str, asked: Any
) -> None:
    problem = connect_problem(GraphFault(code, subcode, title, None), asked)
    assert problem is None or (problem.field in ("token", asked) and problem.pt and problem.en)
