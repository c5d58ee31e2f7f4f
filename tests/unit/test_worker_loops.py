"""The loops of a worker: each is there once."""

from __future__ import annotations

from actors.worker_loops import LOOPS


def test_every_loop_has_a_name_of_its_own() -> None:
    names = [plan.name for plan in LOOPS]
    assert len(names) == len(set(names))
