"""How the command `campaign` is written."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from engine.campaigns import STATES

_Make = Callable[..., argparse.ArgumentParser]
_PLACE = "masteria.campaigns:{}"


def add_campaign_actions(make: _Make) -> None:
    """Add the actions; ``make(name, place, text)`` gives a parser that knows data directory, company and ``--json``."""
    listing = make("list", _PLACE.format("list_"), "the newest campaigns")
    listing.add_argument("--status", choices=STATES)
    for name, function, text in (
        ("show", "show", "one of them, and how far it is"),
        ("dry-run", "dry_run", "who would get it and who not, how long it takes, what it costs; nothing is sent"),
        ("start", "start", "show the dry run, then send to exactly those people"),
        ("pause", "pause", "only what is in flight still leaves"),
        ("resume", "resume", "go on exactly where it stopped"),
        ("cancel", "cancel", "what has not left never will"),
        ("report", "report", "who got it, who did not and why"),
    ):
        one = make(name, _PLACE.format(function), text)
        one.add_argument("id")
        if name in ("show", "resume"):
            one.add_argument("--follow", action="store_true", help="show its progress until it ends")
        if name == "start":
            one.add_argument("--yes", action="store_true", help="do not ask")
            one.add_argument("--no-wait", action="store_true", help="do not follow it")
