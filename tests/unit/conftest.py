"""Unit tests drive plain classes: whoever starts Ray here has put a decision into an actor."""

from __future__ import annotations

import pytest
import ray


@pytest.fixture(autouse=True)
def no_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make starting Ray an error."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a unit test may not start Ray")

    monkeypatch.setattr(ray, "init", refuse)
