"""What a conversation shows of a message, and which messages want an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversations import (
    SHOWN,
    STATES,
    SWITCHED_OFF,
    TAKEN_OVER,
    Hands,
    answered_by_hand,
    changed,
    message_type,
    preview,
    wants_answer,
    window_closes_at,
)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "text", "text": {"body": "  Oi!  "}}, "Oi!"),
        ({"type": "text", "text": {"body": "x" * 500}}, "x" * SHOWN),
        ({"type": "button", "button": {"text": "Sim", "payload": "1"}}, "Sim"),
        ({"type": "interactive", "interactive": {"button_reply": {"id": "1", "title": "Quero"}}}, "Quero"),
        ({"type": "interactive", "interactive": {"list_reply": {"id": "1", "title": "Azul"}}}, "Azul"),
        ({"type": "image", "image": {"id": "1", "caption": "Comprovante"}}, "Comprovante"),
        ({"type": "document", "document": {"id": "1", "filename": "nota.pdf"}}, "nota.pdf"),
        ({"type": "location", "location": {"latitude": 1, "name": "Loja"}}, "Loja"),
        ({"type": "audio", "audio": {"id": "1"}}, None),
        ({"type": "image", "image": {"caption": ["x"]}}, None),
        ({"type": "text", "text": {"body": "\x00 "}}, None),
        ({}, None),
    ],
)
def test_the_words_of_a_message(message: dict[str, Any], words: str | None) -> None:
    assert preview(message) == words


@pytest.mark.parametrize("kind", ["reaction", "system", "edit", "revoke"])
def test_nobody_waits_for_an_answer_to_these(kind: str) -> None:
    assert not wants_answer({"type": kind, kind: {}})


@pytest.mark.parametrize("kind", ["text", "image", "audio", "order", "unsupported", None, 7, ""])
def test_to_all_others_somebody_does(kind: object) -> None:
    assert wants_answer({"type": kind})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
_KINDS = ("text", "button", "interactive", "image", "video", "document", "location", "reaction", "sticker")


@given(st.sampled_from(_KINDS) | st.text(), _JSON)
def test_nothing_in_a_message_makes_it_raise(kind: str, inner: object) -> None:
    message = {"type": kind, kind: inner}
    words = preview(message)
    assert words is None or (0 < len(words) <= SHOWN and "\x00" not in words)
    assert 0 < len(message_type(message)) <= 32


def test_the_window_is_24_hours() -> None:
    assert window_closes_at(datetime(2026, 11, 20, 12, tzinfo=UTC)) == datetime(2026, 11, 21, 12, tzinfo=UTC)


_BIA, _RUI = UUID(int=1), UUID(int=2)
_SINCE = datetime(2026, 11, 20, 12, tzinfo=UTC)
_FRESH = Hands("open", None, True, None, 3, _SINCE)


def test_whoever_takes_over_has_it_unless_it_is_somebodys() -> None:
    taken = changed(_FRESH, {"ai_on": False}, _BIA)
    assert (taken.ai_on, taken.ai_off_reason, taken.assignee_id) == (False, TAKEN_OVER, _BIA)
    assert changed(replace(_FRESH, assignee_id=_RUI), {"ai_on": False}, _BIA).assignee_id == _RUI
    assert changed(_FRESH, {"ai_on": False, "assignee_id": None}, _BIA).assignee_id is None
    assert (taken.unread, taken.waiting_since) == (3, _SINCE)  # nobody has answered yet


def test_setting_aside_ends_the_waiting_and_closing_reads_too() -> None:
    aside = changed(_FRESH, {"state": "waiting"}, _BIA)
    assert (aside.waiting_since, aside.unread) == (None, 3)
    closed = changed(_FRESH, {"state": "closed"}, _BIA)
    assert (closed.waiting_since, closed.unread) == (None, 0)


def test_ai_comes_back_when_a_conversation_is_closed_unless_it_was_switched_off() -> None:
    taken = changed(_FRESH, {"ai_on": False}, _BIA)
    assert changed(taken, {"state": "closed"}, _BIA).ai_on
    assert not changed(taken, {"state": "closed", "ai_on": False}, _BIA).ai_on
    off = changed(_FRESH, {"ai_on": False, "ai_off_reason": SWITCHED_OFF}, _BIA)
    assert off.assignee_id is None
    assert not changed(off, {"state": "closed"}, _BIA).ai_on
    assert changed(off, {"ai_on": True}, _BIA).ai_off_reason is None


@pytest.mark.parametrize("state", STATES)
def test_an_answer_by_hand_opens_reads_and_takes_over(state: str) -> None:
    after = answered_by_hand(replace(_FRESH, state=state), _BIA)
    assert after == Hands("open", _BIA, False, TAKEN_OVER, 0, None)
    assert answered_by_hand(replace(_FRESH, assignee_id=_RUI), _BIA).assignee_id == _RUI
    handed = replace(_FRESH, ai_on=False, ai_off_reason="low_confidence")
    assert answered_by_hand(handed, None) == Hands("open", None, False, "low_confidence", 0, None)
