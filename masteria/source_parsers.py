"""How the commands `webhook` and `sync` are written; what they share with others stands in masteria/commands.py."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Add = Callable[[str, str, str], argparse.ArgumentParser]


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
