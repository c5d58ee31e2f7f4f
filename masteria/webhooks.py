"""The command `webhook` beyond listing: what came in by one, captures, a mapping's preview, a test through its door."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from engine.errors import BadRequest
from masteria.api_client import client_for
from masteria.tables import show_one, show_rows

_DELIVERY = ("created_at", "verdict", "event_type", "signature", "bytes", "event_id")


def activity(given: argparse.Namespace) -> int:
    """Print the last 24 hours, the last deliveries, refusals by reason and the last error."""
    told = client_for(given).call("GET", f"/webhooks/{given.id}/activity")
    if given.json:
        show_one(told, as_json=True)
        return 0
    print(f"last delivery  {told['last_delivery_at'] or 'none yet'}")
    print("last 24 hours  " + ", ".join(f"{count} {verdict}" for verdict, count in told["last_24h"].items()))
    if error := told["last_error"]:
        words = (error["reason_text"] or {}).get("pt") or error["reason"] or ""
        print(f"last error     {error['at']} {error['kind']}: {words}")
    for title, rows, columns in (
        ("by hour (UTC)", told["hours"], ("hour", *told["last_24h"])),
        ("refused in seven days", told["refused"], ("reason", "count", "last_at")),
        (
            "last deliveries",
            told["deliveries"],
            _DELIVERY,
        ),
    ):
        if rows:
            print(f"\n{title}")
            show_rows(rows, columns, as_json=False)
    return 0


def captures(given: argparse.Namespace) -> int:
    """Print the distinct payload shapes of each event type, each with its values by path."""
    told = client_for(given).call("GET", f"/webhooks/{given.id}/captures?limit={given.limit}")
    if given.json:
        show_one(told, as_json=True)
        return 0
    for one in told["data"]:
        print(f"{one['event_type'] or '–'}  shape {one['shape']}  seen {one['seen']}  capture {one['id']}")
        show_rows(one["values"], ("path", "kind", "example", "field"), as_json=False)
        print()
    return 0


def preview(given: argparse.Namespace) -> int:
    """Print what a mapping makes of a capture, an event or a payload."""
    body: dict[str, Any] = {}
    if given.mapping:
        body["mapping"] = _json(given.mapping)
    for name in ("capture", "event"):
        if value := getattr(given, name):
            body[f"{name}_id"] = value
    if given.payload:
        body["payload"] = _json(given.payload)
    told = client_for(given).call("POST", f"/webhooks/{given.id}/mapping/preview", body)
    if given.json:
        show_one(told, as_json=True)
        return 0
    show_rows(told["fields"], ("field", "value", "origin", "path", "problem"), as_json=False)
    if told["unmapped"]:
        print("\nread by nobody")
        show_rows(told["unmapped"], ("path", "kind", "example"), as_json=False)
    return 0


def test(given: argparse.Namespace) -> int:
    """Send a sample through the webhook's own door; rules run as for a real one."""
    body: dict[str, Any] = {"payload": _json(given.payload)} if given.payload else {"event_type": given.event_type}
    show_one(client_for(given).call("POST", f"/webhooks/{given.id}/test", body), given.json)
    return 0


def _json(file: str) -> Any:
    """Read a file's JSON; - is standard input.

    Raises:
        BadRequest: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadRequest(f"{file} cannot be read as JSON: {error}") from error
