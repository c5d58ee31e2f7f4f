"""What the terminal shows of the live feed, as text: one line per change, and the parts of the full screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from masteria.live_client import Update

_FIRST_SHOWN = 10
_STYLES = {
    "read": "bold green",
    "delivered": "green",
    "sent": "cyan",
    "accepted": "cyan",
    "queued": "yellow",
    "sending": "yellow",
    "scheduled": "yellow",
    "held": "magenta",
    "uncertain": "bold magenta",
    "failed": "bold red",
    "cancelled": "dim",
    "skipped": "dim",
}


def lines_of(update: Update) -> Iterator[str]:
    """Yield a line per change, the oldest first: events, messages, and today's numbers."""
    if update.topic == "events":
        yield from _event_lines(update)
    elif update.topic == "metrics" and update.now.get("today") != update.before.get("today"):
        yield _numbers_line(update)
    elif update.topic == "":
        yield "connected" if update.now["connected"] else f"disconnected ({update.now['why']})"


def _event_lines(update: Update) -> Iterator[str]:
    known = {item["id"]: item for item in update.before.get("items", [])}
    items = update.now.get("items", [])
    for item in reversed(items if known else items[:_FIRST_SHOWN]):
        before = known.get(item["id"])
        if before is None:
            yield f"{_time(item)} event {event_text(item)} {item['id']}"
        statuses = {message["id"]: message["status"] for message in (before or {}).get("messages", [])}
        for message in item.get("messages", []):
            if statuses.get(message["id"]) != message["status"]:
                yield f"{_clock(update.ts)} message {message['status']} {message.get('to', '')} {message['id']}"


def _numbers_line(update: Update) -> str:
    today, queue = update.now["today"], update.now.get("queue", {})
    counts = [("events", today["events"]), *((status, n) for status, n in today["messages"].items() if n)]
    told = " ".join(f"{name}={n}" for name, n in [*counts, ("queue", queue.get("depth", 0))])
    return f"{_clock(update.ts)} today {told}"


def event_text(item: Mapping[str, Any]) -> str:
    """Return an event in a few words."""
    value = item.get("order_value")
    parts = (
        item.get("event_type") or "(no type)",
        item.get("customer_name"),
        item.get("product_name"),
        f"R$ {value.replace('.', ',')}" if value else None,
    )
    return " · ".join(part for part in parts if part)


def screen(states: Mapping[str, Mapping[str, Any]], connection: Mapping[str, Any], height: int) -> RenderableType:
    """Return the whole screen: numbers above, the feed below.

    Args:
        states: the topics' states.
        connection: ``connected`` and ``why``.
        height: lines there are.
    """
    metrics = states.get("metrics", {})
    numbers = Columns([_rates(metrics), _today(metrics), _queue(metrics)], equal=True, expand=True)
    feed = _feed(states.get("events", {}), max(3, height - 14))
    title = Text("connected", "green") if connection.get("connected") else Text(f"{connection.get('why', '…')}", "red")
    return Group(numbers, Panel(feed, title=title, title_align="right", border_style="dim"))


def _rates(metrics: Mapping[str, Any]) -> Panel:
    rates = metrics.get("rates", {})
    latency = metrics.get("latency_ms", {}).get("event_to_accepted", {})
    rows = [
        ("events/s", _number(rates.get("events_s"))),
        ("accepted/s", _number(rates.get("accepted_s"))),
        ("event → accepted p50", _milliseconds(latency.get("p50"))),
        ("event → accepted p99", _milliseconds(latency.get("p99"))),
    ]
    return Panel(_pairs(rows), title="now", border_style="dim")


def _today(metrics: Mapping[str, Any]) -> Panel:
    today = metrics.get("today", {})
    rows = [("events", Text(str(today.get("events", 0)), "bold"))]
    rows += [(s, Text(str(n), _STYLES.get(s, ""))) for s, n in today.get("messages", {}).items() if n]
    return Panel(_pairs(rows), title="today", border_style="dim")


def _queue(metrics: Mapping[str, Any]) -> Panel:
    queue = metrics.get("queue", {})
    rows = [("depth", _number(queue.get("depth"))), ("oldest", Text(f"{queue.get('oldest_s', 0)} s"))]
    return Panel(_pairs(rows), title="queue", border_style="dim")


def _pairs(rows: list[tuple[str, Text]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(name, value)
    return table


def _feed(events: Mapping[str, Any], most: int) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, show_header=False)
    table.add_column(style="dim", width=12)
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=2, no_wrap=True, overflow="ellipsis")
    for item in events.get("items", [])[:most]:
        table.add_row(_time(item), Text(event_text(item)), _messages(item))
    return table


def _messages(item: Mapping[str, Any]) -> Text:
    text = Text()
    for message in item.get("messages", []):
        text.append(f"→ {message.get('to', '')} ", "dim")
        text.append(f"{message['status']} ", _STYLES.get(message["status"], ""))
    return text


def _number(value: float | None) -> Text:
    return Text("–" if value is None else f"{value:g}", "bold")


def _milliseconds(value: float | None) -> Text:
    return Text("–" if value is None else f"{value:g} ms", "bold")


def _time(item: Mapping[str, Any]) -> str:
    try:
        return f"{datetime.fromisoformat(item.get('created_at', '')).astimezone():%H:%M:%S}"
    except ValueError:
        return "--:--:--"


def _clock(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone():%H:%M:%S}"
