"""The audit log tells what was done in words, whatever was done."""

from __future__ import annotations

from gateway.audit import is_audited
from gateway.operation_words import OPERATION_WORDS
from gateway.routes.audit import _ELSEWHERE
from gateway.routes.catalog import OPERATIONS


def test_everything_that_is_noted_has_words_in_both_languages() -> None:
    noted = {one.name for one in OPERATIONS if is_audited(one)} | set(_ELSEWHERE)
    assert noted - OPERATION_WORDS.keys() == set(), "name them in gateway/operation_words.py"
    assert OPERATION_WORDS.keys() - noted == set(), "nothing of that name is noted any more"
    assert all(words.pt and words.en and words.pt != words.en for words in OPERATION_WORDS.values())


def test_no_two_operations_read_alike_but_for_put_and_patch() -> None:
    said: dict[str, list[str]] = {}
    for name, words in OPERATION_WORDS.items():
        said.setdefault(words.pt, []).append(name.removeprefix("update").removeprefix("replace").removeprefix("put"))
    assert all(len(set(names)) == 1 for names in said.values()), said
