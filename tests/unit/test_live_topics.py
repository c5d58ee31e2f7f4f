from __future__ import annotations

from typing import Any

import orjson
import pytest

from engine.live_topics import KEPT_UPDATES, Position, TopicLine, is_topic, parse_position
from engine.merge_patch import apply


def line_with(updates: int) -> TopicLine:
    line = TopicLine("metrics", 7)
    line.begin({"n": 0, "text": "x" * 2_000}, 100)
    for n in range(1, updates + 1):
        assert line.advance({"n": n, "text": "x" * 2_000}, 100 + n, 100 + n) is not None
    return line


def read(frames: list[bytes]) -> list[dict[str, Any]]:
    return [orjson.loads(frame) for frame in frames]


def test_a_frame_says_what_the_protocol_says() -> None:
    line = line_with(1)
    frame = line.advance({"n": 2, "text": "x" * 2_000}, 150, 120)
    assert frame is not None
    assert orjson.loads(frame) == {
        "type": "delta",
        "topic": "metrics",
        "seq": "7-2",
        "ts": 150,
        "oldest_ts": 120,
        "data": {"n": 2},
    }


def test_a_state_that_says_nothing_new_takes_no_number() -> None:
    line = line_with(3)
    assert line.advance(dict(line.data), 500, 500) is None
    assert line.seq == 3


@pytest.mark.parametrize("missed", [1, 2, 10])
def test_who_comes_back_gets_what_it_missed(missed: int) -> None:
    line = line_with(10)
    state: Any = {"n": 10 - missed, "text": "x" * 2_000}
    frames = read(line.since(Position(7, 10 - missed)))
    assert [frame["seq"] for frame in frames] == [f"7-{n}" for n in range(11 - missed, 11)]
    for frame in frames:
        state = apply(state, frame["data"])
    assert state == line.data


def test_who_missed_nothing_gets_nothing() -> None:
    assert line_with(4).since(Position(7, 4)) == []


@pytest.mark.parametrize("since", [None, Position(6, 3), Position(7, 99), Position(8, 0)])
def test_another_epoch_and_the_future_are_answered_by_a_snapshot(since: Position | None) -> None:
    (frame,) = read(line_with(4).since(since))
    assert (frame["type"], frame["seq"], frame["data"]["n"]) == ("snapshot", "7-4", 4)


def test_what_is_kept_is_bounded_and_a_gap_is_answered_by_a_snapshot() -> None:
    line = line_with(KEPT_UPDATES + 50)
    (frame,) = read(line.since(Position(7, 40)))
    assert frame["type"] == "snapshot"


def test_a_long_absence_is_shorter_told_by_a_snapshot() -> None:
    line = TopicLine("queue", 1)
    line.begin({"n": 0}, 1)
    for n in range(1, 300):
        line.advance({"n": n}, n, n)
    (frame,) = read(line.since(Position(1, 1)))
    assert (frame["type"], frame["data"]) == ("snapshot", {"n": 299})


def test_a_snapshot_is_serialised_once_per_state() -> None:
    line = line_with(2)
    assert line.snapshot() is line.snapshot()
    before = line.snapshot()
    line.advance({"n": 99}, 300, 300)
    assert line.snapshot() is not before


@pytest.mark.parametrize(
    ("text", "position"),
    [("12-34", Position(12, 34)), ("12", None), ("-", None), ("a-1", None), ("1-²", None), (None, None), (5, None)],
)
def test_positions(text: object, position: Position | None) -> None:
    assert parse_position(text) == position
    assert position is None or str(position) == text


@pytest.mark.parametrize(
    ("topic", "known"),
    [
        ("metrics", True),
        ("inbox", True),
        ("session:0199f9a0-0000-7000-8000-000000000000", True),
        ("campaign:0199f9a0-0000-7000-8000-000000000000", True),
        ("session:", False),
        ('session:"},{"0199f9a0-0000-7000-8000-000', False),
        ("webhooks", False),
        (7, False),
    ],
)
def test_topics(topic: object, known: bool) -> None:
    assert is_topic(topic) is known
