"""``bench compare A B``: two result files, figure by figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from bench.report import SCHEMA

_LATENCIES = ("p50", "p99")


def compare(first: Path, second: Path) -> int:
    """Print the ratio B / A of every figure that both files have; 2 where a file is no result."""
    console = Console(width=140)
    documents = [_read(path, console) for path in (first, second)]
    if documents[0] is None or documents[1] is None:
        return 2
    table = Table(title=f"{_title(documents[0])} → {_title(documents[1])}")
    for name in ("figure", "A", "B", "B / A"):
        table.add_column(name, justify="left" if name == "figure" else "right")
    for name, before, after in shared_figures(documents[0], documents[1]):
        table.add_row(name, f"{before:,.2f}", f"{after:,.2f}", f"{after / before:.3f}" if before else "–")
    console.print(table)
    return 0


def shared_figures(first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Return name, A and B of every number that stands in both documents."""
    left, right = _figures(first), _figures(second)
    return [(name, value, right[name]) for name, value in left.items() if name in right]


def _figures(document: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for result in document["results"]:
        told: dict[str, Any] = {"per second": result.get("rate_s"), "ratio to the limit": result.get("ratio")}
        latency = result.get("latency_ms") or {}
        told |= {f"{name} ms": latency.get(name) for name in _LATENCIES}
        told |= {f"CPU µs, {part}": value for part, value in (result.get("cpu_us_per_event") or {}).items()}
        found |= {f"{result['name']}: {name}": float(value) for name, value in told.items() if value is not None}
    for name, parts in document["memory"].items():
        found[f"PSS {name}, MiB"] = sum(parts.values()) / 2**20
    return found


def _read(path: Path, console: Console) -> dict[str, Any] | None:
    try:
        document = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        console.print(f"{path}: {error}")
        return None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        console.print(f"{path}: not a result of `masteria bench` ({SCHEMA})")
        return None
    return document


def _title(document: dict[str, Any]) -> str:
    sha = document["commit"]["sha"] or "no commit"
    return f"{document['scenario']} {sha[:9]}{' (changed)' if document['commit']['dirty'] else ''}"
