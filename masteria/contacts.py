"""The command `contacts`: the book of people, a file taken in with its progress, opt-outs."""

from __future__ import annotations

import argparse
import json
import sys
import time
import urllib.parse
from itertools import islice
from pathlib import Path
from typing import Any

from engine.errors import BadRequest
from masteria.api_client import ApiClient, client_for
from masteria.tables import show_one, show_rows

_COLUMNS = ("id", "phone", "name", "email", "tags", "opted_out", "last_event_at")
_POLL_S = 0.5
_SHOWN_ROWS = 5


def list_contacts(given: argparse.Namespace) -> int:
    """Print contacts, newest first."""
    query = {
        name: value
        for name, value in (("q", given.q), ("phone", given.phone), ("tag", given.tag), ("list_id", given.list_id))
        if value is not None
    }
    if given.opted_out:
        query["opted_out"] = "true"
    found = list(islice(client_for(given).pages("/contacts", query), given.limit))
    shown = found if given.json else [{**one, "tags": ", ".join(one["tags"])} for one in found]
    show_rows(shown, _COLUMNS, given.json)
    return 0


def take_in(given: argparse.Namespace) -> int:
    """Hand a file in, show how it is understood, take it in and follow it; exit code 1 where the job failed."""
    client, file = client_for(given), Path(given.file)
    if not file.is_file():
        raise BadRequest(f"{file} is no file")
    made = client.send_file("/contacts/import", file, {"filename": file.name})
    form = {name: value for name in ("encoding", "delimiter") if (value := getattr(given, name)) is not None}
    if given.mapping:
        form["mapping"] = _mapping(given.mapping)
    if given.no_header:
        form["header"] = False
    address = f"/contacts/import/{made['id']}"
    seen = client.call("POST", f"{address}/preview", form) if form else made
    if not given.json:
        _tell_format(seen)
    if seen["mapping_problems"]:
        raise BadRequest("; ".join(one["reason"] for one in seen["mapping_problems"]) + ": give --mapping")
    if given.preview:
        if given.json:
            show_one(seen, as_json=True)
        client.call("DELETE", address)
        return 0
    if not given.consent_source:
        raise BadRequest("--consent-source is needed: where these people agreed to be written to")
    consent = {"source": given.consent_source, "purpose": given.consent_purpose}
    order = {"mode": given.mode, "list_ids": given.list_id, "tags": given.tag, "consent": consent}
    job = client.call("POST", f"{address}/start", {**form, **order})
    job = _follow(client, job, quiet=given.json)
    if given.errors:
        client.fetch_file(f"{address}/errors.csv", Path(given.errors))
    show_one(job if given.json else {"state": job["state"], **(job["result"] or {})}, given.json)
    return 0 if job["state"] == "done" else 1


def opt_out(given: argparse.Namespace) -> int:
    """Write to people no more, or (``--remove``) again."""
    client = client_for(given)
    if given.remove:
        for phone in given.phones:
            client.call("DELETE", "/opt-outs?" + urllib.parse.urlencode({"phone": phone, "kind": given.kind}))
        changed = len(given.phones)
    else:
        body = {"phones": given.phones, "kind": given.kind, **({"source": given.source} if given.source else {})}
        changed = client.call("POST", "/opt-outs", body)["changed"]
    show_one({"changed": changed}, given.json)
    return 0


def _mapping(text: str) -> list[str | None]:
    """Read ``name,phone,-,field:plano``: one word per column, ``-`` for one that is left out."""
    return [None if word.strip() in ("", "-") else word.strip() for word in text.split(",")]


def _tell_format(seen: dict[str, Any]) -> None:
    delimiter = {"\t": "tab"}.get(seen["delimiter"], seen["delimiter"])
    print(f"{seen['filename']}: {seen['lines']} lines, {seen['encoding']}, delimiter {delimiter}")
    show_rows(
        [{**one, "target": one["target"] or "-", "samples": " | ".join(one["samples"])} for one in seen["columns"]],
        ("name", "target", "samples"),
        as_json=False,
    )
    wrong = [row for row in seen["rows"] if row["problem"]]
    for row in wrong[:_SHOWN_ROWS]:
        print(f"row {row['row']}: {row['problem_text']['pt']} ({row['problem_text']['en']})")


def _follow(client: ApiClient, job: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Wait for a job's end, with a bar on a terminal; Ctrl-C leaves, the job goes on."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("contacts", total=job["total"])
        try:
            while job["state"] == "running":
                time.sleep(_POLL_S)
                job = client.call("GET", f"/jobs/{job['id']}")
                bar.update(task, completed=job["done"], total=job["total"])
        except KeyboardInterrupt:
            print(f"the job goes on: {json.dumps(job['id'])}", file=sys.stderr)
            raise
    return job
