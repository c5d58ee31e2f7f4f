from __future__ import annotations

import random
import time
from typing import Any

import orjson
import pytest

from actors.aggregating import Aggregating
from actors.summing import Summaries
from engine.company_counters import by_status
from engine.errors import FieldProblem
from engine.ids import ms_to_time
from engine.metrics import Delta
from engine.windows import DAY_MS
from storage import metrics
from storage.pool import Pool
from tests.storage.counted_world import World, Writer

FOREVER = (0, 4_000_000_000_000)


class Clock:
    def __init__(self) -> None:
        self.now_ms = time.time_ns() // 1_000_000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


def aggregator(clock: Clock) -> Aggregating:
    return Aggregating(clock, "America/Sao_Paulo", lambda *_: None, lambda *_: None)


async def settle(counted: Aggregating, pool: Pool, clock: Clock) -> None:
    """Let the sweeps find whatever was lost: the second look is the one that acts."""
    for _ in range(3):
        clock.now_ms += 1_000
        await counted.sweep(pool)


async def assert_exact(counted: Aggregating, world: World, clock: Clock) -> None:
    for company in world.companies:
        counters = counted.company(company.bytes)
        day = counters.clock.day(clock.now_ms)
        today = counters.today(clock.now_ms)
        assert today.events == await world.count_events(company, *day)
        assert by_status(today.messages) == by_status(await world.count_messages(company, *day))
        everything = await world.count_messages(company, *FOREVER)
        assert by_status(counters.totals.messages) == by_status(everything)
        assert sum(counters.totals.states.values()) == await world.count_events(company, *FOREVER)
        assert counters.metrics(clock.now_ms)["queue"]["depth"] == everything.get("queued", 0)


async def assert_rolled_up(pool: Pool, world: World) -> None:
    """The minutes and periods say what the tables say, once everything is rolled up."""
    for company in world.companies:
        expected = {key: n for key, n in (await world.count_messages(company, *FOREVER)).items() if n}
        minutes = await pool.fetch(
            "SELECT key, sum(value)::bigint AS n FROM metric_minutes WHERE company_id = $1 AND kind = 'message'"
            " GROUP BY key HAVING sum(value) <> 0",
            company,
        )
        assert {row["key"]: row["n"] for row in minutes} == expected
        for step in (0, 3_600, 86_400):
            rows = await pool.fetch(
                "SELECT key, sum(value)::bigint AS n FROM metric_periods WHERE company_id = $1 AND kind = 'message'"
                " AND step_s = $2 GROUP BY key HAVING sum(value) <> 0",
                company,
                step,
            )
            assert {row["key"]: row["n"] for row in rows} == expected
    assert await pool.fetchval("SELECT count(*) FROM metric_deltas") == 0


def deliver(counted: Aggregating, writers: list[Writer], chance: random.Random) -> None:
    """Tell what was committed as a bad network would: some is lost, some told twice, all in any order."""
    calls = [blob for writer in writers for blob in writer.told]
    for writer in writers:
        writer.told.clear()
    calls = [blob for blob in calls for _ in range(chance.choice([0, 1, 1, 1, 2]))]
    chance.shuffle(calls)
    for blob in calls:
        counted.apply(blob)


@pytest.mark.parametrize("seed", range(4))
async def test_the_numbers_are_the_tables_whatever_happens_on_the_way(pool: Pool, clock: Clock, seed: int) -> None:
    world = World(pool, seed, clock.now_ms)
    await world.begin(writers=3)
    chance = random.Random(seed)
    counted = aggregator(clock)
    await counted.load(pool)
    for _ in range(60):
        world.now_ms = clock.now_ms
        await world.step(chance.choice(world.writers))
        match chance.randrange(9):
            case 0 | 1 | 2:
                deliver(counted, world.writers, chance)
            case 3:
                clock.now_ms += 1_000
                await counted.sweep(pool)
            case 4:
                await counted.roll_up(pool)
            case 5:  # kill -9, at any point: nothing but Postgres is left, and tellings may still be on their way
                counted = aggregator(clock)
                deliver(counted, world.writers, chance)
                await counted.load(pool)
            case 6:  # a writer dies and comes back with another epoch
                world.writers[0] = await world.writer("writer-0")
            case _:
                pass
    await settle(counted, pool, clock)
    await assert_exact(counted, world, clock)
    assert counted.counters["unexplained"] == 0
    await counted.roll_up(pool)
    await assert_exact(counted, world, clock)
    await assert_rolled_up(pool, world)
    again = aggregator(clock)
    await again.load(pool)
    await assert_exact(again, world, clock)


