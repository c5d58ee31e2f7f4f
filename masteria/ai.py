"""The command `ai`: how well messages are understood."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from engine.ai.evaluation import Labelled, measure, own_set, read_labelled
from engine.ai.intents import IntentReader, OwnIntent, Verdict, looked_at
from engine.errors import BadRequest
from integrations.embedding import Embedder
from masteria import ai_knowledge
from masteria.api_client import client_for
from masteria.tables import show_rows


def evaluate(given: argparse.Namespace) -> int:
    """Print how well a labelled set is understood, by the built-in examples and, on request, a company's own; or how
    well knowledge is found (masteria/ai_knowledge.py)."""
    if given.knowledge:
        return ai_knowledge.evaluate(given)
    rows = [row for row in _labelled(given.file) if given.part in ("all", row.part)]
    if not rows:
        raise BadRequest("there is no labelled message in it")
    own = _own_intents(given) if given.company else []
    told = measure(rows, asyncio.run(_read(rows, own)))
    if given.json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        _show(told)
    return 0


def _labelled(file: str | None) -> list[Labelled]:
    if file is None:
        return own_set()
    try:
        return read_labelled(Path(file).read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise BadRequest(f"{file}: {error}") from error


def _own_intents(given: argparse.Namespace) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client_for(given).call("GET", "/ai/intents")["data"]
    return [row for row in rows if row["active"]]


async def _read(rows: list[Labelled], own: list[dict[str, Any]]) -> list[Verdict]:
    embedder = Embedder()
    try:
        intents = [
            OwnIntent(
                row["name"],
                row["examples"],
                await embedder.queries([looked_at(text) for text in row["examples"]]),
                row["threshold"],
            )
            for row in own
        ]
        vectors = await embedder.queries([looked_at(row.text) for row in rows])
        return IntentReader(intents).read([row.text for row in rows], vectors)
    finally:
        embedder.close()


def _show(told: dict[str, Any]) -> None:
    print(
        f"{told['messages']} messages: {_percent(told['accuracy'])} right; {told['unsure']} unsure, "
        f"{_percent(told['accuracy_when_sure'])} right of the others\n"
    )
    figures = [
        row | {"recall": _percent(row["recall"]), "precision": _percent(row["precision"])} for row in told["intents"]
    ]
    show_rows(figures, ("intent", "messages", "recall", "precision"), as_json=False)
    print("\nWhat they are (rows) and what they are taken for:\n")
    columns = sorted({name for found in told["confusion"].values() for name in found})
    table = [
        {"intent": name} | {column: str(found[column]) if column in found else "" for column in columns}
        for name, found in told["confusion"].items()
    ]
    show_rows(table, ("intent", *columns), as_json=False)
    print("\nHow far a confidence can be believed:\n")
    bands = [row | {"told": _percent(row["told"]), "right": _percent(row["right"])} for row in told["calibration"]]
    show_rows(bands, ("confidence", "messages", "told", "right"), as_json=False)
    if told["wrong"]:
        print("\nTaken for something else:\n")
        show_rows(told["wrong"], ("intent", "told", "confidence", "text"), as_json=False)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
