"""How the commands `webhook` and `sync` are written; what they share with others stands in masteria/commands.py."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Add = Callable[[str, str, str], argparse.ArgumentParser]


def add_sync_actions(action: Add) -> None:
    """Add what `sync` does; see :func:`add_webhook_actions`."""
    action("list", "masteria.syncs:list_", "history syncs with their last and next run")
    add = action("add", "masteria.syncs:add", "fetch a source's past events: at once, then every six hours")
    add.add_argument("webhook", help="the webhook's id")
    add.add_argument("--setting-id", required=True, help="Grapfy's webhookSettingId")
    token = add.add_mutually_exclusive_group(required=True)
    token.add_argument(
        "--token-file", dest="bearer_file", metavar="FILE", help="holds the bearer token; - is standard input"
    )
    token.add_argument("--token-env", metavar="NAME", help="the environment variable that holds it")
    add.add_argument("--since", metavar="TIME", help="events made since then (by default of the last 30 days)")
    add.add_argument("--automations", action="store_true", help="let rules run for events of the last 24 hours")
    run = action("run", "masteria.syncs:run", "fetch now, and show the progress (exit code 1: it failed)")
    run.add_argument("id")
    run.add_argument("--no-wait", dest="wait", action="store_false", help="only begin it")
    runs = action("runs", "masteria.syncs:runs", "what each run imported, and what it could not")
    runs.add_argument("id")
    for name, text in (("pause", "fetch no more by itself"), ("resume", "fetch again every six hours")):
        action(name, f"masteria.syncs:{name}", text).add_argument("id")
    action("delete", "masteria.syncs:delete", "take a sync away; what it imported stays").add_argument("id")


def add_webhook_actions(action: Add) -> None:
    """Add what `webhook` does beyond list, show, create and delete.

    Args:
        action: takes a name, the place of its handler and its help; returns its parser.
    """
    action("activity", "masteria.webhooks:activity", "last deliveries, rate, refusals, last error").add_argument("id")
    captures = action("captures", "masteria.webhooks:captures", "payload shapes by event type, with examples by path")
    captures.add_argument("id")
    captures.add_argument("--limit", type=int, default=20, help="how many shapes (%(default)s)")
    preview = action("preview", "masteria.webhooks:preview", "what a mapping makes of a payload; changes nothing")
    preview.add_argument("id")
    preview.add_argument("--mapping", metavar="FILE", help="JSON; left out: the webhook's own; - is standard input")
    what = preview.add_mutually_exclusive_group(required=True)
    what.add_argument("--capture", metavar="ID", help="a delivery, from `captures`")
    what.add_argument("--event", metavar="ID", help="a stored event")
    what.add_argument("--payload", metavar="FILE", help="JSON; - is standard input")
    test = action("test", "masteria.webhooks:test", "send a sample through the webhook's own door")
    test.add_argument("id")
    test.add_argument("--event-type", default="pix_created", help="what the sample is (%(default)s)")
    test.add_argument("--payload", metavar="FILE", help="JSON instead of a sample; - is standard input")
