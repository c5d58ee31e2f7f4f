"""The command `replay`: rules over stored events once more, counted first."""

from __future__ import annotations

import argparse
import json
from typing import Any

from engine.errors import BadRequest
from masteria.jobs import bulk

FILTERS = ("event_type", "source", "webhook_id", "state", "external_id", "order_id", "phone", "from", "to")


def replay(given: argparse.Namespace) -> int:
    """Show what a replay would send and why not the rest; run it with ``--yes`` or when asked."""
    return bulk(given, "/events/replay", _request(given))


def _request(given: argparse.Namespace) -> dict[str, Any]:
    values = {name: getattr(given, f"only_{name}") for name in FILTERS}
    wanted = {name: value for name, value in values.items() if value is not None}
    if given.payload is not None:
        try:
            wanted["payload"] = json.loads(given.payload)
        except ValueError as error:
            raise BadRequest(f"--payload is no JSON: {error}") from error
    options: dict[str, Any] = {}
    if given.rule:
        options["rules"] = given.rule
    if given.force:
        options["force"] = True
    if given.ids and (wanted or given.everything):
        raise BadRequest("ids and filters cannot be mixed")
    if given.ids:
        return {"ids": given.ids, **options}
    if not wanted and not given.everything:
        raise BadRequest("name ids or filters, or --everything")
    return {"filter": wanted, **options}
