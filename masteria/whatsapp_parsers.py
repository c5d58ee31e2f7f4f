"""How the commands `session` and `template` are written; what they share with others stands in masteria/commands.py."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Add = Callable[[str, str, str], argparse.ArgumentParser]


def add_session_actions(action: Add) -> None:
    """Add what `session` does beyond list, show, create and delete.

    Args:
        action: takes a name, the place of its handler and its help; returns its parser.
    """
    _add_new(action("add", "masteria.sessions:add", "a number, its token and ids tried first; or a phone by QR code"))
    app = action("app", "masteria.sessions:app", "the Meta app whose webhooks tell of a number")
    app.add_argument("id")
    _add_app(app, needed=True)
    action("qr", "masteria.sessions:qr", "link a phone: its QR code, until it is scanned").add_argument("id")
    pair = action("pair", "masteria.sessions:pair", "link a phone by a code that is typed into it")
    pair.add_argument("id")
    pair.add_argument("--phone", required=True, help="the phone that is linked")
    pause = action("pause", "masteria.sessions:pause", "send nothing through it")
    pause.add_argument("id")
    pause.add_argument("--until", metavar="TIME", help="resume by itself then, such as 2026-01-31T12:00:00Z")
    pause.add_argument("--reason", help="a word of your own")
    action("resume", "masteria.sessions:resume", "send again").add_argument("id")
    limits = action("limits", "masteria.sessions:limits", "what bounds its sending; with options: change it")
    limits.add_argument("id")
    _add_limits(limits)
    check = action("check", "masteria.sessions:check", "ask WhatsApp whether token and ids work (exit code 1: no)")
    check.add_argument("id")


def add_template_actions(action: Add) -> None:
    """Add what `template` does beyond list, show, create and delete; see :func:`add_session_actions`."""
    sync = action("sync", "masteria.templates:sync", "take in what WhatsApp says of the templates")
    sync.add_argument("--import", dest="take_in", action="store_true", help="also store those that are not stored")
    submit = action("submit", "masteria.templates:submit", "hand one in for WhatsApp's review, or its change")
    submit.add_argument("id")
    submit.add_argument("--example", action="append", metavar="TEXT", help="a value for each variable, in their order")
    submit.add_argument("--components", metavar="FILE", help="JSON: Meta's own components instead of the stored body")
    withdraw = action("withdraw", "masteria.templates:withdraw", "delete one at WhatsApp")
    withdraw.add_argument("id")
    withdraw.add_argument("--all-languages", action="store_true", help="the name in every language")
    preview = action("preview", "masteria.templates:preview", "one with real values: an event's, or given ones")
    test = action("test", "masteria.templates:test", "send one to a number of your own")
    test.add_argument("--to", required=True, metavar="PHONE", help="your number")
    for parser in (preview, test):
        parser.add_argument("id")
        parser.add_argument("--event", metavar="ID", help="an event's values; by default the newest's")
        parser.add_argument("--value", action="append", metavar="NAME=TEXT", help="a variable's value")
    for parser in (sync, submit, withdraw, test):
        parser.add_argument("--session", metavar="ID", help="a number of the account (needed if there are several)")
    _add_variants(action)


def _add_variants(action: Add) -> None:
    variants = action("variants", "masteria.variants:list_", "texts that may stand for one")
    add = action("variant-add", "masteria.variants:add", "write such a text by hand")
    add.add_argument("--text", required=True, help="with exactly the template's variables")
    add.add_argument("--approved", action="store_true", help="messages may say it at once")
    review = action("variant-review", "masteria.variants:review", "approve or reject one of them")
    write = action("variant-write", "masteria.variants:write", "have the company's language model propose some")
    write.add_argument("--brief", required=True, help="how it should be said")
    write.add_argument("--count", type=int, default=3, help="how many, 10 at most")
    samples = action("variant-samples", "masteria.variants:samples", "what ten recent events would be told")
    samples.add_argument("--proposed", action="store_true", help="as if what is proposed were approved")
    for parser in (variants, add, review, write, samples):
        parser.add_argument("id", help="the template's")
    review.add_argument("variant", help="the variant's id")
    review.add_argument("state", choices=("approved", "rejected", "proposed"))
    ideas = action("ideas", "masteria.variants:ideas", "ideas of templates for an event")
    ideas.add_argument("event_type", help="such as cart_abandoned")
    ideas.add_argument("--count", type=int, default=3, help="how many, 5 at most")
    ideas.add_argument("--language", choices=("pt_BR", "en"), default="pt_BR")
    ideas.add_argument("--brief", default="", help="what they should be like, for a language model")


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--transport", required=True, choices=("cloud", "web", "simulator"))
    parser.add_argument("--name", required=True, help="how it is shown")
    parser.add_argument("--phone", help="the number itself, such as +5511900000000")
    parser.add_argument("--phone-number-id", help="Meta's id of the number")
    parser.add_argument("--waba-id", help="Meta's id of the WhatsApp Business account")
    parser.add_argument("--token", help="the permanent token; asked for where it is left out")
    parser.add_argument("--token-stdin", action="store_true", help="read the token from standard input")
    _add_app(parser, needed=False)
    _add_limits(parser)
    parser.add_argument("--pair-code", action="store_true", help="web: a code to type into --phone, no QR code")
    parser.add_argument("--no-wait", action="store_true", help="web: do not link it now")


def _add_app(parser: argparse.ArgumentParser, *, needed: bool) -> None:
    parser.add_argument("--app-id", required=needed, help="the Meta app, for receipts and answers")
    parser.add_argument("--app-secret", help="asked for where it is left out")
    parser.add_argument("--verify-token", help="a word you choose; made up where it is left out")


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--throughput", type=int, help="messages per second")
    parser.add_argument("--tier", help="such as TIER_2K")
    parser.add_argument("--options", metavar="JSON", help="budgets and settings, as docs/STATES.md has them")
