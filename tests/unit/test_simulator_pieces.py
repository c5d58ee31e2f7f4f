"""The simulator's parts by themselves: ledger, limits, templates, people, statuses, faults, configuration."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatsapp.simulator.faults import Fault, Faults
from whatsapp.simulator.graph_errors import GraphRefusal
from whatsapp.simulator.latency import Ladder
from whatsapp.simulator.ledger import Ledger
from whatsapp.simulator.limits import PAIR_BURST, PAIR_INTERVAL_MS, PairLimit, Throughput
from whatsapp.simulator.people import People
from whatsapp.simulator.registry import Registry, digits
from whatsapp.simulator.statuses import (
    DELIVERED,
    FAILED,
    READ,
    SENT,
    TICK_MS,
    StatusWriter,
    code_of,
    envelope,
    plan,
)
from whatsapp.simulator.templates import Template

PHONE = 5511987654321


def add(ledger: Ledger, to: int, opaque: str | None, number: int = 0) -> int:
    return ledger.add(1_700_000_000_000, number, to, template=-1, text=b"oi", opaque=opaque)


def test_ledger_finds_messages_by_phone_and_opaque_oldest_first() -> None:
    ledger = Ledger(1_700_000_000_000)
    for to, opaque in ((PHONE, "a"), (PHONE + 1, "b"), (PHONE, "a"), (PHONE, None)):
        add(ledger, to, opaque)
    assert ledger.sent_to(PHONE) == [0, 2, 3]
    assert ledger.with_opaque("a") == [0, 2]
    assert ledger.with_opaque("none") == []
    assert ledger.duplicates == 1


def test_ids_are_unique_within_a_ledger_and_between_two() -> None:
    first, second = Ledger(1_700_000_000_000), Ledger(1_700_000_000_001)
    for ledger in (first, second):
        for _ in range(500):
            add(ledger, PHONE, None)
    ids = {ledger.wamid(index) for ledger in (first, second) for index in range(500)}
    assert len(ids) == 1000
    assert all(one.startswith("wamid.HBgNNTUxMTk4NzY1NDMyM") for one in ids)


def test_throughput_lets_one_second_through_at_once_and_then_its_rate() -> None:
    bucket = Throughput(80)
    assert sum(bucket.take(1000) for _ in range(200)) == 80
    assert sum(bucket.take(1500) for _ in range(200)) == 40
    assert sum(bucket.take(60_000) for _ in range(200)) == 80


def test_pair_limit_allows_a_burst_then_one_per_interval_each_pair_for_itself() -> None:
    limit = PairLimit()
    assert sum(limit.take(1, 0) for _ in range(100)) == PAIR_BURST
    assert limit.take(2, 0)
    assert not limit.take(1, PAIR_INTERVAL_MS - 1)
    assert limit.take(1, PAIR_INTERVAL_MS)
    assert not limit.take(1, PAIR_INTERVAL_MS)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40_000)), max_size=300))
def test_pair_limit_equals_the_plain_formula_whatever_it_forgets(steps: list[tuple[int, int]]) -> None:
    limit, paid, now = PairLimit(), dict[int, int](), 0
    for pair, wait in steps:
        now += wait
        due = max(paid.get(pair, 0), now) + PAIR_INTERVAL_MS
        allowed = due - now <= PAIR_INTERVAL_MS * PAIR_BURST
        if allowed:
            paid[pair] = due
        assert limit.take(pair, now) is allowed


def test_positional_template_is_filled_in_the_order_of_its_numbers() -> None:
    template = Template({"name": "t", "body": "{{2}} e {{1}} e {{2}}"})
    assert template.fill(body("a", "b")) == "b e a e b"


def body(*values: str) -> list[dict[str, Any]]:
    return [{"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}]


def test_named_template_takes_its_parameters_by_name() -> None:
    template = Template({"name": "t", "body": "Oi {{nome}}: {{pedido}}"})
    named = [
        {"type": "text", "parameter_name": "pedido", "text": "7"},
        {"type": "text", "parameter_name": "nome", "text": "Ana"},
    ]
    assert template.fill([{"type": "body", "parameters": named}]) == "Oi Ana: 7"
    with pytest.raises(GraphRefusal) as caught:
        template.fill(body("Ana", "7"))
    assert caught.value.code == 132012


@pytest.mark.parametrize(
    ("spec", "components", "code"),
    [
        ({"body": "{{1}}"}, [], 132000),
        ({"body": "sem nada"}, body("x"), 132000),
        ({"body": "{{1}}"}, body(""), 131008),
        ({"body": "{{1}}", "status": "PAUSED"}, body("x"), 132015),
        ({"body": "{{1}}", "status": "DISABLED"}, body("x"), 132016),
        ({"body": "{{1}}", "status": "PENDING"}, body("x"), 132001),
        (
            {
                "components": [
                    {"type": "BODY", "text": "a"},
                    {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}"}]},
                ]
            },
            [],
            131008,
        ),
        ({"body": "a"}, ["no object"], 131009),
        ({"body": "{{1}}"}, [{"type": "body", "parameters": "x"}], 131009),
    ],
)
def test_sends_that_do_not_fit_the_template(spec: dict[str, Any], components: list[Any], code: int) -> None:
    with pytest.raises(GraphRefusal) as caught:
        Template({"name": "t", **spec}).fill(components)
    assert caught.value.code == code


def test_people_are_decided_by_seed_and_phone_alone() -> None:
    people, same, other = People(1), People(1), People(2)
    phones = [5531_900_000_000 + at for at in range(400)]
    assert [people.wa_id(one) for one in phones] == [same.wa_id(one) for one in phones]
    assert [people.wa_id(one) for one in phones] != [other.wa_id(one) for one in phones]
    short = sum(people.wa_id(one) < 10**12 for one in phones)
    assert 140 < short < 260
    assert people.wa_id(5531_987_654_321) in (5531_987_654_321, 553_187_654_321)


@pytest.mark.parametrize("phone", [5511987654321, 5521912345678, 553132345678, 14155550123])
def test_the_ninth_digit_is_kept_where_whatsapp_keeps_it(phone: int) -> None:
    people = People(1)
    people.share_without_nine = 1.0
    assert people.wa_id(phone) == phone


def test_a_share_of_people_is_not_on_whatsapp() -> None:
    people = People(3)
    people.share_unregistered = 0.25
    assert 200 < sum(not people.registered(PHONE + at) for at in range(1000)) < 300


def test_the_ladder_keeps_its_order_and_its_bounds() -> None:
    ladder = Ladder(5)
    for index in range(5000):
        sent, delivered, read = ladder.delays(index)
        assert 0 < sent < delivered < read
        assert delivered < 1000
        assert read < 5000
    same, other = Ladder(5), Ladder(6)
    assert [ladder.delays(at) for at in range(50)] == [same.delays(at) for at in range(50)]
    assert [ladder.delays(at) for at in range(50)] != [other.delays(at) for at in range(50)]


def test_plans() -> None:
    delays = (10, 200, 3000)
    assert plan(delays, True, True, None) == [(10, SENT), (200, DELIVERED), (3000, READ)]
    assert plan(delays, True, False, None) == [(10, SENT), (200, DELIVERED)]
    assert plan(delays, False, True, None) == [(200, FAILED)]
    assert plan(delays, True, True, Fault("1", statuses="lost")) == []
    reordered = plan(delays, True, True, Fault("1", statuses="reordered"))
    assert [kind for _, kind in sorted(reordered)] == [READ, DELIVERED, SENT]
    late = plan(delays, True, True, Fault("1", statuses="late", delay_ms=500))
    assert late == [(510, SENT), (700, DELIVERED), (3500, READ)]


def test_a_webhook_groups_statuses_by_account_and_number_and_is_ascii() -> None:
    registry = Registry()
    numbers = [
        {"phone_number_id": f"{at}", "waba_id": waba, "phone": f"+55114000000{at}", "token": "t"}
        for at, waba in ((1, "A"), (2, "A"), (3, "B"))
    ]
    registry.put_app("app", {"app_secret": "s", "numbers": numbers})
    ledger = Ledger(1_700_000_000_000)
    for at in range(3):
        add(ledger, PHONE, 'ação "1"', number=at)
    add(ledger, PHONE, None, number=0)
    writer = StatusWriter(ledger, registry, People(1), 1_700_000_000_000)
    raw = envelope(writer.changes([code_of(50, index, SENT) for index in range(4)]))
    assert raw.isascii()
    data = orjson.loads(raw)
    assert [(entry["id"], len(entry["changes"])) for entry in data["entry"]] == [("A", 2), ("B", 1)]
    statuses = data["entry"][0]["changes"][0]["value"]["statuses"]
    assert [one.get("biz_opaque_callback_data") for one in statuses] == ['ação "1"', None]
    assert statuses[0]["timestamp"] == str((1_700_000_000_000 + 50 * TICK_MS) // 1000)


def test_faults_count_down_and_the_first_that_hits_wins() -> None:
    faults = Faults(1)
    first = faults.add({"match": {"to": "+5511987654321"}, "then": {"http": 500}, "count": 2})
    second = faults.add({"then": {"http": 503}})
    hits = [faults.on_request("1", PHONE, None) for _ in range(3)]
    assert hits == [first, first, second]
    assert faults.on_statuses("1", PHONE, None) is None
    assert faults.remove(second.fault_id)
    assert faults.on_request("1", PHONE, None) is None


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"then": {}},
        {"then": {"https": 500}},
        {"then": {"http": "500"}},
        {"then": {"http": 500}, "count": 0},
        {"then": {"statuses": "gone"}},
        {"then": {"statuses": "lost", "http": 500}},
        {"then": {"http": 500}, "match": {"share": 2}},
        {"then": {"http": 500}, "match": {"to": "abc"}},
        {"then": {"http": 500}, "match": {"who": "me"}},
    ],
)
def test_faults_that_make_no_sense_are_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Faults(1).add(spec)


def test_shares_follow_the_seed() -> None:
    def hits(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add({"match": {"share": 0.3}, "then": {"http": 500}})
        return [faults.on_request("1", PHONE, None) is not None for _ in range(500)]

    assert hits(1) == hits(1) != hits(2)
    assert 100 < sum(hits(1)) < 200


@pytest.mark.parametrize("phone", ["+5511987654321", "5511987654321", "+55 (11) 98765-4321", "+55.11.987654321"])
def test_digits_of_a_phone(phone: str) -> None:
    assert digits(phone) == PHONE


@pytest.mark.parametrize("phone", ["", "abc", "+0511987654321", "123", "1" * 16, None, 5511, "٥٥١١٩٨٧٦٥٤٣٢١", "1" * 90])
def test_what_is_no_phone(phone: object) -> None:
    with pytest.raises(ValueError, match="not a phone number"):
        digits(phone)


def test_an_app_is_updated_in_place_or_not_at_all() -> None:
    registry = Registry()
    number = {"phone_number_id": "1", "phone": "+551140000001", "token": "old", "throughput": 80}
    registry.put_app("app", {"app_secret": "s", "verify_token": "v", "numbers": [number]})
    before = registry.numbers["1"]
    registry.put_app("app", {"numbers": [{**number, "token": "new", "throughput": 5}]})
    assert registry.numbers["1"] is before
    assert (before.authorization, before.bucket.rate) == (b"Bearer new", 5)
    assert registry.tokens == {b"Bearer new"}
    with pytest.raises(ValueError, match="throughput"):
        registry.put_app("app", {"verify_token": "w", "numbers": [{**number, "throughput": 0}]})
    assert registry.apps["app"].verify_token == "v"


def test_random_draws_do_not_touch_the_global_generator() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    Ladder(9)
    Faults(9).on_request("1", PHONE, None)
    assert random.random() == expected