async def test_two_aggregators_at_once_roll_everything_up_once(pool: Pool, clock: Clock) -> None:
    world = World(pool, 1, clock.now_ms)
    await world.begin(writers=2)
    first, second = aggregator(clock), aggregator(clock)
    await first.load(pool)
    await second.load(pool)
    for round_ in range(8):
        for _ in range(5):
            await world.step(world.writers[round_ % 2])
        for blob in [blob for writer in world.writers for blob in writer.told]:
            first.apply(blob)
            if round_ % 3:  # what the second is not told may be rolled up before it can read it
                second.apply(blob)
        for writer in world.writers:
            writer.told.clear()
        await first.roll_up(pool)
        await second.roll_up(pool)
    await settle(second, pool, clock)
    for counted in (first, second):
        await settle(counted, pool, clock)
        await counted.roll_up(pool)
    await assert_exact(first, world, clock)
    await assert_rolled_up(pool, world)
    # The second notices what it missed as soon as there is something to miss it by.
    await world.step(world.writers[0])
    await world.step(world.writers[1])
    for writer in world.writers:
        for blob in writer.told:
            second.apply(blob)
    clock.now_ms += 1_000
    await settle(second, pool, clock)
    await assert_exact(second, world, clock)


async def test_what_is_told_while_the_start_is_read_counts_once(pool: Pool, clock: Clock) -> None:
    world = World(pool, 2, clock.now_ms)
    await world.begin(writers=1)
    for _ in range(5):
        await world.step(world.writers[0])
    counted = aggregator(clock)
    for blob in world.writers[0].told:
        counted.apply(blob)
    await counted.load(pool)
    await assert_exact(counted, world, clock)


async def test_a_number_that_was_never_written_does_not_stop_the_counting(pool: Pool, clock: Clock) -> None:
    world = World(pool, 3, clock.now_ms)
    await world.begin(writers=1)
    writer = world.writers[0]
    counted = aggregator(clock)
    await counted.load(pool)
    await world.step(writer)
    writer.seq += 1
    for _ in range(3):
        await world.step(writer)
    await settle(counted, pool, clock)
    await assert_exact(counted, world, clock)
    assert counted.counters["unexplained"] == 1
    await counted.roll_up(pool)
    await assert_rolled_up(pool, world)


async def test_the_last_telling_of_a_writer_may_be_lost(pool: Pool, clock: Clock) -> None:
    world = World(pool, 4, clock.now_ms)
    await world.begin(writers=1)
    counted = aggregator(clock)
    await counted.load(pool)
    for _ in range(4):
        await world.step(world.writers[0])
    await settle(counted, pool, clock)
    await assert_exact(counted, world, clock)
    assert counted.counters["gaps_read"] == world.writers[0].seq


