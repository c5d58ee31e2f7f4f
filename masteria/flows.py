"""The command `flow`: the PIX automation, its figures and its orders."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.parse
from pathlib import Path
from typing import Any

from engine.errors import BadRequest
from masteria.api_client import client_for
from masteria.tables import show_one, show_rows

_ROUTE = "/flows/pix"


def catalogue(given: argparse.Namespace) -> int:
    """Print the ready-made flows."""
    rows = client_for(given).call("GET", "/flows")["data"]
    show_rows(rows, ("kind", "name", "in_use"), given.json)
    return 0


def show(given: argparse.Namespace) -> int:
    """Print the PIX automation."""
    flow = client_for(given).call("GET", _ROUTE)
    if given.json:
        show_one(flow, as_json=True)
        return 0
    print(f"PIX automation, {'on' if flow['active'] else 'off'}, since {flow['created_at']}")
    show_rows(flow["rules"], ("part", "name", "active", "waiting", "rule_id"), as_json=False)
    return 0


def put(given: argparse.Namespace) -> int:
    """Make the PIX automation, or change it as one."""
    body: dict[str, Any] = {}
    if given.file:
        text = sys.stdin.read() if given.file == "-" else Path(given.file).read_text(encoding="utf-8")
        try:
            body = json.loads(text)
        except ValueError as error:
            raise BadRequest(f"{given.file} is no JSON: {error}") from error
    if given.session:
        body["session_id"] = given.session
    if not body:
        raise BadRequest("--session or --file is needed; the form is in docs/RULES.md")
    flow = client_for(given).call("POST", _ROUTE, body)
    if given.json:
        show_one(flow, as_json=True)
    else:
        show_rows(flow["rules"], ("part", "name", "active", "version", "rule_id"), as_json=False)
    return 0


def summary(given: argparse.Namespace) -> int:
    """Print codes generated, paid, paid after a reminder, and the revenue recovered."""
    query = urllib.parse.urlencode({"from": given.since}) if given.since else ""
    told = client_for(given).call("GET", f"{_ROUTE}/summary?{query}")
    if given.json:
        show_one(told, as_json=True)
        return 0
    after = told["paid_after_reminder"]
    rows = [
        {"what": name, **sums}
        for name, sums in (
            ("generated", told["generated"]),
            ("paid", told["paid"]),
            ("paid after a reminder, within 24 h", after["direct"]),
            ("paid after a reminder, within 7 days", after["assisted"]),
        )
    ]
    show_rows(rows, ("what", "orders", "amount"), as_json=False)
    print(f"recovered: R$ {told['recovered_amount']}")
    return 0


def orders(given: argparse.Namespace) -> int:
    """Print the newest orders with their next reminder."""
    query = {name: value for name, value in {"limit": 100, "state": given.state}.items() if value}
    rows = client_for(given).call("GET", f"{_ROUTE}/orders?{urllib.parse.urlencode(query)}")["data"]
    for row in rows:
        row["reminder"] = (row["next_reminder"] or {}).get("due_at")
    show_rows(rows, ("order_id", "state", "value", "generated_at", "expires_at", "reminder"), given.json)
    return 0


def cancel_reminder(given: argparse.Namespace) -> int:
    """Call off what an order would still be reminded of."""
    answer = client_for(given).call("POST", f"{_ROUTE}/orders/cancel-reminder", {"order_id": given.order})
    show_one(answer, given.json)
    return 0


def remove(given: argparse.Namespace) -> int:
    """Take the PIX automation out of use."""
    client_for(given).call("DELETE", _ROUTE)
    show_one({"flow": "pix", "deleted": True}, given.json)
    return 0
