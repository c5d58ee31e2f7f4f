"""The command `rule` beyond listing: what a rule did, what it would have done, and switching it."""

from __future__ import annotations

import argparse
import json
import urllib.parse
from pathlib import Path
from typing import Any

from engine.errors import BadRequest
from masteria.api_client import client_for
from masteria.tables import show_one, show_rows

_MOST = 100


def runs(given: argparse.Namespace) -> int:
    """Print for which events a rule ran, for which not, and why; newest first."""
    rows = _page(given, f"/rules/{given.id}/runs", outcome=given.outcome, reason=given.reason)
    for row in rows:
        row["why"] = _why(row)
    show_rows(rows, ("created_at", "event_type", "order_id", "outcome", "reason", "why"), given.json)
    return 0


def cases(given: argparse.Namespace) -> int:
    """Print what goes on later, or went."""
    rows = _page(given, f"/rules/{given.id}/cases", state=given.state, reason=given.reason, order_id=given.order)
    show_rows(rows, ("id", "order_id", "phone", "state", "reason", "next_step", "due_at"), given.json)
    return 0


def cancel(given: argparse.Namespace) -> int:
    """Call one running case off."""
    show_one(client_for(given).call("POST", f"/rules/{given.id}/cases/{given.case}/cancel"), given.json)
    return 0


def dry_run(given: argparse.Namespace) -> int:
    """Print what a rule would have sent; nothing is sent."""
    body: dict[str, Any] = {"days": given.days, "events": given.events}
    if given.file:
        body["rule"] = _read(given.file)
    told = client_for(given).call("POST", f"/rules/{given.id}/dry-run", body)
    if given.json:
        show_one(told, as_json=True)
        return 0
    print(f"{told['events']} events looked at: {told['would_send']} messages would have been sent")
    for name, count in {**told["outcomes"], **told["reasons"]}.items():
        print(f"  {count:>7}  {name}")
    show_rows(told["sends"], ("at", "to", "step", "status", "reason", "text"), as_json=False)
    return 0


def versions(given: argparse.Namespace) -> int:
    """Print every version a rule has had."""
    show_rows(_page(given, f"/rules/{given.id}/versions"), ("version", "created_at"), given.json)
    return 0


def switch(given: argparse.Namespace) -> int:
    """Switch a rule on or off."""
    show_one(client_for(given).call("PATCH", f"/rules/{given.id}", {"active": given.active}), given.json)
    return 0


def _why(row: dict[str, Any]) -> str:
    detail = row.get("detail") or {}
    if "field" in detail:
        return f"{detail['field']} {detail['op']} {detail['wanted']!r}, found {detail['found']!r}"
    return str((row.get("reason_text") or {}).get("en", ""))


def _page(given: argparse.Namespace, path: str, **filters: object) -> list[dict[str, Any]]:
    query = {name: value for name, value in {"limit": _MOST, **filters}.items() if value is not None}
    data: list[dict[str, Any]] = client_for(given).call("GET", f"{path}?{urllib.parse.urlencode(query)}")["data"]
    return data


def _read(file: str) -> dict[str, Any]:
    try:
        value = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadRequest(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRequest(f"{file} must hold an object")
    return value
