"""The command `export`: a list into a file, streamed, with how far it is on the terminal."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from rich.console import Console
from rich.progress import DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from engine.errors import BadRequest, Unavailable
from masteria.api_client import client_for

_PIECE = 65_536


def export(given: argparse.Namespace) -> int:
    """Write a list into a file, or to the output; a file that is not complete does not get its name."""
    query = dict(_pairs(given.filter))
    query |= {name: value for name, value in _style(given).items() if value}
    path = f"/exports/{given.kind}.{given.format}" + (f"?{urlencode(query)}" if query else "")
    with client_for(given).open(path) as answer:
        if given.output == "-":
            shutil.copyfileobj(answer, sys.stdout.buffer, _PIECE)
            return 0
        target = Path(given.output or _name(answer, given))
        part = target.with_name(target.name + ".part")
        with part.open("wb") as file:
            _copy(answer, file, target.name)
        part.replace(target)
    print(f"{target} ({target.stat().st_size} bytes)")
    return 0


def _pairs(given: list[str]) -> Iterator[tuple[str, str]]:
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise BadRequest(f"--filter {one}: NAME=VALUE is needed, as the list takes it")
        yield name, value


def _style(given: argparse.Namespace) -> dict[str, str]:
    return {
        "lang": given.lang,
        "delimiter": "semicolon" if given.semicolon else "",
        "bom": "true" if given.bom else "",
        "compress": "gzip" if given.gzip else "",
    }


def _name(answer: Any, given: argparse.Namespace) -> str:
    """Return the name that the answer proposes; only its last part, whatever it says."""
    said = str(answer.headers.get("content-disposition", "")).partition('filename="')[2].rstrip('"')
    return Path(said).name or f"{given.kind}.{given.format}"


def _copy(answer: Any, file: IO[bytes], name: str) -> None:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=None)
        try:
            while piece := answer.read(_PIECE):
                file.write(piece)
                progress.advance(task, len(piece))
        except (OSError, HTTPException) as error:
            raise Unavailable(f"the export broke off: {error}") from error
    if answer.length:  # what was announced and did not come
        raise Unavailable(f"the export broke off: {answer.length} bytes are missing")
