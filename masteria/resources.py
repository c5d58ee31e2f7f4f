"""The commands `webhook`, `rule`, `session` and `template`: thin clients of the HTTP API."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from engine.errors import BadRequest
from masteria.api_client import client_for
from masteria.tables import show_one, show_rows

_COLUMNS = {
    "webhooks": ("id", "name", "source", "active", "url"),
    "rules": ("id", "name", "active", "trigger"),
    "sessions": ("id", "name", "transport", "phone", "state", "reason"),
    "templates": ("id", "name", "kind", "language", "status"),
}


def list_(given: argparse.Namespace) -> int:
    """Print all of a company's."""
    rows = list(client_for(given).pages(f"/{given.resource}"))
    show_rows(rows, _COLUMNS[given.resource], given.json)
    return 0


def show(given: argparse.Namespace) -> int:
    """Print one."""
    show_one(client_for(given).call("GET", f"/{given.resource}/{given.id}"), given.json)
    return 0


def create(given: argparse.Namespace) -> int:
    """Make one; secrets are in what is printed, and never shown again."""
    show_one(client_for(given).call("POST", f"/{given.resource}", _body(given)), given.json)
    return 0


def _body(given: argparse.Namespace) -> dict[str, Any]:
    if given.file:
        text = sys.stdin.read() if given.file == "-" else Path(given.file).read_text(encoding="utf-8")
        try:
            body: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise BadRequest(f"{given.file} is no JSON: {error}") from error
        return body
    if given.resource == "webhooks" and given.source:
        return {"name": given.name or given.source, "source": given.source, "auth": {"scheme": given.scheme}}
    needed = "--source or --file" if given.resource == "webhooks" else "--file"
    raise BadRequest(f"{needed} is needed; the forms are described at /docs")


def delete(given: argparse.Namespace) -> int:
    """Take one out of use."""
    client_for(given).call("DELETE", f"/{given.resource}/{given.id}")
    show_one({"id": given.id, "deleted": True}, given.json)
    return 0
