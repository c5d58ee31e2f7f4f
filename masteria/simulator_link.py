"""Tells the simulator which apps, numbers and templates live on it: its memory is its own and ends with it."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from itertools import groupby
from typing import Any

from engine.credentials import open_meta_secrets, open_session_token
from engine.template_syntax import Expression, parse_template
from engine.vault import Vault
from storage.installation import list_simulator_numbers, list_simulator_templates
from storage.pool import Connection
from storage.searching import Row


async def app_specs(connection: Connection, vault: Vault, base_url: str) -> dict[str, dict[str, Any]]:
    """Return the body of ``PUT /_sim/apps/{app_id}`` by app, for every number whose transport is the simulator.

    Args:
        connection: any.
        vault: opens the apps' secrets and the numbers' tokens.
        base_url: where the simulator reaches the gateway.
    """
    numbers = await list_simulator_numbers(connection)
    templates = await list_simulator_templates(connection)
    specs = {}
    for app_id, rows in groupby(numbers, key=lambda row: str(row["app_id"])):
        members = list(rows)
        meta = open_meta_secrets(vault, app_id, members[0]["app_sealed"])
        specs[app_id] = {
            "app_secret": meta.app_secret,
            "verify_token": meta.verify_token,
            "callback_url": f"{base_url}/api/v1/webhooks/meta/{app_id}",
            "numbers": [_number(vault, row) for row in members],
            "templates": [_template(row) for row in templates if row["app_id"] == app_id],
        }
    return specs


def _number(vault: Vault, row: Row) -> dict[str, Any]:
    names = ("phone_number_id", "waba_id", "phone", "throughput", "tier")
    return {name: row[name] for name in names} | {"token": open_session_token(vault, row["id"], row["token_sealed"])}


def _template(row: Row) -> dict[str, str]:
    return {
        "name": row["name"],
        "language": row["language"],
        "category": row["category"],
        "body": meta_body(row["body"]),
    }


def meta_body(body: str) -> str:
    """Return a template's body as Meta keeps it: each different expression is one numbered place."""
    order: dict[str, int] = {}
    pieces = []
    for piece in parse_template(body):
        if isinstance(piece, Expression):
            place = order.setdefault(piece.written(), len(order) + 1)
            pieces.append(f"{{{{{place}}}}}")
        else:
            pieces.append(piece)
    return "".join(pieces)


async def register(simulator_url: str, specs: dict[str, dict[str, Any]]) -> dict[str, bool]:
    """Put every app to the simulator; return by app whether the gateway answered its handshake.

    Raises:
        OSError: the simulator cannot be reached or refused an app.
    """
    return {app_id: await asyncio.to_thread(put_app, simulator_url, app_id, spec) for app_id, spec in specs.items()}


def put_app(simulator_url: str, app_id: str, spec: dict[str, Any]) -> bool:
    """Put one app; return whether the gateway answered its handshake.

    Raises:
        OSError: the simulator cannot be reached or refused it.
    """
    request = urllib.request.Request(  # noqa: S310 -- our own simulator's address
        f"{simulator_url}/_sim/apps/{app_id}",
        data=json.dumps(spec).encode(),
        headers={"content-type": "application/json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- as above
        return bool(json.load(answer)["handshake"]["ok"])
