"""The vectors are a copy: where what they were copied from is at hand, both are the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

COPY = Path(__file__).parents[1] / "vectors"
SHARED = Path(__file__).parents[3] / "shared" / "vectors"


@pytest.mark.skipif(not SHARED.is_dir(), reason="only founders' machines have the shared folder")
def test_the_vectors_are_those_that_are_shared() -> None:
    assert {file.name for file in COPY.iterdir()} == {file.name for file in SHARED.iterdir()}
    assert [file.name for file in COPY.iterdir() if file.read_bytes() != (SHARED / file.name).read_bytes()] == []