async def summary(counted: Aggregating, pool: Pool, clock: Clock, company: bytes, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(await Summaries(counted, clock).summary(pool, company, orjson.dumps(query)))
    return found


async def test_a_summary_of_any_period_is_exact_before_and_after_the_roll_up(pool: Pool, clock: Clock) -> None:
    world = World(pool, 5, clock.now_ms)
    await world.begin(writers=2)
    counted = aggregator(clock)
    await counted.load(pool)
    for number in range(40):
        await world.step(world.writers[number % 2])
        if number == 20:
            await settle(counted, pool, clock)
            await counted.roll_up(pool)
    await settle(counted, pool, clock)
    first, last = clock.now_ms // DAY_MS * DAY_MS - DAY_MS, clock.now_ms // 60_000 * 60_000 + 60_000
    texts = {"from": ms_to_time(first).isoformat(), "to": ms_to_time(last).isoformat()}
    for _ in range(2):
        for company in world.companies:
            found = await summary(counted, pool, clock, company.bytes, **texts)
            assert found["period"]["events"] == await world.count_events(company, first, last)
            assert found["period"]["messages"] == by_status(await world.count_messages(company, first, last))
            length = last - first
            assert found["previous"]["events"] == await world.count_events(company, first - length, first)
            today = await summary(counted, pool, clock, company.bytes)
            start, _ = counted.company(company.bytes).clock.day(clock.now_ms)
            assert today["today"]["events"] == today["period"]["events"]
            assert today["period"]["events"] == await world.count_events(company, start, FOREVER[1])
            session = world.sessions[company][0]
            by_session = await summary(counted, pool, clock, company.bytes, session_id=str(session), **texts)
            rows = await pool.fetch(
                "SELECT status, count(*) FROM messages WHERE session_id = $1 AND created_at >= $2 AND created_at < $3"
                " GROUP BY status",
                session,
                ms_to_time(first),
                ms_to_time(last),
            )
            assert by_session["period"]["messages"] == by_status({row[0]: row[1] for row in rows})
        await counted.roll_up(pool)


async def test_a_company_sees_only_itself(pool: Pool, clock: Clock) -> None:
    world = World(pool, 6, clock.now_ms)
    await world.begin(writers=1)
    counted = aggregator(clock)
    await counted.load(pool)
    delta = Delta()
    delta.event(world.companies[0].bytes, clock.now_ms, "pix_created", "processed")
    await world.writers[0].commit({"events": [], "messages": []}, [], delta, clock.now_ms)
    await settle(counted, pool, clock)
    seen = [(await summary(counted, pool, clock, c.bytes))["today"]["events"] for c in world.companies]
    assert seen == [1, 0, 0]
    unknown = await summary(counted, pool, clock, bytes(16))
    assert unknown["today"]["events"] == 0
    assert bytes(16) not in counted.companies


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"from": "yesterday"}, {"field": "from", "reason": "not_a_time"}),
        ({"from": "2026-01-02", "to": "2026-01-01"}, {"field": "from", "reason": "not_before_to"}),
        ({"from": "1990-01-01"}, {"field": "from", "reason": "period_too_long"}),
        ({"session_id": "mine"}, {"field": "session_id", "reason": "not_an_id"}),
        ({"rule_id": "x"}, {"field": "rule_id", "reason": "not_an_id"}),
    ],
)
async def test_a_query_that_makes_no_sense_says_why(
    pool: Pool, clock: Clock, query: dict[str, str], problem: dict[str, str]
) -> None:
    counted = aggregator(clock)
    with pytest.raises(FieldProblem) as raised:
        await summary(counted, pool, clock, bytes(16), **query)
    assert raised.value.errors == [problem]


async def test_what_is_unrolled_in_memory_is_bounded_by_two_rounds(pool: Pool, clock: Clock) -> None:
    world = World(pool, 7, clock.now_ms)
    await world.begin(writers=2)
    counted = aggregator(clock)
    await counted.load(pool)
    for number in range(30):
        await world.step(world.writers[number % 2])
        await settle(counted, pool, clock)
        await counted.roll_up(pool)
        assert sum(len(kept) for kept in vars(counted)["_unrolled"].values()) <= 2 * len(world.writers)


async def test_watermarks_of_epochs_long_over_are_dropped(pool: Pool) -> None:
    await pool.executemany(
        "INSERT INTO metric_watermarks (writer, epoch, seq) VALUES ($1, $2, 5)",
        [("shard-0/0", epoch) for epoch in range(100)] + [("sender-0", 1)],
    )
    await pool.execute("INSERT INTO metric_deltas VALUES ('shard-0/0', 3, 6, 0, '{}')")
    await metrics.forget_watermarks(pool)
    left = await pool.fetch("SELECT epoch FROM metric_watermarks WHERE writer = 'shard-0/0' ORDER BY epoch")
    assert [row[0] for row in left] == [3, *range(36, 100)]
    assert await pool.fetchval("SELECT count(*) FROM metric_watermarks WHERE writer = 'sender-0'") == 1
