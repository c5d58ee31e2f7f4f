"""A mailbox: transactional first, bounded, every id once."""

from __future__ import annotations

import os
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from engine.lanes import Mailbox, Parcel
from engine.permits import Permits


def parcel(*, transactional: bool = True, to: str = "+5511", template: str | None = None) -> Parcel:
    return Parcel(
        os.urandom(16), bytes(16), bytes(16), to, transactional, "text", "oi", template, None, None, None, None, 0
    )


def test_transactional_goes_before_bulk_in_the_order_of_arrival() -> None:
    mailbox = Mailbox(10)
    bulk, first, second = parcel(transactional=False), parcel(), parcel()
    assert all(mailbox.put(item) for item in (bulk, first, second))
    assert [mailbox.take() for _ in range(4)] == [first, second, bulk, None]


def test_an_id_is_taken_once_until_it_is_forgotten() -> None:
    mailbox, item = Mailbox(10), parcel()
    assert mailbox.put(item) and mailbox.put(item) and len(mailbox) == 1
    assert mailbox.take() is item
    assert mailbox.put(item) and len(mailbox) == 0  # on its way: still known
    mailbox.forget(item.id)
    assert mailbox.put(item) and len(mailbox) == 1


def test_a_full_bulk_lane_leaves_room_for_transactional_messages() -> None:
    mailbox = Mailbox(10)
    assert [mailbox.put(parcel(transactional=False)) for _ in range(11)] == [True] * 10 + [False]
    assert [mailbox.put(parcel()) for _ in range(16)] == [True] * 15 + [False]


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_nothing_is_lost_and_nothing_comes_twice(steps: list[tuple[bool, bool]]) -> None:
    mailbox, put, taken = Mailbox(50), [], []
    for takes, transactional in steps:
        if takes and (found := mailbox.take()) is not None:
            taken.append(found)
        elif not takes and mailbox.put(item := parcel(transactional=transactional)):
            put.append(item)
    taken += list(mailbox.empty())
    assert sorted(item.id for item in taken) == sorted(item.id for item in put)


def test_cancelled_messages_leave_the_mailbox() -> None:
    mailbox, gone, kept = Mailbox(10), parcel(), parcel()
    mailbox.put(gone)
    mailbox.put(kept)
    mailbox.remove({gone.id})
    assert list(mailbox.empty()) == [kept]
    assert not mailbox.known


def test_a_blocked_template_waits_and_others_go() -> None:
    permits = Permits(80, 0.0)
    assert permits.block_template("promo", None, 0.0, 10_800.0, "template_paused")
    wait = permits.ask(parcel(template="promo"), 0.0)
    assert wait is not None and wait == ("template_paused", 10_800.0)
    assert permits.ask(parcel(template="pix"), 0.0) is None
    assert permits.ask(parcel(template="promo"), 10_801.0) is None


def test_a_number_in_trouble_is_probed_until_a_message_is_accepted() -> None:
    permits = Permits(80, 0.0)
    permits.block(0.0, 4.0)
    assert permits.blocked_s(1.0) == 3.0 and permits.probing
    assert permits.blocked_s(5.0) == 0.0 and permits.probing
    permits.accepted(parcel())
    assert not permits.probing


def bulk(campaign: bytes | None) -> Parcel:
    made = parcel(transactional=False)
    made.campaign = campaign
    return made


def test_campaigns_take_turns() -> None:
    mailbox = Mailbox(100)
    large, small = [bulk(b"a") for _ in range(6)], [bulk(b"b") for _ in range(2)]
    assert all(mailbox.put(item) for item in (*large, *small, bulk(None)))
    order = [found.campaign for _ in range(9) if (found := mailbox.take())]
    assert order == [b"a", b"b", None, b"a", b"b", b"a", b"a", b"a", b"a"]


def test_a_campaign_that_fills_the_mailbox_does_not_shut_out_another() -> None:
    mailbox = Mailbox(160)
    while mailbox.put(bulk(b"a")):
        pass
    assert len(mailbox) == 160
    assert sum(mailbox.put(bulk(b"b")) for _ in range(20)) == 10
    for number in range(1_000):
        mailbox.put(bulk(number.to_bytes(2, "big")))
    assert len(mailbox) == 320


campaigns = st.sampled_from([None, b"a", b"b", b"c"])


@given(st.lists(st.tuples(campaigns, st.integers(1, 30)), min_size=1, max_size=6))
def test_while_campaigns_wait_none_gets_two_turns_more_than_another(arrivals: list[tuple[bytes | None, int]]) -> None:
    mailbox, left = Mailbox(1_000), Counter[bytes | None]()
    for campaign, count in arrivals:
        left[campaign] += count
        assert all(mailbox.put(bulk(campaign)) for _ in range(count))
    turns: Counter[bytes | None] = Counter()
    while min(left[campaign] - turns[campaign] for campaign in left) > 0:
        found = mailbox.take()
        assert found is not None
        turns[found.campaign] += 1
        assert max(turns.values()) - min(turns[campaign] for campaign in left) <= 1


@given(st.lists(st.tuples(st.sampled_from("ptbr"), campaigns), max_size=80))
def test_whatever_is_put_taken_put_back_and_removed_is_there_once(steps: list[tuple[str, bytes | None]]) -> None:
    mailbox, inside, out = Mailbox(30), set[bytes](), list[Parcel]()
    for step, campaign in steps:
        if step == "p" and mailbox.put(item := bulk(campaign)):
            inside.add(item.id)
        elif step == "t" and (found := mailbox.take()) is not None:
            inside.remove(found.id)
            out.append(found)
        elif step == "b" and out:
            mailbox.put_back(found := out.pop())
            inside.add(found.id)
            assert mailbox.take() is found  # it is next
            mailbox.put_back(found)
        elif step == "r" and inside:
            gone = {min(inside)}
            mailbox.remove(gone)
            inside -= gone
        assert len(mailbox) == len(inside)
    assert {item.id for item in mailbox.empty()} == inside
