"""The command `template` beyond listing: what WhatsApp says of the templates, and templates handed in for review."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from engine.errors import BadRequest
from masteria.api_client import ApiClient, client_for
from masteria.tables import show_one, show_rows


def sync(given: argparse.Namespace) -> int:
    """Take in what WhatsApp says of the templates; ``--import`` also stores those that are not stored yet."""
    client = client_for(given)
    what = "import" if given.take_in else "sync"
    answer = client.call("POST", f"/templates/{what}", {"session_id": _session(client, given)})
    if given.json:
        show_one(answer, as_json=True)
        return 0
    print(f"WhatsApp knows {answer['told']} templates" + ("" if answer["changed"] else "; nothing is new here"))
    if not given.take_in:
        show_rows(answer["templates"], ("name", "language"), as_json=False)
        return 0
    for one in answer["imported"]:
        print(f"  imported {one['name']} ({one['language']})")
    for one in answer["left_out"]:
        print(f"  left out {one['name']} ({one['language']}): {one['reason']}")
    return 0


def submit(given: argparse.Namespace) -> int:
    """Hand a stored template in for WhatsApp's review; one that is there already is changed and reviewed anew."""
    client = client_for(given)
    body: dict[str, Any] = {"session_id": _session(client, given)}
    if given.example:
        body["examples"] = given.example
    if given.components:
        body["components"] = _list(given.components)
    show_one(client.call("POST", f"/templates/{given.id}/submit", body), given.json)
    return 0


def withdraw(given: argparse.Namespace) -> int:
    """Delete a template at WhatsApp; the stored one stays and is not sent any more."""
    client = client_for(given)
    body = {"session_id": _session(client, given), "all_languages": given.all_languages}
    show_one(client.call("POST", f"/templates/{given.id}/withdraw", body), given.json)
    return 0


def preview(given: argparse.Namespace) -> int:
    """Print a template with real values."""
    answer = client_for(given).call("POST", f"/templates/{given.id}/preview", _values(given))
    if given.json:
        show_one(answer, as_json=True)
        return 0
    print(answer["text"])
    if answer["problem"]:
        print(f"would not leave: {answer['problem']} ({answer['problem_text']['en']})")
    return 0 if answer["sendable"] else 1


def test(given: argparse.Namespace) -> int:
    """Send a template to one's own number."""
    client = client_for(given)
    session = given.session or _only_session(client)
    body = {"session_id": session, "to": given.to, **_values(given)}
    show_one(client.call("POST", f"/templates/{given.id}/test", body), given.json)
    return 0


def _values(given: argparse.Namespace) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.event:
        values["event_id"] = given.event
    if given.value:
        pairs = [one.partition("=") for one in given.value]
        if wrong := [name for name, equals, _ in pairs if not equals]:
            raise BadRequest(f"--value {wrong[0]}: write it as NAME=TEXT")
        values["variables"] = {name: text for name, _, text in pairs}
    return values


def _only_session(client: ApiClient) -> str:
    sessions = [str(one["id"]) for one in client.pages("/sessions")]
    if len(sessions) != 1:
        raise BadRequest("--session is needed: there is " + ("more than one number" if sessions else "no number"))
    return sessions[0]


def _session(client: ApiClient, given: argparse.Namespace) -> str:
    """Return the number to ask through: the one named, or the only one that has an account."""
    if given.session:
        return str(given.session)
    with_account = [one for one in client.pages("/sessions") if one["waba_id"] and one["transport"] != "web"]
    accounts = {(one["transport"], one["waba_id"]) for one in with_account}
    if len(accounts) != 1:
        raise BadRequest("--session is needed: there is " + ("more than one account" if accounts else "no account"))
    return str(with_account[0]["id"])


def _list(file: str) -> list[Any]:
    try:
        value = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadRequest(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(value, list):
        raise BadRequest(f"{file} must hold a list of components")
    return value
