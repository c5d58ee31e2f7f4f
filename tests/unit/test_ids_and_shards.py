"""Ids sort by time and tell their partition; companies keep their shard."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from engine.ids import IdMaker, id_ms, id_text, id_time, ms_to_time, parse_id, time_to_ms
from engine.sharding import BUCKETS, assign, bucket_of, rendezvous

# A change here would move every company to another bucket.
FROZEN_BUCKETS = [21, 38, 157, 218, 226]
FROZEN_SHARDS = [4, 2, 4, 4, 0, 2, 2, 1]
MOMENTS = st.integers(1_600_000_000_000, 4_000_000_000_000)


@given(st.lists(MOMENTS, min_size=1, max_size=50))
def test_ids_never_go_backwards_whatever_the_clock_does(moments: list[int]) -> None:
    maker = IdMaker()
    ids = [maker.make(moment) for moment in moments]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(id_ms(made) >= moment for made, moment in zip(ids, moments, strict=True))


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_seven_with_its_millisecond(moment: int) -> None:
    made = IdMaker().make_uuid(moment)
    assert (made.version, made.variant) == (7, UUID(int=1 << 63).variant)
    assert time_to_ms(id_time(made)) == moment
    assert id_text(made.bytes) == str(made)


def test_ten_thousand_ids_in_one_millisecond_stay_in_order() -> None:
    maker = IdMaker()
    ids = [maker.make(1_795_375_119_571) for _ in range(10_000)]
    assert ids == sorted(ids)
    assert id_ms(ids[-1]) - id_ms(ids[0]) <= 10_000 // 4096 + 1


@given(MOMENTS)
def test_times_keep_their_millisecond(moment: int) -> None:
    assert time_to_ms(ms_to_time(moment)) == moment


@given(st.text(max_size=40))
def test_text_that_is_no_id_is_none(text: str) -> None:
    found = parse_id(text)
    assert found is None or len(text) == 36


def test_every_bucket_has_a_shard_and_few_move_when_one_is_added() -> None:
    two, three = assign(2, {}), assign(3, {})
    assert len(two) == BUCKETS
    assert set(two) == {0, 1}
    moved = [bucket for bucket in range(BUCKETS) if two[bucket] != three[bucket]]
    assert all(three[bucket] == 2 for bucket in moved)
    assert 0.2 < len(moved) / BUCKETS < 0.47


def test_an_override_pins_a_bucket_unless_its_shard_is_gone() -> None:
    assert assign(2, {7: 1, 8: 0})[7:9] == [1, 0]
    assert assign(1, {7: 1})[7] == 0


def test_the_hash_is_the_same_in_every_release() -> None:
    assert [bucket_of(bytes([n]) * 16) for n in range(5)] == FROZEN_BUCKETS
    assert [rendezvous(bucket, 5) for bucket in range(8)] == FROZEN_SHARDS
