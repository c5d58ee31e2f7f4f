from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.history import (
    REREAD_MS,
    SETTLE_MS,
    HistoryEntry,
    Place,
    UnreadablePage,
    first_place,
    imported_id,
    read_page,
    take_page,
)
from engine.history_identity import identity_of
from engine.history_reasons import ENTRY, FATAL, PASSING, WARNING, history_words
from engine.ids import IdMaker, id_ms
from engine.mapping import compile_mapping
from engine.reading import WebhookReader

NOW_MS = 1_790_000_000_000
OLD_MS = NOW_MS - 30 * 86_400_000
JOB = IdMaker().make(NOW_MS)


def entry(number: int, created_ms: int | None) -> HistoryEntry:
    return HistoryEntry(f"r-{number}", created_ms, b'{"eventId":"%d"}' % number)


class Source:
    """Pages as a server gives them: in the order of time, ``since`` inclusive or not, with a limit of its own."""

    def __init__(self, times: list[int], *, inclusive: bool = True, cap: int = 10_000, reverse: bool = False) -> None:
        self.entries = sorted((entry(n, at) for n, at in enumerate(times)), key=lambda one: one.created_ms or 0)
        if reverse:
            self.entries.reverse()
        self.inclusive, self.cap = inclusive, cap
        self.asked = 0

    def page(self, since_ms: int, limit: int) -> list[HistoryEntry]:
        self.asked += 1
        at = [one for one in self.entries if (one.created_ms or 0) >= since_ms + (not self.inclusive)]
        return at[: min(limit, self.cap)]


def walk(source: Any, place: Place, most_pages: int = 3_000) -> tuple[list[HistoryEntry], Place, set[str]]:
    """Take pages to the end, each place through JSON as a job's cursor goes; return what was found, in order."""
    found: list[HistoryEntry] = []
    warnings: set[str] = set()
    for _ in range(most_pages):
        turn = take_page(place, source.page(place.since_ms, place.limit), NOW_MS)
        found += turn.entries
        warnings |= {turn.warning} if turn.warning else set()
        place = Place.from_json(json.loads(json.dumps(turn.place.as_json())))
        if turn.finished:
            return found, place, warnings
    raise AssertionError("it never ends")


@given(
    st.lists(st.integers(0, 40), max_size=60).map(lambda steps: [OLD_MS + 100 + step for step in steps]),
    st.booleans(),
    st.integers(1, 70),
    st.integers(1, 20),
)
def test_every_entry_is_found_once_however_since_and_limit_are_meant(
    times: list[int], inclusive: bool, cap: int, limit: int
) -> None:
    most_at_once = max((times.count(at) for at in times), default=0)
    source = Source(times, inclusive=inclusive, cap=cap)
    found, place, warnings = walk(source, Place(OLD_MS, limit=limit))
    ids = [one.id for one in found]
    assert len(ids) == len(set(ids))
    if most_at_once < cap:  # else some are out of reach, and that is told
        assert set(ids) == {one.id for one in source.entries}
    elif set(ids) != {one.id for one in source.entries}:
        assert "equal_times" in warnings
    assert place.since_ms <= NOW_MS


def test_old_entries_that_fill_a_page_do_not_hide_those_of_its_last_time() -> None:
    times = [OLD_MS + 2, OLD_MS + 2, OLD_MS + 3, OLD_MS + 3]
    for limit in (1, 3, 20):
        found, _, _ = walk(Source(times, cap=3), Place(OLD_MS, limit=limit))
        assert len(found) == len(times)


def test_equal_times_across_a_pages_border_are_not_lost() -> None:
    times = [OLD_MS + 1] * 99 + [OLD_MS + 2] * 5 + [OLD_MS + 3] * 300 + [OLD_MS + 4]
    for inclusive in (True, False):
        found, _, _ = walk(Source(times, inclusive=inclusive), Place(OLD_MS))
        assert len(found) == len(times)


def test_a_server_that_repeats_its_page_for_ever_is_left_after_a_few() -> None:
    class Repeating(Source):
        def page(self, since_ms: int, limit: int) -> list[HistoryEntry]:
            self.asked += 1
            return self.entries[: self.cap]

    for size in (1, 100, 5_000):
        source = Repeating([OLD_MS + n for n in range(size)], cap=size)
        found, _, _ = walk(source, Place(OLD_MS))
        assert len(found) == size
        assert source.asked <= 5


def test_the_newest_first_is_told_as_a_warning() -> None:
    source = Source([OLD_MS + n for n in range(5_000)], reverse=True)
    found, place, warnings = walk(source, Place(OLD_MS))
    assert "descending" in warnings
    assert len({one.id for one in found}) == len(found) < len(source.entries)
    assert place.since_ms <= OLD_MS + 5_001


def test_pages_in_disorder_go_on_from_their_last_entry() -> None:
    class Disordered(Source):
        def page(self, since_ms: int, limit: int) -> list[HistoryEntry]:
            return super().page(since_ms, limit)[::-1] if self.asked == 0 else super().page(since_ms, limit)

    found, _, _ = walk(Disordered([OLD_MS + 10 * n for n in range(250)]), Place(OLD_MS))
    assert len(found) == 250


