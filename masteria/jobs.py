"""The command `job`: long work listed, shown, waited for and stopped; what other commands need of it."""

from __future__ import annotations

import argparse
import sys
import time
import urllib.parse
from typing import Any

from masteria.api_client import ApiClient, client_for
from masteria.tables import show_one, show_rows

_COLUMNS = ("id", "kind", "state", "done", "total", "errors", "eta", "created_by")
_LOOK_S = 0.5
_LIST = 50


def list_(given: argparse.Namespace) -> int:
    """Print the newest jobs."""
    wanted = {"kind": given.kind, "state": given.state, "limit": str(_LIST)}
    query = urllib.parse.urlencode({name: value for name, value in wanted.items() if value})
    show_rows(client_for(given).call("GET", f"/jobs?{query}")["data"], _COLUMNS, given.json)
    return 0


def show(given: argparse.Namespace) -> int:
    """Print a job; ``--wait`` follows it to its end. 1 if it has failed or was cancelled."""
    client = client_for(given)
    job = follow(client, given.id, quiet=given.json) if given.wait else client.call("GET", f"/jobs/{given.id}")
    show_one(job, given.json)
    return 1 if job["state"] in ("failed", "cancelled") else 0


def cancel(given: argparse.Namespace) -> int:
    """Stop a job; what is done stays done."""
    show_one(client_for(given).call("POST", f"/jobs/{given.id}/cancel"), given.json)
    return 0


def follow(client: ApiClient, job_id: str, *, quiet: bool) -> dict[str, Any]:
    """Wait until a job has ended, with a bar on a terminal; return it. Ctrl-C leaves it running."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = None
        while True:
            job: dict[str, Any] = client.call("GET", f"/jobs/{job_id}")
            if task is None:
                task = progress.add_task(job["kind"], total=job["total"])
            progress.update(task, completed=job["done"], total=job["total"])
            if job["state"] != "running":
                return job
            time.sleep(_LOOK_S)


def bulk(given: argparse.Namespace, path: str, request: dict[str, Any]) -> int:
    """Show what a bulk action would do; run it with ``--yes``, or if a person says so. 1: its job did not end well."""
    client = client_for(given)
    preview = client.call("POST", path, {**request, "preview": True})
    if preview["counts"] is None:
        counted = follow(client, preview["job"]["id"], quiet=given.json)
        preview = client.call("GET", f"/bulk-previews/{preview['preview_id']}")
        if preview["counts"] is None:
            show_one(counted, given.json)
            return 1
    wants = given.yes or (not given.json and _agrees(preview))
    if not wants:
        if given.json or not sys.stdin.isatty():
            show_one(preview, given.json)
        return 0
    job = client.call("POST", path, {"preview_id": preview["preview_id"]})
    if not given.no_wait:
        job = follow(client, job["id"], quiet=given.json)
    show_one(job, given.json)
    return 1 if job["state"] in ("failed", "cancelled") else 0


def _agrees(preview: dict[str, Any]) -> bool:
    if not sys.stdin.isatty():
        return False
    counts = preview["counts"]
    print(f"would act on {counts['would']:,}")
    for reason, n in counts["skip"].items():
        print(f"  leaves {n:,} alone: {reason}")
    return counts["would"] > 0 and input("Run it? [y/N] ").strip().lower() in ("y", "yes", "s", "sim")
