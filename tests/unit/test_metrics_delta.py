from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics import MINUTE_MS, NO_SESSION, Change, Delta, decode_changes

COMPANY, SESSION = bytes(range(16)), bytes(range(16, 32))
NOW = 1_795_375_119_571
MINUTE = NOW // MINUTE_MS * MINUTE_MS


def changes(delta: Delta) -> set[Change]:
    return set(decode_changes(delta.encode(), NOW))


def test_equal_events_are_one_change() -> None:
    delta = Delta()
    for _ in range(50):
        delta.event(COMPANY, NOW, "pix_created", "processed")
    assert changes(delta) == {
        Change(COMPANY, MINUTE, "event", "pix_created", NO_SESSION, 50),
        Change(COMPANY, MINUTE, "state", "processed", NO_SESSION, 50),
    }


def test_a_transition_moves_one_from_the_old_status_to_the_new() -> None:
    delta = Delta()
    delta.message(COMPANY, NOW, SESSION, None, "queued")
    delta.message(COMPANY, NOW, SESSION, "queued", "accepted")
    assert changes(delta) == {Change(COMPANY, MINUTE, "message", "accepted", SESSION, 1)}


def test_a_transition_to_the_same_status_is_none() -> None:
    delta = Delta()
    delta.message(COMPANY, NOW, SESSION, "queued", "queued")
    assert delta.empty


def test_what_cancels_out_is_empty() -> None:
    delta = Delta()
    delta.message(COMPANY, NOW, SESSION, "queued", "held")
    assert changes(delta)
    delta.message(COMPANY, NOW, SESSION, "held", "queued")
    assert delta.empty
    assert changes(delta) == set()


def test_an_acceptance_has_a_latency_only_with_an_event() -> None:
    with_event, without = Delta(), Delta()
    with_event.accepted(COMPANY, SESSION, NOW - 100, NOW)
    without.accepted(COMPANY, SESSION, None, NOW)
    accepted = Change(COMPANY, MINUTE, "count", "accepted", SESSION, 1)
    assert changes(without) == {accepted}
    assert changes(with_event) == {accepted, Change(COMPANY, MINUTE, "latency", "49", SESSION, 1)}


def test_a_count_belongs_to_the_minute_of_its_commit() -> None:
    delta = Delta()
    delta.count(COMPANY, "duplicates", 3)
    assert changes(delta) == {Change(COMPANY, MINUTE, "count", "duplicates", NO_SESSION, 3)}


def test_an_event_without_a_type_and_one_with_an_endless_type_are_counted() -> None:
    delta = Delta()
    delta.event(COMPANY, NOW, None, "unparsed")
    delta.event(COMPANY, NOW, "x" * 500, "processed")
    assert {c.key for c in changes(delta) if c.kind == "event"} == {"", "x" * 64}


def test_a_nul_in_a_type_cannot_stop_the_roll_up() -> None:
    delta = Delta()
    delta.event(COMPANY, NOW, "a\x00b", "processed")
    assert b"\\u0000" not in delta.encode()


def test_the_oldest_change_is_told() -> None:
    delta = Delta()
    delta.event(COMPANY, NOW, "a", "processed")
    delta.accepted(COMPANY, SESSION, NOW, NOW - 7)
    delta.event(COMPANY, NOW - 3, "a", "processed")
    assert delta.oldest_ms == NOW - 7


@pytest.mark.parametrize("data", [b"[]", b'{"v":2,"rows":[]}', b"nonsense", b'"x"'])
def test_another_version_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Delta.decode(data)


MOVES = st.lists(
    st.tuples(
        st.sampled_from([COMPANY, SESSION]),
        st.integers(NOW - 10**7, NOW),
        st.sampled_from([None, "queued", "accepted", "read"]),
        st.sampled_from(["queued", "accepted", "read"]),
    ),
    max_size=40,
)


@given(MOVES)
def test_decoding_gives_the_same_counts_again(moves: list[tuple[bytes, int, str | None, str]]) -> None:
    delta = Delta()
    expected: Counter[tuple[bytes, int, str]] = Counter()
    for company, at_ms, old, new in moves:
        delta.message(company, at_ms, SESSION, old, new)
        delta.event(company, at_ms, old, "processed")
        minute = at_ms // MINUTE_MS * MINUTE_MS
        expected[company, minute, new] += 1
        if old is not None:
            expected[company, minute, old] -= 1
    again = Delta.decode(delta.encode())
    assert set(again.changes()) == set(delta.changes()) == changes(delta)
    found = {(c.company, c.minute_ms, c.key): c.n for c in changes(delta) if c.kind == "message"}
    assert found == {place: n for place, n in expected.items() if n}
