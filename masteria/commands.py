"""The command line: what there is and how it is written. A command's module is imported only when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TypeAlias, cast

from engine.errors import MasteriaError, Unavailable
from masteria.campaign_parsers import add_campaign_actions
from masteria.contact_parsers import add_contact_actions
from masteria.rule_parsers import add_flow_actions, add_rule_actions
from masteria.source_parsers import add_sync_actions, add_webhook_actions
from masteria.whatsapp_parsers import add_session_actions, add_template_actions
from masteria.work_parsers import add_ai_actions, add_job_actions, add_letter_actions, add_replay

OK, FAILED, USAGE, UNAVAILABLE, CONFIG = 0, 1, 2, 69, 78  # the last two as in sysexits.h
Handler = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code.

    0 done, 1 failed, 2 wrong use, 69 something is not running, 78 settings that make no sense.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["bench"]:  # the benches have a command line of their own
        bench = import_module("bench.__main__")
        return int(bench.main(words[1:]) or OK)
    parser = build_parser()
    options = parser.parse_args(words)
    if not hasattr(options, "handler"):
        (getattr(options, "group", None) or parser).print_help()
        return USAGE
    try:
        return _handler(options.handler)(options)
    except MasteriaError as error:
        print(f"masteria: {error.detail}", file=sys.stderr)
        return _code(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _code(error: MasteriaError) -> int:
    if type(error).__name__ == "SettingsRefused":
        return CONFIG
    return UNAVAILABLE if isinstance(error, Unavailable) else FAILED


def _handler(place: str) -> Handler:
    module, _, name = place.partition(":")
    return cast("Handler", getattr(import_module(module), name))


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command but `bench`."""
    parser = argparse.ArgumentParser(
        prog="masteria", description="WhatsApp messages driven by events: webhooks in, the right message out, once."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_running(commands)
    _add_looking(commands)
    _add_people(commands)
    _add_resources(commands)
    _add_work(commands)
    _add_export(commands)
    commands.add_parser("bench", help="measure this machine (`masteria bench --help`)", add_help=False)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(commands: _Commands, name: str, place: str, text: str, *, json: bool = True) -> argparse.ArgumentParser:
    """Add a command that works on a data directory."""
    parser = commands.add_parser(name, help=text, description=text)
    folder = Path(os.environ.get("MASTERIA_DATA_DIR") or ".masteria")
    parser.add_argument("--data-dir", type=Path, default=folder, help="the installation's folder (%(default)s)")
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(handler=place)
    return parser


def _group(commands: _Commands, name: str, text: str) -> _Commands:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(group=parser)
    return parser.add_subparsers(title="actions", metavar="ACTION")


def _add_running(commands: _Commands) -> None:
    up = _command(commands, "up", "masteria.up:up", "start everything; Ctrl-C stops it in order", json=False)
    _add_settings(up)
    up.add_argument("--host", help="address to listen on")
    up.add_argument("--port", help="the gateway's port")
    up.add_argument("--live-port", help="the live feed's port")
    up.add_argument("--simulator-port", help="the simulator's port")
    up.add_argument("--no-simulator", dest="simulator", action="store_const", const=False, help="without the simulator")
    up.add_argument("--empty", dest="demo", action="store_const", const=False, help="a first start without the demo")
    migrate = _command(commands, "migrate", "masteria.upkeep:migrate", "bring the database to this version's schema")
    _add_settings(migrate)
    simulator = commands.add_parser("simulator", help="run the WhatsApp simulator alone")
    simulator.add_argument("--host", default="127.0.0.1")
    simulator.add_argument("--port", type=int, default=8002, help="0 takes a free one (%(default)s)")
    simulator.add_argument("--seed", type=int, default=0, help="decides latencies, shares and ids (%(default)s)")
    simulator.set_defaults(handler="masteria.upkeep:simulator")


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, help="settings file instead of <data-dir>/masteria.toml")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any setting of defaults.toml")


def _add_looking(commands: _Commands) -> None:
    _command(commands, "status", "masteria.status:status", "every part: process, memory, health")
    watch = _command(commands, "watch", "masteria.watch:watch", "the live feed: events becoming messages, rates, queue")
    watch.add_argument("--plain", action="store_true", help="one line per change, as a pipe gets it")
    doctor = _command(commands, "doctor", "masteria.doctor:doctor", "check whether this machine can run everything")
    _add_settings(doctor)


