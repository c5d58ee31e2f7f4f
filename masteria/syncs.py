"""The command `sync`: history syncs and their runs, over the HTTP API."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

from engine.errors import BadRequest
from masteria.api_client import ApiClient, client_for
from masteria.tables import show_one, show_rows

_COLUMNS = (
    "id", "webhook_id", "source", "active", "imported", "duplicates", "failed", "reached_at", "last_run_at",
    "last_state", "next_run_at",
)  # fmt: skip
_RUN_COLUMNS = ("started_at", "state", "pages", "imported", "duplicates", "failed", "waits", "why")
_LOOK_S = 0.5


def list_(given: argparse.Namespace) -> int:
    """Print all of a company's."""
    show_rows(list(client_for(given).pages("/syncs")), _COLUMNS, given.json)
    return 0


def add(given: argparse.Namespace) -> int:
    """Make one; the token is read from a file, standard input or the environment, never from the command line."""
    body: dict[str, Any] = {
        "webhook_id": given.webhook,
        "setting_id": given.setting_id,
        "token": _token(given),
        "automations": given.automations,
    }
    if given.since:
        body["since"] = given.since
    show_one(client_for(given).call("POST", "/syncs", body), given.json)
    return 0


def _token(given: argparse.Namespace) -> str:
    if given.token_env:
        token = os.environ.get(given.token_env, "")
    elif given.bearer_file == "-":
        token = sys.stdin.read()
    else:
        try:
            token = Path(given.bearer_file).read_text(encoding="utf-8")
        except OSError as error:
            raise BadRequest(f"{given.bearer_file} cannot be read: {error.strerror}") from error
    if not token.strip():
        raise BadRequest("the token is empty")
    return token.strip()


def run(given: argparse.Namespace) -> int:
    """Fetch now and follow the job to its end."""
    client = client_for(given)
    job = client.call("POST", f"/syncs/{given.id}/run")
    if given.wait:
        job = _follow(client, job, quiet=given.json)
    show_one(job, given.json)
    return 0 if job["state"] in ("done", "running") else 1


def _follow(client: ApiClient, job: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Wait for a job's end, showing its counts on a terminal."""
    from rich.console import Console

    console = Console(stderr=True, quiet=quiet)
    with console.status("fetching") as status:
        while job["state"] == "running":
            time.sleep(_LOOK_S)
            job = client.call("GET", f"/jobs/{job['id']}")
            told = job["result"] or {}
            counts = ", ".join(f"{told.get(name, 0)} {name}" for name in ("pages", "imported", "duplicates", "failed"))
            status.update(f"{counts}; waits: {job['error']}" if job["error"] else counts)
    return job


def runs(given: argparse.Namespace) -> int:
    """Print a sync's runs."""
    rows = list(client_for(given).pages(f"/syncs/{given.id}/runs"))
    if not given.json:
        for row in rows:
            told = [row["error"], *row["warnings"]]
            row["why"] = "; ".join((one["reason_text"] or {}).get("pt") or one["reason"] for one in told if one)
    show_rows(rows, _RUN_COLUMNS, given.json)
    return 0


def pause(given: argparse.Namespace) -> int:
    """Let one rest."""
    return _switch(given, active=False)


def resume(given: argparse.Namespace) -> int:
    """Let one go on."""
    return _switch(given, active=True)


def _switch(given: argparse.Namespace, *, active: bool) -> int:
    show_one(client_for(given).call("PATCH", f"/syncs/{given.id}", {"active": active}), given.json)
    return 0


def delete(given: argparse.Namespace) -> int:
    """Take one away."""
    client_for(given).call("DELETE", f"/syncs/{given.id}")
    show_one({"id": given.id, "deleted": True}, given.json)
    return 0
