"""How the command `contacts` is written; what it shares with others stands in masteria/commands.py."""

from __future__ import annotations

from masteria.whatsapp_parsers import Add


def add_contact_actions(action: Add) -> None:
    """Add the actions of `contacts`; see :func:`masteria.whatsapp_parsers.add_session_actions`."""
    found = action("list", "masteria.contacts:list_contacts", "people, newest first")
    found.add_argument("--q", metavar="WORDS", help="beginnings of words of name, e-mail or document")
    found.add_argument("--phone")
    found.add_argument("--tag")
    found.add_argument("--list", dest="list_id", metavar="ID", help="only those in a list")
    found.add_argument("--opted-out", action="store_true", help="only those who want no messages")
    found.add_argument("--limit", type=int, default=100, help="at most so many (%(default)s)")
    take_in = action("import", "masteria.contacts:take_in", "take in a CSV file, with its progress")
    take_in.add_argument("file")
    take_in.add_argument("--preview", action="store_true", help="only show how it is understood")
    take_in.add_argument("--consent-source", metavar="TEXT", help="where these people agreed to be written to (needed)")
    take_in.add_argument("--consent-purpose", choices=("marketing", "transactional", "all"), default="marketing")
    take_in.add_argument("--mode", choices=("update", "skip"), default="update", help="known contacts (%(default)s)")
    take_in.add_argument(
        "--mapping", metavar="COLUMNS", help="one word per column, such as name,phone,email,-,field:plano"
    )
    take_in.add_argument("--encoding", choices=("utf-8", "cp1252"))
    take_in.add_argument("--delimiter", metavar="CHARACTER")
    take_in.add_argument("--no-header", action="store_true", help="the first row is a person")
    take_in.add_argument(
        "--list", dest="list_id", action="append", default=[], metavar="ID", help="put them into a list"
    )
    take_in.add_argument("--tag", action="append", default=[], help="tag them")
    take_in.add_argument("--errors", metavar="FILE", help="write the refused rows there, with the reason")
    stop = action("opt-out", "masteria.contacts:opt_out", "write to people no more")
    stop.add_argument("phones", nargs="+", metavar="PHONE")
    stop.add_argument("--kind", choices=("all", "marketing"), default="all")
    stop.add_argument("--source", metavar="TEXT", help="where it was said")
    stop.add_argument("--remove", action="store_true", help="write to them again")
