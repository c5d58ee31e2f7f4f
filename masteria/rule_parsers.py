"""How the commands `rule` and `flow` are written; what they share with others stands in masteria/commands.py."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Add = Callable[[str, str, str], argparse.ArgumentParser]


def add_rule_actions(action: Add) -> None:
    """Add what `rule` does beyond list, show, create and delete.

    Args:
        action: takes a name, the place of its handler and its help; returns its parser.
    """
    dry = action("dry-run", "masteria.rules:dry_run", "what it would have sent in the past; nothing is sent")
    dry.add_argument("--days", type=int, default=7, help="how far back (%(default)s)")
    dry.add_argument("--events", type=int, default=1_000, help="at most so many of the newest (%(default)s)")
    dry.add_argument("--file", metavar="FILE", help="JSON: changes to try")
    runs = action("runs", "masteria.rules:runs", "for which events it ran, for which not, and why")
    runs.add_argument("--outcome", choices=("fired", "held", "not_matched", "skipped", "error"))
    cases = action("cases", "masteria.rules:cases", "what goes on later, step by step")
    cases.add_argument("--state", choices=("running", "done", "cancelled", "skipped", "failed"))
    cases.add_argument("--order", metavar="ID", help="of one order")
    for parser in (runs, cases):
        parser.add_argument("--reason", metavar="CODE")
    cancel = action("cancel-case", "masteria.rules:cancel", "call a running case off")
    versions = action("versions", "masteria.rules:versions", "every version it has had")
    on = action("activate", "masteria.rules:switch", "switch it on")
    off = action("deactivate", "masteria.rules:switch", "switch it off; its cases end at their next step")
    on.set_defaults(active=True)
    off.set_defaults(active=False)
    for parser in (dry, runs, cases, cancel, versions, on, off):
        parser.add_argument("id", help="the rule")
    cancel.add_argument("case", help="the case")


def add_flow_actions(action: Add) -> None:
    """Add the actions of `flow`; see :func:`add_rule_actions`."""
    action("list", "masteria.flows:catalogue", "the ready-made flows")
    pix = action("pix", "masteria.flows:put", "make the PIX automation, or change it as one")
    pix.add_argument("--session", metavar="ID", help="the number that writes")
    pix.add_argument("--file", metavar="FILE", help="its JSON as the API takes it; - is standard input")
    action("show", "masteria.flows:show", "the PIX automation: its rules, how much waits")
    summary = action("summary", "masteria.flows:summary", "generated, paid, recovered by reminders")
    summary.add_argument("--since", metavar="TIME", help="such as 2026-01-31T00:00:00Z; 30 days by default")
    orders = action("orders", "masteria.flows:orders", "orders with a PIX code and their next reminder")
    orders.add_argument("--state", choices=("pending", "paid", "expired"))
    action("cancel-reminder", "masteria.flows:cancel_reminder", "call off an order's reminder").add_argument("order")
    action("delete", "masteria.flows:remove", "take the PIX automation out of use")
