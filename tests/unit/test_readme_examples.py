"""What a newcomer pastes from the READMEs works: commands parse, bodies are taken, the buyer reads what is promised."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import urlsplit

import pytest

from engine.drafts import MessageTemplate, TemplateRow
from engine.ids import IdMaker
from engine.reading import WebhookReader
from engine.samples import PIX_CRIADO
from engine.zones import zone_named
from gateway.routes.catalog import OPERATIONS
from gateway.schema import problems_of
from masteria.commands import build_parser
from masteria.credentials_file import Credentials
from tests.unit.document_texts import READMES, Document, document, documents

_NOW_MS = 1_768_917_600_000
_VARIABLES = {"WEBHOOK", "KEY", "API", "EVENT", "S"}
every_readme = pytest.mark.parametrize("name", READMES)


def _curls(name: str) -> list[list[str]]:
    """Return each curl command's words; what is piped behind it is left out."""
    found = []
    for command in document(name).commands():
        words = shlex.split(command.replace("$(", "$( "))
        if "curl" in words:
            rest = words[words.index("curl") + 1 :]
            found.append(rest[: rest.index("|")] if "|" in rest else rest)
    return found


def _after(words: list[str], option: str) -> list[str]:
    return [words[index + 1] for index, word in enumerate(words) if word == option]


def _example_body(name: str) -> bytes:
    return next(_after(words, "-d")[0] for words in _curls(name) if words[1] == "$WEBHOOK").encode()


@every_readme
def test_curl_examples_can_be_pasted(name: str) -> None:
    curls = _curls(name)
    assert len(curls) >= 5
    for words in curls:
        for header in _after(words, "-H"):
            assert ": " in header
        for body in _after(words, "-d"):
            assert isinstance(json.loads(body), dict)
        variables = {word.strip("$").split("/")[0] for word in words if word.startswith("$")}
        assert variables <= _VARIABLES


@every_readme
def test_curl_bodies_are_what_the_api_takes(name: str) -> None:
    routes = {(one.method, one.full_path): one for one in OPERATIONS}
    tried = 0
    for words in _curls(name):
        address = next(word for word in words if word.startswith("$"))
        bodies = _after(words, "-d")
        path = urlsplit(address.replace("$API", "/api/v1").replace("$EVENT", "{event_id}")).path
        if address == "$WEBHOOK":
            continue
        operation = routes["POST" if bodies else "GET", path]
        for body in bodies:
            assert operation.body is not None
            assert problems_of(operation.body, json.loads(body)) == []
            tried += 1
    assert tried == 2


def test_the_keys_of_credentials_json_exist() -> None:
    for name in READMES:
        keys = {word for command in document(name).commands() for word in _keys(command)}
        assert keys == {"demo_webhook_url", "api_key", "base_url"}
        assert keys <= set(Credentials.__slots__)


def _keys(command: str) -> list[str]:
    return [part.split("'")[0] for part in command.split("credentials.json'))['")[1:]]


@every_readme
def test_the_first_webhook_becomes_the_text_that_is_shown(name: str) -> None:
    own = IdMaker().make(_NOW_MS)
    reader = WebhookReader(IdMaker().make(_NOW_MS), {}, {}, zone_named("America/Sao_Paulo"))
    ((_, event, _),) = reader.read(_example_body(name), "application/json", b"{}", _NOW_MS, [own])
    assert event is not None
    assert (event.event_type, event.customer_phone, event.problems) == ("pix_created", "+5511900000000", [])
    row = TemplateRow(id=IdMaker().make_uuid(_NOW_MS), **PIX_CRIADO)
    text = MessageTemplate(row).fill(event, json.loads(_example_body(name)), zone_named("America/Sao_Paulo"), True).text
    shown = _shown(name)["text"].removesuffix("…")
    assert text.replace("\xa0", " ").startswith(shown)
    assert event.pix_code is not None
    assert event.pix_code in text
    assert _shown(name)["to"] == event.customer_phone


def _shown(name: str) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(document(name).blocks("json")[0])
    return shown


@pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)
def test_masteria_commands_of_shell_blocks_parse(page: Document) -> None:
    for command in page.commands():
        words = shlex.split(command, comments=True)
        if words and words[0] in ("masteria", ".venv/bin/masteria") and words[1] != "bench":
            build_parser().parse_args(words[1:])
