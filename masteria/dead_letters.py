"""The command `dlq`: dead letters summed up, listed, shown, tried again and discarded."""

from __future__ import annotations

import argparse
import urllib.parse
from typing import Any

from engine.errors import BadRequest
from masteria.api_client import client_for
from masteria.jobs import bulk
from masteria.tables import show_one, show_rows

FILTERS = ("kind", "class", "code", "from", "to", "session_id", "campaign_id", "rule_id")
_COLUMNS = ("id", "kind", "class", "code", "reason", "created_at", "resolution")
_LIST = 50


def summary(given: argparse.Namespace) -> int:
    """Print the classes of what nobody has dealt with, with what to do about each."""
    found = client_for(given).call("GET", "/dead-letters/summary")
    if given.json:
        show_one(found, as_json=True)
        return 0
    rows = [{**one, "advice": (one["advice"] or {}).get("pt")} for one in found["classes"]]
    show_rows(rows, ("count", "kind", "class", "code", "advice"), as_json=False)
    print(f"\n{found['count']:,}{' or more' if found['count_capped'] else ''} in all")
    return 0


def list_(given: argparse.Namespace) -> int:
    """Print the newest ones; without ``--all`` those that nobody has dealt with."""
    query = {**filters(given), "limit": str(_LIST), **({} if given.all else {"resolved": "false"})}
    page = client_for(given).call("GET", f"/dead-letters?{urllib.parse.urlencode(query)}")
    show_rows(page["data"], _COLUMNS, given.json)
    return 0


def show(given: argparse.Namespace) -> int:
    """Print one with its payload and every attempt."""
    show_one(client_for(given).call("GET", f"/dead-letters/{given.id}"), given.json)
    return 0


def retry(given: argparse.Namespace) -> int:
    """Try some again: those of the ids, or all that match."""
    return bulk(given, "/dead-letters/retry", _request(given))


def discard(given: argparse.Namespace) -> int:
    """Discard some: those of the ids, or all that match."""
    return bulk(given, "/dead-letters/discard", _request(given))


def filters(given: argparse.Namespace) -> dict[str, Any]:
    """Return the filter that the options name."""
    values = {name: getattr(given, f"only_{name}") for name in FILTERS}
    return {name: value for name, value in values.items() if value is not None}


def _request(given: argparse.Namespace) -> dict[str, Any]:
    wanted = filters(given)
    if given.ids and (wanted or given.everything):
        raise BadRequest("ids and filters cannot be mixed")
    if given.ids:
        return {"ids": given.ids}
    if not wanted and not given.everything:
        raise BadRequest("name ids or filters, or --everything")
    return {"filter": wanted}