def test_what_is_not_settled_is_left_and_a_time_in_the_far_future_moves_nothing() -> None:
    times = [OLD_MS + 5, NOW_MS - SETTLE_MS, NOW_MS - SETTLE_MS + 1, NOW_MS + 1_000, NOW_MS + 10**10]
    found, place, _ = walk(Source(times), Place(OLD_MS))
    assert [one.created_ms for one in found] == [times[0], times[1], times[4]]
    assert place.since_ms <= NOW_MS - SETTLE_MS
    assert walk(Source([]), Place(OLD_MS))[0] == []
    nothing = take_page(Place(OLD_MS), [entry(1, None), entry(2, None)], NOW_MS)
    assert (len(nothing.entries), nothing.place.since_ms) == (2, OLD_MS)


def test_a_run_begins_a_while_before_the_last_ones_end_but_not_before_its_since() -> None:
    assert first_place(OLD_MS, None).since_ms == OLD_MS
    assert first_place(OLD_MS, NOW_MS).since_ms == NOW_MS - REREAD_MS
    assert first_place(OLD_MS, OLD_MS + 1).since_ms == OLD_MS


BODY = (
    '{"x":[1,{"events":2}],"events" : [ '
    '{"id":"r\\u0031","createdAt":"2026-01-02T03:04:05.678Z","payload":%s,"n":1}, 7]}'
)


@pytest.mark.parametrize("payload", ['{"total": 1.10, "a":1,"a":2 , "n":1E+2}', '"text"', "[1, 2]", '{"é":"\\ud800"}'])
def test_a_payloads_bytes_are_kept_as_they_stand_in_the_page(payload: str) -> None:
    first, second = read_page(("\ufeff" + BODY % payload).encode())
    assert first == HistoryEntry("r1", 1767323045678, payload.encode())
    assert second == HistoryEntry("", None, None)
    assert read_page((BODY % "null").encode())[0].payload is None
    assert read_page(b'{"events":[]}') == []


@given(st.binary(max_size=200) | st.integers(0, len(BODY % "{}")).map(lambda end: (BODY % "{}").encode()[:end]))
def test_anything_else_is_told_as_unreadable(body: bytes) -> None:
    try:
        read_page(body)
    except UnreadablePage as error:
        assert error.reason in ("not_json", "not_a_page")


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=12,
    )
)
def test_any_payload_comes_out_as_it_went_in(value: Any) -> None:
    written = json.dumps(value)
    [found] = read_page(b'{"events":[{"payload": %b , "id":"a"}]}' % written.encode())
    assert found.payload == (None if value is None else written.encode())


def test_ids_are_the_same_for_the_same_page_and_in_the_order_of_the_sources_times() -> None:
    entries = [entry(number, OLD_MS + number * 1_000) for number in range(2_000)]
    ids = [imported_id(JOB, 3, one, 0) for one in entries]
    assert ids == sorted(ids)
    assert ids == [imported_id(JOB, 3, one, 0) for one in entries]
    assert all(UUID(bytes=one).version == 7 and id_ms(one) == NOW_MS for one in ids)
    others = [
        imported_id(*given) for given in ((JOB, 4, entries[0], 0), (JOB, 3, entries[0], 1), (JOB, 3, entries[0], -1))
    ]
    assert len({ids[0], *others}) == 4
    assert UUID(bytes=imported_id(JOB, 0, entry(1, None), 0)).version == 7


@pytest.mark.parametrize(
    ("value", "mapping", "external_id", "pattern"),
    [
        ({"eventId": "e", "a": 1}, {}, "e", {"eventId": "e"}),
        ({"data": {"event_id": 7, "a": 1}}, {}, "7", {"data": {"event_id": 7}}),
        ({"itens": [{"um id": "x"}]}, {"external_id": "$.itens[0]['um id']"}, "x", {"itens": [{"um id": "x"}]}),
        ({"a": 1}, {}, None, {"a": 1}),
        ({"eventId": 1.5}, {}, "1.5", {"eventId": 1.5}),
    ],
)
def test_an_event_is_known_by_json_that_its_payload_contains(
    value: dict[str, Any], mapping: dict[str, Any], external_id: str | None, pattern: dict[str, Any]
) -> None:
    [read] = WebhookReader(bytes(16), mapping).read(orjson.dumps(value), "application/json", b"{}", NOW_MS, [JOB])
    identity = identity_of(read, compile_mapping(mapping))
    assert identity is not None
    assert (identity.external_id, json.loads(identity.pattern)) == (external_id, pattern)


def test_every_reason_has_words() -> None:
    for code in (*FATAL, *PASSING, *ENTRY, *WARNING, "imported"):
        words = history_words(code)
        assert words is not None
        assert words.pt
        assert words.en
    assert history_words("anything") is None
