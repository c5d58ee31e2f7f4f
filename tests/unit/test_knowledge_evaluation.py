"""A set of passages and questions is read strictly, and what was found is counted as it was found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ai.knowledge_evaluation import Passage, Question, as_typed, measure, own_set, read_set


def test_the_set_of_our_own_asks_for_what_it_holds() -> None:
    names = {one.name for one in own_set().passages}
    assert len(names) == 200
    assert {one.source for one in own_set().questions} <= names


_NEITHER = (
    *("x", "[]", "null", "3", "{}", '{"question": "q"}', '{"name": "n"}', '{"name": "n", "text": ""}'),
    *('{"name": "n", "text": 3}', '{"question": ["q"], "source": "s"}', '{"name": "n", "text": "t", "more": "m"}'),
)


@pytest.mark.parametrize("line", _NEITHER)
def test_a_line_that_is_neither_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_set(['{"question": "q", "source": "s"}', line])


def test_blank_lines_are_passed_over() -> None:
    found = read_set(["", '{"name": "n", "text": "t"}', " ", '{"question": "q", "source": "n"}'])
    assert found == ([Passage("n", "t")], [Question("q", "n")])


def test_the_first_three_count_and_the_top_by_itself() -> None:
    asked = [Question(str(number), "a") for number in range(4)]
    told = measure(asked, [["a"], ["b", "c", "a"], ["b", "c", "d", "a"], []])
    assert (told["questions"], told["first"], told["first_three"]) == (4, 0.25, 0.5)
    assert [one["question"] for one in told["missed"]] == ["2", "3"]
    assert told["missed"][0]["found"] == ["b", "c", "d"]
    assert measure([], [])["first_three"] is None


def test_a_question_is_typed_as_people_type() -> None:
    assert as_typed("Quando vocês entregam, e por que não hoje?") == "qdo vcs entregam e por q n hj"


@given(st.text())
def test_whatever_is_asked_can_be_typed(text: str) -> None:
    assert re.fullmatch(r"(\w+( \w+)*)?", as_typed(text))
