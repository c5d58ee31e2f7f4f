"""How the commands `job`, `dlq` and `replay` are written; what all commands share: masteria/commands.py."""

from __future__ import annotations

import argparse

from masteria.dead_letters import FILTERS as LETTER_FILTERS
from masteria.replaying import FILTERS as EVENT_FILTERS
from masteria.whatsapp_parsers import Add


def add_job_actions(action: Add) -> None:
    """Add what `job` does.

    Args:
        action: takes a name, the place of its handler and its help; returns its parser.
    """
    listing = action("list", "masteria.jobs:list_", "long work, the newest first")
    listing.add_argument("--kind", help="such as event_replay")
    listing.add_argument("--state", choices=("running", "done", "cancelled", "failed"))
    show = action("show", "masteria.jobs:show", "one of them; exit code 1: it failed or was cancelled")
    show.add_argument("id")
    show.add_argument("--wait", action="store_true", help="follow it to its end")
    action("cancel", "masteria.jobs:cancel", "stop one; what is done stays done").add_argument("id")


def add_letter_actions(action: Add) -> None:
    """Add what `dlq` does; see :func:`add_job_actions`."""
    action("summary", "masteria.dead_letters:summary", "by class and code, with what to do about each")
    listing = action("list", "masteria.dead_letters:list_", "what nobody has dealt with, the newest first")
    listing.add_argument("--all", action="store_true", help="also what somebody has dealt with")
    _add_filters(listing, LETTER_FILTERS)
    action("show", "masteria.dead_letters:show", "one of them, with payload and attempts").add_argument("id")
    for name, text in (
        ("retry", "try some again, counted first"),
        ("discard", "nothing more is to be done about some"),
    ):
        parser = action(name, f"masteria.dead_letters:{name}", text)
        _add_filters(parser, LETTER_FILTERS)
        _add_bulk(parser)


def add_ai_actions(action: Add) -> None:
    """Add what `ai` does; see :func:`add_job_actions`."""
    evaluate = action("eval", "masteria.ai:evaluate", "how well messages of known meaning are understood")
    evaluate.add_argument("--file", metavar="FILE", help='JSON lines {"text", "intent"}; without it the set of our own')
    evaluate.add_argument(
        "--knowledge",
        action="store_true",
        help="how well knowledge is found instead: a set of our own, or with --company its own questions with answers; "
        '--file: {"question", "source"} and, without --company, {"name", "text"} of what is known',
    )
    evaluate.add_argument("--part", choices=("test", "dev", "all"), default="test", help="of the set (%(default)s)")


def add_replay(parser: argparse.ArgumentParser) -> None:
    """Add the options of `replay`."""
    _add_filters(parser, EVENT_FILTERS)
    parser.add_argument("--payload", metavar="JSON", help="JSON that the payload must contain")
    parser.add_argument("--rule", action="append", metavar="ID", help="only this rule (may be repeated)")
    parser.add_argument("--force", action="store_true", help="also what was accepted already: it is sent twice")
    _add_bulk(parser)


def _add_filters(parser: argparse.ArgumentParser, names: tuple[str, ...]) -> None:
    for name in names:
        parser.add_argument(f"--{name.replace('_', '-')}", dest=f"only_{name}", metavar="VALUE")


def _add_bulk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID", help="these, instead of filters")
    parser.add_argument("--everything", action="store_true", help="no filter: all of them")
    parser.add_argument("--yes", action="store_true", help="run it without asking")
    parser.add_argument("--no-wait", action="store_true", help="do not follow the job")
