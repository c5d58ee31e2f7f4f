"""What a conversation shows of a message, and which messages want an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversations import SHOWN, message_type, preview, wants_answer, window_closes_at


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
