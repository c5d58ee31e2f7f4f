"""The command `session` beyond listing: numbers added, their ids tried first; linking, limits, pauses, checks."""

from __future__ import annotations

import argparse
import getpass
import json
import secrets
import sys
from typing import Any

from engine.errors import BadRequest, MasteriaError
from masteria.api_client import ApiClient, client_for, known_credentials
from masteria.pairing import Pairing, leave_word
from masteria.simulator_link import put_app
from masteria.tables import show_one

_NOT_ASKED = 69


def add(given: argparse.Namespace) -> int:
    """Add a number; a token or an id that does not work is told in words and nothing is saved.

    A WhatsApp-Web session is then linked: its QR code (or, with ``--pair-code``, the code to type) is shown until the
    phone has taken it. Ctrl-C leaves; the session stays.
    """
    client = client_for(given)
    body = _new(given)
    if given.transport == "simulator":
        made = _on_the_simulator(given, client, body)
    else:
        made = client.call("POST", "/sessions", body)
        _subscribe(client, made)
    if given.json:
        show_one(made, as_json=True)
    else:
        show_one({name: made[name] for name in ("id", "name", "transport", "phone", "state")}, as_json=False)
        _tell_callback(made, body)
    if given.transport != "web" or given.json or given.no_wait:
        return 0
    return _link(client, made["id"], given.phone if given.pair_code else None)


def _new(given: argparse.Namespace) -> dict[str, Any]:
    names = ("name", "transport", "phone", "phone_number_id", "waba_id", "throughput", "tier")
    body: dict[str, Any] = {name: value for name in names if (value := getattr(given, name)) is not None}
    if given.options:
        body["options"] = _object(given.options)
    if given.transport == "web":
        if given.pair_code and not given.phone:
            raise BadRequest("--pair-code needs --phone")
        return body
    body["check"] = True
    if given.transport == "simulator":
        return body
    if not given.phone_number_id:
        raise BadRequest("--phone-number-id is needed: Meta shows it beside the number (it is not the number itself)")
    body["token"] = _secret(given.token, given.token_stdin, "Token: ")
    if given.app_id:
        body["meta_app"] = {
            "app_id": given.app_id,
            "app_secret": _secret(given.app_secret, False, "App secret: "),
            "verify_token": given.verify_token or secrets.token_urlsafe(16),
        }
    return body


def _on_the_simulator(given: argparse.Namespace, client: ApiClient, body: dict[str, Any]) -> dict[str, Any]:
    """Make a number on the installation's simulator, with ids that are invented where none are given."""
    known = known_credentials(given.data_dir)
    if not known.simulator_url:
        raise BadRequest("no simulator runs in this installation")
    body.setdefault("phone", f"+55119{secrets.randbelow(10**8):08}")
    for name in ("phone_number_id", "waba_id"):
        body.setdefault(name, str(10**14 + secrets.randbelow(9 * 10**14)))
    app_id = given.app_id or str(10**14 + secrets.randbelow(9 * 10**14))
    body["token"] = given.token or "EAA" + secrets.token_hex(24)
    body["meta_app"] = {
        "app_id": app_id,
        "app_secret": given.app_secret or secrets.token_hex(16),
        "verify_token": given.verify_token or secrets.token_urlsafe(16),
    }
    number = {name: body[name] for name in ("phone", "phone_number_id", "waba_id", "token")}
    spec = {
        **{name: body["meta_app"][name] for name in ("app_secret", "verify_token")},
        "callback_url": f"{known.base_url}/api/v1/webhooks/meta/{app_id}",
        "numbers": [number | {"throughput": body.get("throughput", 80), "tier": body.get("tier", "TIER_250")}],
        "templates": [],
    }
    try:
        put_app(known.simulator_url, app_id, spec)
        made: dict[str, Any] = client.call("POST", "/sessions", body)
        put_app(known.simulator_url, app_id, spec)  # once more: only now does the door know its handshake
    except OSError as error:
        raise BadRequest(f"the simulator did not take the number: {error}") from error
    return made


def _subscribe(client: ApiClient, made: dict[str, Any]) -> None:
    """Have the app told of its account; the number stands either way, so a refusal is only told."""
    if made["transport"] != "cloud" or not made["app_id"] or not made["waba_id"]:
        return
    try:
        client.call("POST", f"/sessions/{made['id']}/subscribe")
    except MasteriaError as error:
        print(f"masteria: the app is not subscribed to the account yet: {error.detail}", file=sys.stderr)


