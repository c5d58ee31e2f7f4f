"""The dashboard has words for what the system makes."""

from __future__ import annotations

from actors.jobs.kinds import _KINDS
from tests.unit.document_texts import ROOT


def test_every_kind_of_job_has_words() -> None:
    known = (ROOT / "dashboard/src/features/history/kinds.ts").read_text()
    kinds = [vars(kind)["kind"] for kind in _KINDS]
    assert [kind for kind in kinds if f'"{kind}"' not in known] == []