def _add_people(commands: _Commands) -> None:
    company = _group(commands, "company", "companies of the installation")
    create = _command(company, "create", "masteria.people:create_company", "a new company, with an API key of its own")
    create.add_argument("name")
    create.add_argument("--time-zone", default="America/Sao_Paulo")
    _command(company, "list", "masteria.people:list_companies", "all companies")

    user = _group(commands, "user", "people and their passwords")
    create = _command(user, "create", "masteria.users:create_user", "a person of a company; asks for the password")
    create.add_argument("email")
    create.add_argument("--name", default="")
    create.add_argument("--role", choices=("owner", "operator", "viewer"), default="operator")
    _add_company(create)
    _add_password(create)
    _add_company(_command(user, "list", "masteria.users:list_users", "the people of a company"))
    role = _command(user, "role", "masteria.users:set_role", "make one of a company's people something else")
    role.add_argument("email")
    role.add_argument("role", choices=("owner", "operator", "viewer"))
    _add_company(role)
    remove = _command(user, "remove", "masteria.users:remove_user", "take a person out of a company")
    remove.add_argument("email")
    _add_company(remove)
    password = _command(user, "password", "masteria.users:set_password", "another password for a person")
    password.add_argument("email")
    _add_password(password)
    reset = _command(user, "reset-password", "masteria.users:reset_password", "a one-time link to another password")
    reset.add_argument("email")

    apikey = _group(commands, "apikey", "API keys of a company")
    create = _command(apikey, "create", "masteria.people:create_key", "a new key, shown once")
    create.add_argument("name")
    create.add_argument("--role", choices=("owner", "operator", "viewer"), default="owner")
    _add_company(create)
    _add_company(_command(apikey, "list", "masteria.people:list_keys", "the keys of a company"))
    revoke = _command(apikey, "revoke", "masteria.people:revoke_key", "take a key out of force, everywhere at once")
    revoke.add_argument("id")
    _add_company(revoke)


def _add_company(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--company", metavar="ID", help="another company than that of credentials.json")


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _add_export(commands: _Commands) -> None:
    words = "a list as a file, with the list's own filters"
    export = _command(commands, "export", "masteria.exporting:export", words, json=False)
    export.add_argument("kind", choices=("events", "messages", "contacts", "campaign-recipients"))
    export.add_argument("--format", choices=("csv", "json", "jsonl"), default="csv", help="(%(default)s)")
    export.add_argument("--output", metavar="FILE", help="where to; - is the output, else the answer's own name")
    export.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE", help="as the list takes it")
    export.add_argument("--lang", choices=("pt", "en"), default="pt", help="CSV's column names (%(default)s)")
    export.add_argument("--semicolon", action="store_true", help="CSV for a Brazilian Excel: ; and decimal commas")
    export.add_argument("--bom", action="store_true", help="the mark by which Excel knows UTF-8")
    export.add_argument("--gzip", action="store_true", help="compressed")
    _add_company(export)


def _add_resources(commands: _Commands) -> None:
    add_sync_actions(partial(_companys, _group(commands, "sync", "past events out of other systems' histories")))
    add_contact_actions(partial(_companys, _group(commands, "contacts", "the book of people")))
    for name, text in (
        ("webhook", "doors for other people's systems"),
        ("rule", "which event sends what"),
        ("session", "WhatsApp numbers"),
        ("template", "message templates"),
    ):
        group = _group(commands, name, text)
        place = "masteria.resources:{}"
        for action, words in (("list", "all of them"), ("show", "one of them"), ("delete", "take one out of use")):
            one = _command(group, action, place.format("list_" if action == "list" else action), words)
            one.set_defaults(resource=f"{name}s")
            _add_company(one)
            if action != "list":
                one.add_argument("id")
        create = _command(group, "create", place.format("create"), "a new one, from JSON or from the options")
        create.set_defaults(resource=f"{name}s")
        create.add_argument("--file", metavar="FILE", help="its JSON as the API takes it; - is standard input")
        _add_company(create)
        if name == "webhook":
            create.add_argument("--name", help="how it is shown")
            create.add_argument("--source", help="the system that calls it, for instance grapfy")
            create.add_argument("--scheme", default="token", choices=("none", "token", "timestamped", "standard"))
            add_webhook_actions(partial(_companys, group))
        if name == "rule":
            add_rule_actions(partial(_companys, group))
        if name in ("session", "template"):
            more = add_session_actions if name == "session" else add_template_actions
            more(partial(_companys, group))
    add_flow_actions(partial(_companys, _group(commands, "flow", "ready-made rules: the PIX automation")))


def _add_work(commands: _Commands) -> None:
    add_campaign_actions(partial(_companys, _group(commands, "campaign", "messages to many people")))
    add_job_actions(partial(_companys, _group(commands, "job", "long work: imports, replays, retries")))
    add_letter_actions(partial(_companys, _group(commands, "dlq", "what could not be processed or sent")))
    add_ai_actions(partial(_companys, _group(commands, "ai", "what messages mean")))
    replay = _command(commands, "replay", "masteria.replaying:replay", "rules over stored events once more")
    _add_company(replay)
    add_replay(replay)


def _companys(group: _Commands, name: str, place: str, text: str) -> argparse.ArgumentParser:
    parser = _command(group, name, place, text)
    _add_company(parser)
    return parser
