"""The command `campaign`: listed, tried, started with its progress live, paused, resumed, cancelled, reported."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time
import urllib.parse
from contextlib import aclosing
from datetime import datetime
from typing import Any

from masteria.api_client import ApiClient, client_for, known_credentials
from masteria.jobs import follow as follow_job
from masteria.live_client import LiveClient
from masteria.tables import show_one, show_rows

_COLUMNS = ("id", "name", "status", "total", "sent", "failed", "stalled", "next_run_at")
_ENDED = ("finished", "cancelled", "paused", "scheduled")
_SENT = ("accepted", "sent", "delivered", "read")
_OPEN = ("scheduled", "queued", "held", "sending")


def list_(given: argparse.Namespace) -> int:
    """Print the newest campaigns."""
    query = urllib.parse.urlencode({"limit": "50"} | ({"status": given.status} if given.status else {}))
    rows = client_for(given).call("GET", f"/campaigns?{query}")["data"]
    show_rows(rows if given.json else [_line(row) for row in rows], _COLUMNS, given.json)
    return 0


def _line(row: dict[str, Any]) -> dict[str, Any]:
    stalled = row["stalled"]
    return {
        **row,
        "sent": sum(row["counts"][status] for status in _SENT),
        "failed": row["counts"]["failed"],
        "stalled": None if stalled is None else stalled["reason"],
    }


def show(given: argparse.Namespace) -> int:
    """Print a campaign; ``--follow`` shows its progress until it ends."""
    client = client_for(given)
    row = client.call("GET", f"/campaigns/{given.id}")
    if given.follow and row["status"] == "running":
        row = _follow(given, client, given.id)
    show_one(row, given.json)
    return 0


def dry_run(given: argparse.Namespace) -> int:
    """Print what a campaign would do; nothing is sent."""
    told = _dry_run(client_for(given), given.id, quiet=given.json)
    if given.json:
        show_one(told, as_json=True)
    else:
        _tell(told)
    return 0


def _dry_run(client: ApiClient, campaign_id: str, *, quiet: bool) -> dict[str, Any]:
    told: dict[str, Any] = client.call("POST", f"/campaigns/{campaign_id}/dry-run")
    if told["counts"] is None:
        follow_job(client, told["job"]["id"], quiet=quiet)
        told = client.call("GET", f"/campaigns/{campaign_id}/dry-runs/{told['preview_id']}")
    return told


def _tell(told: dict[str, Any]) -> None:
    if told["counts"] is None:
        print("the audience could not be counted; its job tells why")
        return
    print(f"{told['counts']['would']:,} of {told['people']:,} people get it")
    for one in told["skip"]:
        words = one["reason_text"] or {"pt": one["reason"]}
        print(f"  {one['value']:,} do not: {words['pt']}")
    print(f"begins {told['starts_at']}, takes {_duration(told['duration_s'])}, until {told['ends_at'] or 'unknown'}")
    for hold in told["limits"]:
        words = hold["limit_text"] or {"pt": hold["limit"]}
        print(f"  held for {_duration(hold['seconds'])}: {words['pt']}")
    if (cost := told["cost"]) is not None:
        print(f"about {cost['currency']} {cost['amount']} by the table of {cost['valid_from']}: {cost['note']['pt']}")
    for sample in told["samples"]:
        print(f"\n  {sample['to']}  {sample['reason'] or ''}\n  {sample['text']}")


def _duration(seconds: int | None) -> str:
    if seconds is None:
        return "more than 90 days"
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return " ".join(parts[:2]) or f"{rest} s"


def start(given: argparse.Namespace) -> int:
    """Show the dry run, start on exactly that once somebody agrees (or ``--yes``), and follow it."""
    client = client_for(given)
    told = _dry_run(client, given.id, quiet=given.json)
    if told["counts"] is None:
        _tell(told)
        return 1
    if not given.yes and not _agrees(given, told):
        return 0
    row = client.call("POST", f"/campaigns/{given.id}/start", {"preview_id": told["preview_id"]})
    if row["status"] == "running" and not given.no_wait:
        row = _follow(given, client, given.id)
    if given.json:
        show_one(row, as_json=True)
    else:
        show_rows([_line(row)], _COLUMNS, as_json=False)
    return 0


def _agrees(given: argparse.Namespace, told: dict[str, Any]) -> bool:
    """Ask for the number of people, as the screen does: nobody types that by mistake."""
    if given.json or not sys.stdin.isatty():
        show_one(told, given.json)
        return False
    _tell(told)
    would = told["counts"]["would"]
    return would > 0 and input(f"\nType {would} to send to {would:,} people: ").strip() == str(would)


def pause(given: argparse.Namespace) -> int:
    """Pause a campaign: only what is in flight still leaves."""
    return _do(given, "pause")


def resume(given: argparse.Namespace) -> int:
    """Let a campaign go on where it stopped; ``--follow`` shows its progress."""
    return _do(given, "resume")


def cancel(given: argparse.Namespace) -> int:
    """Call a campaign off: what has not left never will."""
    return _do(given, "cancel")


def _do(given: argparse.Namespace, action: str) -> int:
    client = client_for(given)
    row = client.call("POST", f"/campaigns/{given.id}/{action}")
    if getattr(given, "follow", False):
        row = _follow(given, client, given.id)
    if given.json:
        show_one(row, as_json=True)
    else:
        show_rows([_line(row)], _COLUMNS, as_json=False)
    return 0


def report(given: argparse.Namespace) -> int:
    """Print who got it, who did not and why."""
    told = client_for(given).call("GET", f"/campaigns/{given.id}/report")
    if given.json:
        show_one(told, as_json=True)
        return 0
    show_rows(told["funnel"], ("step", "value"), as_json=False)
    reasons = [one for name in ("skipped", "held", "failed", "uncertain", "cancelled") for one in told[name]["reasons"]]
    if reasons:
        print()
        shown = [{**one, "meaning": (one["reason_text"] or {}).get("pt")} for one in reasons]
        show_rows(shown, ("status", "reason", "value", "meaning"), as_json=False)
    for name, label in (("by_session", "number"), ("by_variant", "template")):
        print()
        rows = [{label: part["name"], **part["counts"]} for part in told[name]]
        show_rows(rows, (label, *_SENT, "failed", "uncertain", "held", "skipped"), as_json=False)
    return 0


def _follow(given: argparse.Namespace, client: ApiClient, campaign_id: str) -> dict[str, Any]:
    """Show a campaign's progress live until it stops; return it. Ctrl-C leaves it running."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_watch(given, campaign_id))
    found: dict[str, Any] = client.call("GET", f"/campaigns/{campaign_id}")
    return found


async def _watch(given: argparse.Namespace, campaign_id: str) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    known, company = known_credentials(given.data_dir), getattr(given, "company", None)
    key = known.installation_key if company else known.api_key
    topic = f"campaign:{campaign_id}"
    live = LiveClient(f"{known.base_url}/api/v1/live", key, [topic], company)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[more]}"))
    with Progress(*columns, console=console, disable=given.json or not console.is_terminal) as progress:
        task = progress.add_task("", total=None, more="")
        async with aclosing(live.updates()) as updates:
            async for update in updates:
                state = update.now
                if update.topic != topic or not state:
                    continue
                done = state["total"] - sum(state["counts"][status] for status in _OPEN)
                more = f"{state['rate_s']:,.0f}/s" + (f"  {_left(state['eta'])}" if state["eta"] else "")
                if state["stalled"]:
                    more = f"stalled: {state['stalled']}"
                progress.update(
                    task, description=state["status"], completed=done, total=state["total"] or None, more=more
                )
                if state["status"] in _ENDED:
                    return


def _left(eta: str) -> str:
    return f"{_duration(max(0, round(datetime.fromisoformat(eta).timestamp() - time.time())))} left"
