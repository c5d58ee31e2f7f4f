"""Long work in steps: what a job's states mean, how long the rest takes, and when a step that failed is tried again.

Used by the worker (``actors/jobs/running.py``), the routes of jobs and the live topic ``jobs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.errors import MasteriaError
from engine.times import rfc3339

QUEUED, RUNNING, DONE, CANCELLED, FAILED = "queued", "running", "done", "cancelled", "failed"
SHOWN_STATES = (RUNNING, DONE, CANCELLED, FAILED)
UNFINISHED = (QUEUED, RUNNING)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 300.0
_MOST_FAILURES = 6
_MOST_FAILURES_AWAY = 20  # somebody else's system is away: about an hour and a half of patience
_REASON_MAX = 500


class JobFailed(MasteriaError):
    """The job cannot be done; trying again will not help."""

    status = 422
    title = "Job failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a job whose step failed: tried again after ``wait_s``, or (None) it has failed."""

    wait_s: float | None
    reason: str


def shown_state(state: str) -> str:
    """Return a state as clients see it: a job that waits for a worker counts as running."""
    return RUNNING if state == QUEUED else state


def judge_failure(error: Exception, failures: int) -> Verdict:
    """Decide about a step that raised.

    A refusal (a 4xx of our own tree that is not worth a retry) ends the job at once; whatever may pass is tried again
    with growing pauses: 1, 2, 4 … seconds, at most 5 minutes.

    Args:
        error: what the step raised; Postgres being away is no failure of the step and does not come here.
        failures: how often this step has failed one after another, this time included.
    """
    reason = failure_reason(error)
    if isinstance(error, MasteriaError) and not error.retryable and error.status < 500:
        return Verdict(None, reason)
    most = _MOST_FAILURES_AWAY if isinstance(error, MasteriaError) and error.retryable else _MOST_FAILURES
    if failures >= most:
        return Verdict(None, f"{reason} (after {failures} tries)")
    return Verdict(min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** (failures - 1)), reason)


def failure_reason(error: Exception) -> str:
    """Return what a client is told of a failure: our own errors' words, of others only their kind."""
    text = error.detail if isinstance(error, MasteriaError) else f"internal error ({type(error).__name__})"
    return text[:_REASON_MAX].replace("\x00", "")


def eta(now: datetime, started_at: datetime | None, done: int, total: int | None) -> datetime | None:
    """Return when a running job should be finished if it goes on as before; None where nothing can be said."""
    if started_at is None or total is None or done <= 0 or now <= started_at:
        return None
    left = max(0, total - done)
    seconds = (now - started_at).total_seconds() * left / done
    return None if seconds > 366 * 86_400 else now + timedelta(seconds=seconds)


def job_view(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return a job as the API and the live topic show it.

    Args:
        row: its columns, ``result`` as a value.
        now: for ``eta``.
    """
    running = row["state"] in UNFINISHED
    return {
        "id": row["id"],
        "kind": row["kind"],
        "state": shown_state(row["state"]),
        "done": row["done"],
        "total": row["total"],
        "errors": row["errors"],
        "started_at": _text(row["started_at"]),
        "eta": _text(eta(now, row["started_at"], row["done"], row["total"]) if running else None),
        "result": row["result"],
        "error": row["error"],
        "cancel_requested": row["cancel_requested"],
        "schedule_id": row["schedule_id"],
        "created_at": rfc3339(row["created_at"]),
        "created_by": row["created_by"],
        "finished_at": _text(row["finished_at"]),
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
