"""The documents tell the truth: what they name exists, what exists and matters is named."""

from __future__ import annotations

import argparse
import re
import tomllib
from pathlib import Path

import pytest

from engine.hold_reasons import BUDGETS
from engine.message_states import STATUSES
from engine.reading_reasons import FIELD, PAYLOAD, UNPARSED
from engine.rule_reasons import HOLD
from gateway.routes.catalog import OPERATIONS
from masteria.commands import build_parser
from storage.waiting import SESSION_REASONS
from tests.unit.document_texts import READMES, ROOT, Document, document, documents, names_in

_FOLDERS = "engine|gateway|actors|storage|whatsapp|integrations|masteria|bench|tests|docs"
_PATH = re.compile(rf"^((?:{_FOLDERS})/[\w./-]*|[\w.-]+\.(?:toml|lock|yaml|md))(?::([\w.]+))?$")
_ROUTE = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) (/[\w{}/.-]+)$")
_ELSEWHERE = {"masteria.toml", "NNNN-short-name.md"}  # the operator's own file, and a pattern
every_document = pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)


def _schema(kind: str) -> set[str]:
    texts = (path.read_text() for path in sorted(ROOT.glob("storage/migrations/*.sql")))
    found = {
        name for text in texts for name in re.findall(rf"CREATE (?:UNIQUE )?{kind} (?:IF NOT EXISTS )?(\w+)", text)
    }
    return {name for name in found if not name.endswith("_default")}


def _subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


@every_document
def test_files_and_functions_named_exist(page: Document) -> None:
    wrong = []
    for token in page.inline:
        match = _PATH.match(token)
        if match is None or match[1] in _ELSEWHERE:
            continue
        path, name = match.groups()
        if not (ROOT / path).exists() or (name and name not in names_in(path)):
            wrong.append(token)
    assert wrong == []


@every_document
def test_relative_links_lead_somewhere(page: Document) -> None:
    dead = []
    for link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page.name).parent / path if path else ROOT / page.name
        if not target.exists() or (
            anchor and anchor not in document(target.resolve().relative_to(ROOT).as_posix()).anchors
        ):
            dead.append(link)
    assert dead == []


def _anchors(target: Path) -> set[str]:
    return document(target.resolve().relative_to(ROOT).as_posix()).anchors


@every_document
def test_make_targets_named_exist(page: Document) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = [*page.inline, *page.commands()]
    named = {name for text in code for name in re.findall(r"(?:^|[;&] *)make ([a-z][a-z-]*)", text)}
    assert named - targets == set()


@every_document
def test_commands_named_exist(page: Document) -> None:
    commands = _subcommands(build_parser())
    wrong = []
    for text in page.inline:
        words = re.match(r"^(?:\.venv/bin/)?masteria ([a-z]+)(?: ([a-z][a-z-]*))?", text)
        if words is None:
            continue
        command = commands.get(words[1])
        actions = _subcommands(command) if command else {}
        if command is None or (words[2] and actions and words[2] not in actions):
            wrong.append(text)
    assert wrong == []


@every_document
def test_routes_named_exist(page: Document) -> None:
    if page.name == "docs/SIMULATOR.md":  # tells of Meta's routes
        return
    known = {(one.method, _bare(one.full_path)) for one in OPERATIONS}
    named = {(match[1], _bare(match[2])) for match in map(_ROUTE.match, page.inline) if match}
    assert {one for one in named if one not in known and (one[0], f"/api/v1{one[1]}") not in known} == set()


def _bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def test_every_command_has_its_handler() -> None:
    missing = []
    for parser in _all_parsers(build_parser()):
        place = parser.get_default("handler")
        if place is not None:
            module, _, name = place.partition(":")
            path = f"{module.replace('.', '/')}.py"
            if not (ROOT / path).exists() or name not in names_in(path):
                missing.append(place)
    assert missing == []


def _all_parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    return [parser, *(inner for one in _subcommands(parser).values() for inner in _all_parsers(one))]


@pytest.mark.parametrize("name", READMES)
def test_readmes_name_every_command_and_setting(name: str) -> None:
    page = document(name)
    commands = {f"masteria {command}" for command in _subcommands(build_parser())}
    settings = set(tomllib.loads((ROOT / "masteria/defaults.toml").read_text()))
    assert (commands | settings) - set(page.inline) == set()


def test_every_setting_is_explained_where_it_stands() -> None:
    paragraphs = (ROOT / "masteria/defaults.toml").read_text().split("\n\n")
    bare = []
    for paragraph in paragraphs:
        lines = paragraph.splitlines()
        comments = [line for line in lines if line.startswith("#")]
        bare += [line for line in lines if re.match(r"\w+ =", line) and not comments]
    assert bare == []


def test_both_readmes_say_the_same() -> None:
    english, portuguese = (document(name) for name in READMES)
    assert len(english.anchors) == len(portuguese.anchors)
    assert set(english.links) - {"README.pt-BR.md"} == set(portuguese.links) - {"README.md"}
    assert len(english.commands()) == len(portuguese.commands())


def test_architecture_names_every_table_and_no_index_that_is_gone() -> None:
    page = document("docs/ARCHITECTURE.md")
    tables, indexes = _schema("TABLE"), _schema("INDEX")
    named = {token for token in page.inline if token.startswith("idx_")}
    assert tables - set(page.inline) == set()
    assert named - indexes == set()


def test_states_names_every_status_and_reason() -> None:
    tokens = {token.removesuffix(":…") for token in document("docs/STATES.md").inline}
    reasons = {*UNPARSED, *PAYLOAD, *FIELD, *HOLD, *SESSION_REASONS, *BUDGETS}
    reasons -= {"empty_body"}  # 400 at the door, never stored
    tokens |= {token.rpartition(": ")[2] for token in tokens}
    assert (set(STATUSES) | reasons) - tokens == set()


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = document("docs/adr/0002-dependencies.md").text
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=\[]", entry)[0] for entry in wanted}
    typing = {name for name in names if name.startswith("types-") or name.endswith("-stubs")} | {"setuptools"}
    assert {name for name in names - typing if f"`{name}`" not in text} == set()


def test_decisions_are_numbered_without_gaps_and_dated() -> None:
    pages = [page for page in documents() if page.name.startswith("docs/adr/")]
    numbers = [int(page.name.rpartition("/")[2][:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    for page, number in zip(pages, numbers, strict=True):
        assert page.text.startswith(f"# {number:04d} "), page.name
        assert re.search(r"^Status: (accepted|replaced by \S+) · \d{4}-\d\d-\d\d", page.text, re.MULTILINE), page.name


def test_license_is_apache_2_with_the_authors() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "Copyright 2026 The Master IA authors" in text
