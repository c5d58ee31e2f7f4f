"""What every job kind and every loop of a worker gets, and the forms in which a kind says what a step did."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol
from uuid import UUID

from engine.ids import IdMaker
from engine.metrics import Delta
from engine.settings import Settings
from engine.vault import Vault
from engine.wire import Answer, Intake
from storage.jobs import Job
from storage.message_changes import Transition
from storage.message_rows import MessageRow
from storage.pool import Connection, Pool

__all__ = ["Job", "JobKind", "JobTools", "Step"]

Commit = Callable[[Callable[[Connection, Delta], Awaitable[list[Transition]]]], Awaitable[list[Transition]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTools:
    """The worker's means.

    Attributes:
        settings: the installation's; ``redis_url`` and ``data_dir`` are in it.
        pool: for reading, and for writing what is not counted.
        vault: opens and seals secrets.
        ids: makes ids; give it ``now_ms()``.
        hand_over: gives committed messages (``storage.message_rows.hand_over``) to their senders; never waits.
        ingest: stores events through their company's shard (``actors/shard_door.py``).
        announce: has a committed change of configuration in force everywhere, as ``Supervisor.announce``.
        commit: a transaction with its delta, for loops; a job's step has its own.
        embed: texts → vectors (``actors/embedding.py``); True: they are asked, False: they are known.
        write: has a company's language model write (``actors/writing.py:Writing.write``): kind, company, what is asked.
        now_ms: the clock.
    """

    settings: Settings
    pool: Pool
    vault: Vault
    ids: IdMaker
    hand_over: Callable[[Sequence[dict[str, Any]]], None]
    ingest: Callable[[Sequence[Intake]], Awaitable[list[Answer]]]
    announce: Callable[[str, UUID | None], Awaitable[None]]
    commit: Commit
    embed: Callable[[Sequence[str], bool], Awaitable[list[list[float]]]]
    write: Callable[[str, UUID, Mapping[str, Any]], Awaitable[dict[str, Any]]]
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did; returned by :meth:`JobKind.step`.

    Attributes:
        cursor: where the next step begins; JSON values.
        done, errors: how many more.
        total: how many there are in all, once that is known.
        finished: this was the last step.
        result: what the job tells at its end, or so far.
        transitions: changes of messages' statuses, to be counted.
        born: messages that the step has created (``create_messages``): counted here, and those that are queued and due
            are handed to their senders after the commit.
        wait_s: seconds until the next step; the job does not hold a worker meanwhile.
    """

    cursor: Mapping[str, Any]
    done: int = 0
    errors: int = 0
    total: int | None = None
    finished: bool = False
    result: Mapping[str, Any] | None = None
    transitions: list[Transition] = field(default_factory=list)
    born: list[MessageRow] = field(default_factory=list)
    wait_s: float = 0.0


class JobKind(Protocol):
    """A kind of job: one object per worker, used for all its jobs at once, so it keeps nothing of any of them."""

    kind: ClassVar[str]

    async def prepare(self, job: Job) -> object:
        """Do what belongs into no transaction (network, parsing, reading much); may be repeated after a crash."""
        ...

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        """Do the next piece, inside one transaction that also writes the checkpoint; well under 2 s.

        A value that Postgres refuses, an error of our tree, or anything else rolls all of it back. ``JobFailed`` (and
        any refusal that is not worth a retry) ends the job with its words.
        """
        ...

    async def after(self, job: Job, step: Step) -> None:
        """Do what may be lost (announcements, hand-overs of one's own), after the commit."""
        ...