def _tell_callback(made: dict[str, Any], body: dict[str, Any]) -> None:
    if made["transport"] == "cloud" and made.get("callback_url"):
        print("\nEnter at Meta (WhatsApp → Configuration), and subscribe to the field messages:")
        print(f"  callback URL  {made['callback_url']}")
        print(f"  verify token  {body['meta_app']['verify_token']}")
    elif made["transport"] == "cloud":
        print("\nWithout --app-id no receipts come back; add the Meta app with `masteria session app`.")


def app(given: argparse.Namespace) -> int:
    """Give a number its Meta app, so that receipts and answers come back; subscribe the app to the account."""
    meta = {
        "app_id": given.app_id,
        "app_secret": _secret(given.app_secret, False, "App secret: "),
        "verify_token": given.verify_token or secrets.token_urlsafe(16),
    }
    client = client_for(given)
    made = client.call("PATCH", f"/sessions/{given.id}", {"meta_app": meta})
    _subscribe(client, made)
    if given.json:
        show_one(made, as_json=True)
    else:
        _tell_callback(made, {"meta_app": meta})
    return 0


def qr(given: argparse.Namespace) -> int:
    """Show the QR code until the phone has scanned it; with ``--json`` only how it stands now."""
    client = client_for(given)
    if given.json:
        show_one(client.call("GET", f"/sessions/{given.id}/qr"), as_json=True)
        return 0
    return _link(client, given.id, None)


def pair(given: argparse.Namespace) -> int:
    """Show the code to type into the phone, and wait until it is linked."""
    client = client_for(given)
    if given.json:
        show_one(client.call("POST", f"/sessions/{given.id}/pair", {"phone": given.phone}), as_json=True)
        return 0
    return _link(client, given.id, given.phone)


def _link(client: ApiClient, session_id: str, phone: str | None) -> int:
    try:
        return Pairing(client, session_id, print).run(phone)
    except KeyboardInterrupt:
        print(leave_word(session_id))
        return 130


def pause(given: argparse.Namespace) -> int:
    """Stop sending through a session."""
    body = {name: value for name in ("until", "reason") if (value := getattr(given, name)) is not None}
    show_one(client_for(given).call("POST", f"/sessions/{given.id}/pause", body), given.json)
    return 0


def resume(given: argparse.Namespace) -> int:
    """Send through a session again."""
    show_one(client_for(given).call("POST", f"/sessions/{given.id}/resume", {}), given.json)
    return 0


def limits(given: argparse.Namespace) -> int:
    """Print what bounds a session's sending, or change it."""
    change: dict[str, Any] = {}
    if given.throughput is not None:
        change["throughput_per_s"] = given.throughput
    if given.tier is not None:
        change["tier"] = given.tier
    if given.options is not None:
        change["options"] = _object(given.options)
    path = f"/sessions/{given.id}/limits"
    client = client_for(given)
    show_one(client.call("PUT", path, change) if change else client.call("GET", path), given.json)
    return 0


def check(given: argparse.Namespace) -> int:
    """Ask WhatsApp about a number: 0 it works, 1 something does not, 69 WhatsApp gave no answer."""
    answer = client_for(given).call("POST", f"/sessions/{given.id}/check")
    if given.json:
        show_one(answer, as_json=True)
    elif not answer["asked"]:
        print("WhatsApp gave no answer; nothing is known about the number now.")
    else:
        for one in answer["problems"]:
            print(f"{one['field']}: {one['reason_text']['en']}\n  {one['reason_text']['pt']}")
        if answer["number"] is not None:
            show_one(answer["number"], as_json=False)
    if not answer["asked"]:
        return _NOT_ASKED
    return 1 if answer["problems"] else 0


def _secret(told: str | None, from_stdin: bool, question: str) -> str:
    """Return a secret: as told, a line of standard input, or typed without being shown."""
    if from_stdin:
        told = sys.stdin.readline().strip()
    text = told or getpass.getpass(question).strip()
    if not text:
        raise BadRequest(f"{question.rstrip(': ').lower()} is needed")
    return text


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BadRequest(f"--options is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRequest("--options must be a JSON object")
    return value
