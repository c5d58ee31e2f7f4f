from __future__ import annotations

import random
from typing import Any

from engine.live_feed import SHOWN, LiveFeed


def event(n: int) -> dict[str, Any]:
    return {"id": f"{n:08d}", "event_type": "pix_created"}


def message(n: int, status: str, at_ms: int = 0, of: int | None = None) -> dict[str, Any]:
    return {"id": f"m{n}", "event_id": None if of is None else f"{of:08d}", "status": status, "at_ms": at_ms}


def statuses(feed: LiveFeed) -> list[list[str]]:
    return [[entry["status"] for entry in item["messages"]] for item in feed.items()]


def test_the_newest_stand_first_and_are_bounded() -> None:
    feed = LiveFeed()
    feed.tell([event(n) for n in random.Random(1).sample(range(200), 200)], [])
    assert [item["id"] for item in feed.items()] == [f"{n:08d}" for n in range(199, 199 - SHOWN, -1)]


def test_a_message_joins_its_event_and_moves_on() -> None:
    feed = LiveFeed()
    assert feed.tell([event(1)], [message(1, "queued", of=1)])
    assert feed.tell([], [message(1, "accepted")])
    assert feed.tell([], [message(1, "read")])
    assert not feed.tell([], [message(1, "delivered")])
    assert statuses(feed) == [["read"]]


def test_a_message_told_before_its_event_waits_for_it() -> None:
    feed = LiveFeed()
    assert not feed.tell([], [message(1, "queued", of=1), message(1, "accepted", of=1)])
    feed.tell([event(1)], [])
    assert statuses(feed) == [["accepted"]]


def test_among_the_statuses_of_waiting_the_later_telling_counts() -> None:
    feed = LiveFeed()
    feed.tell([event(1)], [message(1, "queued", 10, 1), message(1, "sending", 20)])
    feed.tell([], [message(1, "queued", 15)])
    assert statuses(feed) == [["sending"]]
    feed.tell([], [message(1, "held", 25)])
    assert statuses(feed) == [["held"]]


def test_what_nobody_knows_changes_nothing() -> None:
    feed = LiveFeed()
    feed.tell([event(1)], [])
    assert not feed.tell([], [message(7, "read")])
    assert not feed.tell([], [message(8, "on its way", of=1), message(8, "read", of=1)][:0])


def test_postgres_fills_what_was_not_told_and_takes_nothing_back() -> None:
    feed = LiveFeed()
    feed.tell([event(2), event(3)], [message(2, "read", 50, 2)])
    stored = [
        event(2) | {"messages": [message(2, "sent", 40), message(9, "accepted", 40)]},
        event(1) | {"messages": []},
    ]
    assert feed.replace(stored)
    assert statuses(feed) == [[], ["read", "accepted"], []]
    assert not feed.replace(stored)


def test_nothing_grows_without_end() -> None:
    feed = LiveFeed()
    for n in range(3_000):
        feed.tell([event(n)], [message(n, "queued", of=n)])
        feed.tell([], [message(n, "accepted", of=n + 10_000)])
    held = vars(feed)
    assert len(held["_items"]) == SHOWN
    assert len(held["_event_of"]) == SHOWN
    assert len(held["_early"]) <= 200
