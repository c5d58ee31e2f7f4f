"""Series, funnel and breakdowns are what COUNT(*) says, over random histories with late and corrected statuses."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

import gateway.components  # noqa: F401 -- fills COMPONENTS
from actors.aggregating import Aggregating
from actors.reporting import BREAKDOWNS, Reports
from actors.summing import Summaries
from engine.company_counters import by_status
from engine.errors import FieldProblem
from engine.failures import read_failure
from engine.ids import ms_to_time
from engine.message_states import at_text
from engine.metrics import Delta
from engine.outcomes import outcome_key, read_outcome
from engine.windows import DAY_MS, HOUR_MS
from gateway.schema import COMPONENTS
from storage import deltas, metrics
from storage.message_changes import Transition, born, count, lock, write
from storage.message_rows import MessageRow, create_messages
from storage.pool import Connection, Pool
from storage.statuses import fold
from tests.seeding import new_id

RECEIPTS = ("sent", "delivered", "read", "failed")
CODES = (131026, 131049, 130429, 999_999)
DOCUMENTED = {"schemas": COMPONENTS}
REASONS = ("not_on_whatsapp", "opt_out")
_TIMES = "'{}', now(), now(), now()"


@dataclass
class Receipt:
    message_id: UUID | None
    provider_id: str
    status: str
    at_ms: int
    errors: str | None
    pricing: str | None = None


class Shop:
    """A company whose messages go through everything that may happen to them, by the code that does it."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self.pool, self.pick = pool, random.Random(seed)
        self.now_ms = time.time_ns() // 1_000_000
        self.company = new_id(ms_to_time(self.now_ms - 40 * DAY_MS))
        self.sessions, self.rules, self.templates, self.campaigns = (
            [new_id(ms_to_time(self.now_ms)) for _ in range(n)] for n in (2, 3, 2, 2)
        )
        self.messages: list[UUID] = []
        self.epoch = self.seq = 0

    async def open(self) -> None:
        await self.pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Loja')", self.company)
        for month in range(3):
            await self.pool.execute(
                "SELECT masteria_make_partitions($1)", ms_to_time(self.now_ms - month * 28 * DAY_MS)
            )
        async with self.pool.acquire() as connection:
            self.epoch = await deltas.next_epoch(connection)

    async def step(self) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            delta = Delta()
            count(delta, await self.pick.choice([self._create, self._create, self._answer, self._receive])(connection))
            if not delta.empty:
                self.seq += 1
                await deltas.write(connection, "shop", self.epoch, self.seq, delta, self.now_ms)

    async def _create(self, connection: Connection) -> list[Transition]:
        rows = [self._row() for _ in range(self.pick.randint(1, 6))]
        await create_messages(connection, rows)
        self.messages += [row.id for row in rows]
        return [born(row) for row in rows]

    def _row(self) -> MessageRow:
        pick = self.pick
        at = ms_to_time(self.now_ms - pick.choice([0, 70_000, 3_700_000, DAY_MS, 9 * DAY_MS, 35 * DAY_MS]))
        skipped = pick.random() < 0.1
        values: dict[str, Any] = dict.fromkeys(MessageRow._fields)
        values |= {
            "id": new_id(at),
            "company_id": self.company,
            "created_at": at,
            "event_id": new_id(at),
            "rule_id": pick.choice([*self.rules, None]),
            "template_id": pick.choice([*self.templates, None]),
            "campaign_id": pick.choice([*self.campaigns, None, None]),
            "session_id": pick.choice(self.sessions),
            "to_phone": "+5511900000000",
            "lane": "transactional",
            "type": "text",
            "text": "Oi",
            "status": "skipped" if skipped else "queued",
            "reason": pick.choice(REASONS) if skipped else None,
            "attempt": 0,
            "timeline": "[]",
            "updated_at": at,
            "due_at": None if skipped else at,
            "look_at": None if skipped else at,
        }
        return MessageRow(**values)

    async def _answer(self, connection: Connection) -> list[Transition]:
        locked = await lock(connection, self.pick.sample(self.messages, min(len(self.messages), 4)))
        for message in locked.values():
            status = self.pick.choice(["accepted", "accepted", "held", "failed", "uncertain", "cancelled"])
            if message.go(status, at_text(self.now_ms)) and status == "failed":
                failure = read_failure(orjson.dumps([{"code": self.pick.choice(CODES)}]).decode())
                message.error, message.reason = failure.error, failure.reason
            if message.status == "accepted":
                message.provider_id = f"wamid.{message.id.hex}"
        await write(connection, list(locked.values()), ms_to_time(self.now_ms))
        return [t for message in locked.values() if (t := message.transition) is not None]

    async def _receive(self, connection: Connection) -> list[Transition]:
        told = []
        for message_id in self.pick.sample(self.messages, min(len(self.messages), 6)):
            status = self.pick.choice(RECEIPTS)
            errors = orjson.dumps([{"code": self.pick.choice(CODES)}]).decode() if status == "failed" else None
            told.append(Receipt(message_id, f"wamid.{message_id.hex}", status, self.now_ms, errors))
        return await fold(connection, self.company, told, ms_to_time(self.now_ms))

    async def rows(self, first: int, last: int) -> list[dict[str, Any]]:
        found = await self.pool.fetch(
            "SELECT * FROM messages WHERE company_id = $1 AND created_at >= $2 AND created_at < $3",
            self.company,
            ms_to_time(first),
            ms_to_time(last),
        )
        return [dict(row) for row in found]


def expected_funnel(rows: list[dict[str, Any]]) -> dict[str, int]:
    status = Counter(row["status"] for row in rows)
    failed = [row for row in rows if row["status"] == "failed"]
    classes = [orjson.loads(row["error"])["class"] for row in failed]
    limited = sum(name in ("hold", "suppress") for name in classes)
    passed = status["accepted"] + status["sent"] + status["delivered"] + status["read"]
    return {
        "total": len(rows),
        "attempted": passed + status["failed"] + status["uncertain"],
        "accepted": passed + sum(row["provider_id"] is not None for row in failed),
        "sent": status["sent"] + status["delivered"] + status["read"],
        "delivered": status["delivered"] + status["read"],
        "read": status["read"],
        "replied": 0,
        "bought": 0,
        "limited": limited,
        "failed": len(failed) - limited,
        "skipped": status["skipped"],
        "held": status["held"],
        "uncertain": status["uncertain"],
        "cancelled": status["cancelled"],
        "waiting": status["queued"] + status["scheduled"],
    }


class Asked:
    def __init__(self, shop: Shop, counted: Aggregating) -> None:
        self._shop, self._counted = shop, counted

    async def __call__(self, report: str, first: int, last: int, **query: str) -> dict[str, Any]:
        texts = {"from": ms_to_time(first).isoformat(), "to": ms_to_time(last).isoformat(), "report": report, **query}
        reports = Reports(self._counted, lambda: self._shop.now_ms)
        found: dict[str, Any] = orjson.loads(await reports.report(self._shop.pool, self._shop.company.bytes, texts))
        documented("Metrics" + report.capitalize(), found)
        return found


def documented(component: str, found: object) -> None:
    """Hold an answer against the schema that the API's document gives for it."""
    validator = Draft202012Validator({"$ref": f"#/components/schemas/{component}", "components": DOCUMENTED})
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(found)] == []


async def history(pool: Pool, seed: int, *, rolled: bool) -> tuple[Shop, Aggregating]:
    shop = Shop(pool, seed)
    await shop.open()
    counted = Aggregating(lambda: shop.now_ms, "America/Sao_Paulo", lambda *_: None, lambda *_: None)
    await counted.load(pool)
    for number in range(60):
        await shop.step()
        if number == 30 or (rolled and number == 59):
            await _sweep(shop, counted)
            await counted.roll_up(pool)
    await _sweep(shop, counted)
    return shop, counted


async def _sweep(shop: Shop, counted: Aggregating) -> None:
    for _ in range(3):
        shop.now_ms += 1_000
        await counted.sweep(shop.pool)


@pytest.mark.parametrize(("seed", "rolled"), [(1, False), (2, True), (3, False)])
async def test_reports_are_what_the_tables_say(pool: Pool, seed: int, rolled: bool) -> None:
    shop, counted = await history(pool, seed, rolled=rolled)
    asked = Asked(shop, counted)
    last = shop.now_ms // 60_000 * 60_000 + 60_000
    for days in (1, 10, 38):
        first = last - days * DAY_MS
        rows = await shop.rows(first, last)
        whole = await asked("funnel", first, last)
        assert whole["funnel"] == expected_funnel(rows)
        for name, column, ids in (
            ("rule", "rule_id", shop.rules),
            ("template", "template_id", shop.templates),
            ("campaign", "campaign_id", shop.campaigns),
            ("session", "session_id", shop.sessions),
        ):
            groups = {group["id"]: group for group in (await asked("breakdown", first, last, by=name))["data"]}
            for id_ in ids:
                mine = [row for row in rows if row[column] == id_]
                funnel = (await asked("funnel", first, last, **{column: str(id_)}))["funnel"]
                assert funnel == expected_funnel(mine)
                if mine:
                    assert groups[str(id_)]["funnel"] == funnel
                    assert groups[str(id_)]["messages"] == by_status(Counter(row["status"] for row in mine))
        keys = Counter(outcome_key(r["status"], r["reason"], r["error"], r["provider_id"]) for r in rows)
        del keys[None]
        errors = {
            (group["stage"], group["class"], group["code"]): group["count"]
            for group in (await asked("breakdown", first, last, by="error", limit="100"))["data"]
        }
        skips = {
            group["reason"]: group["count"] for group in (await asked("breakdown", first, last, by="skip"))["data"]
        }
        told = {key: n for key, n in keys.items() if key is not None}
        assert errors == {tuple(read_outcome(key)): n for key, n in told.items() if not key.startswith("skipped")}
        assert skips == {read_outcome(key).code: n for key, n in told.items() if key.startswith("skipped")}
        assert {code for _, _, code in errors} <= {"131026", "131049", "130429", "other"}


async def test_a_group_tells_its_name_and_none_where_it_is_gone_or_another_companys(pool: Pool) -> None:
    shop, counted = await history(pool, 5, rolled=True)
    other = new_id(ms_to_time(shop.now_ms))
    await pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Outra')", other)
    asked = Asked(shop, counted)
    for by, ids, table, columns in (
        ("session", shop.sessions, "sessions", ("transport", "'simulator'")),
        ("rule", shop.rules, "rules", ("definition", "'{}'")),
        ("template", shop.templates, "templates", ("kind, body", "'plain', ''")),
        ("campaign", shop.campaigns, "campaigns", ("definition, look_at, created_at, updated_at", _TIMES)),
    ):
        for company, name, id_ in ((shop.company, "minha", ids[0]), (other, "alheia", ids[1])):
            await pool.execute(
                f"INSERT INTO {table} (id, company_id, name, {columns[0]}) VALUES ($1, $2, $3, {columns[1]})",
                id_,
                company,
                name,
            )
        data = (await asked("breakdown", shop.now_ms - 38 * DAY_MS, shop.now_ms + 60_000, by=by))["data"]
        names = {group["id"]: group["name"] for group in data}
        assert (names[str(ids[0])], names[str(ids[1])]) == ("minha", None)


async def test_a_series_adds_up_by_local_hours_and_days(pool: Pool) -> None:
    shop, counted = await history(pool, 4, rolled=False)
    asked = Asked(shop, counted)
    for zone in ("America/Sao_Paulo", "Asia/Kolkata"):
        await pool.execute("UPDATE companies SET time_zone = $1", zone)
        await counted.load(pool)
        for step, days in (("day", 38), ("hour", 10), ("minute", 0.1)):
            first = shop.now_ms - int(days * DAY_MS)
            found = await asked("series", first, shop.now_ms, step=step)
            starts = [datetime.fromisoformat(point["at"]) for point in found["data"]]
            for start, end, point in zip(
                starts, [*starts[1:], datetime.fromisoformat(found["to"])], found["data"], strict=True
            ):
                local = start.astimezone(ZoneInfo(zone))
                assert step == "minute" or local.minute == 0
                assert step != "day" or local.hour == 0
                rows = await shop.rows(int(start.timestamp() * 1000), int(end.timestamp() * 1000))
                assert point["funnel"] == expected_funnel(rows)


async def test_what_was_read_before_is_told_as_if_it_were_read_anew(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statuses of old messages change old hours; only the hours in which something was counted are read again."""
    shop, counted = await history(pool, 6, rolled=True)
    read: list[int] = []
    sum_periods = metrics.sum_periods

    async def counting(pool: Pool, company: bytes, parts: Any, *arguments: Any) -> metrics.Periods:
        read.append(len(parts))
        return await sum_periods(pool, company, parts, *arguments)

    monkeypatch.setattr(metrics, "sum_periods", counting)
    reports = Reports(counted, lambda: shop.now_ms)
    last = shop.now_ms // HOUR_MS * HOUR_MS
    first = last - 10 * DAY_MS
    texts = {"from": ms_to_time(first).isoformat(), "to": ms_to_time(last).isoformat(), "report": "series"}

    async def ask(asked: Reports) -> tuple[Any, int]:
        read.clear()
        found = orjson.loads(await asked.report(pool, shop.company.bytes, texts | {"step": "hour"}))
        return found, sum(read)

    found, hours = await ask(reports)
    assert hours == 240
    assert await ask(reports) == (found, 0)
    for number in range(12):
        await shop.step()
        await _sweep(shop, counted)
        if number % 5 == 3:
            await counted.roll_up(pool)
        again, some = await ask(reports)
        assert (again, 240) == await ask(Reports(counted, lambda: shop.now_ms))
        assert some < 240
    shop.now_ms += 121_000
    assert (await ask(reports))[1] == 240
    await ask(reports)
    await counted.load(pool)
    assert (await ask(reports))[1] == 240


async def test_what_is_not_known_is_null_and_what_did_not_happen_is_zero(pool: Pool) -> None:
    shop, counted = await history(pool, 5, rolled=True)
    asked = Asked(shop, counted)
    begun = shop.company.int >> 80
    found = await asked("series", begun - 3 * DAY_MS, shop.now_ms + 2 * DAY_MS, step="day")
    for point in found["data"]:
        at_ms = int(datetime.fromisoformat(point["at"]).timestamp() * 1000)
        if at_ms + DAY_MS <= begun or at_ms > shop.now_ms:
            assert point["funnel"] is None
            assert point["messages"] is None
        elif at_ms > begun:
            assert point["events"] == 0
            assert sum(point["messages"].values()) == point["funnel"]["total"]
    by_rule = await asked("series", shop.now_ms - DAY_MS, shop.now_ms, step="hour", rule_id=str(shop.rules[0]))
    assert by_rule["data"][-1]["events"] is None
    assert by_rule["data"][-1]["latency_ms"] is None


async def test_a_summary_counts_by_rule_and_is_compared_with_the_period_before(pool: Pool) -> None:
    shop, counted = await history(pool, 6, rolled=False)
    last = shop.now_ms // 60_000 * 60_000 + 60_000
    first = last - 10 * DAY_MS
    rule = shop.rules[0]
    query = {"from": ms_to_time(first).isoformat(), "to": ms_to_time(last).isoformat(), "rule_id": str(rule)}
    summaries = Summaries(counted, lambda: shop.now_ms)
    found = orjson.loads(await summaries.summary(pool, shop.company.bytes, orjson.dumps(query)))
    documented("MetricsSummary", found)
    now, before = [
        Counter(row["status"] for row in await shop.rows(*part) if row["rule_id"] == rule)
        for part in ((first, last), (first - 10 * DAY_MS, first))
    ]
    assert found["period"]["messages"] == by_status(now)
    assert found["previous"]["messages"] == by_status(before)
    assert datetime.fromisoformat(found["previous"]["from"]) == datetime.fromtimestamp(
        (first - 10 * DAY_MS) / 1000, UTC
    )
    assert found["previous"]["to"] == found["period"]["from"]


async def test_a_receipts_latency_is_counted_once(pool: Pool) -> None:
    shop, counted = await history(pool, 7, rolled=False)
    found = await Asked(shop, counted)("series", shop.now_ms - DAY_MS, shop.now_ms + 60_000, step="hour")
    sent = sum(
        1
        for row in await shop.rows(0, shop.now_ms + 1_000)
        if any(entry["status"] == "sent" for entry in orjson.loads(row["timeline"]))
    )
    counts = sum(p["latency_ms"]["event_to_sent"]["count"] for p in found["data"] if p["latency_ms"])
    assert 0 < counts <= sent


@pytest.mark.parametrize(
    ("report", "query", "field"),
    [
        ("series", {"step": "minute"}, "step"),
        ("series", {"step": "week"}, "step"),
        ("breakdown", {"by": "weather"}, "by"),
        ("breakdown", {"by": "rule", "rule_id": str(UUID(int=1))}, "by"),
        ("funnel", {"rule_id": str(UUID(int=1)), "session_id": str(UUID(int=2))}, "rule_id"),
    ],
)
async def test_a_question_that_makes_no_sense_says_why(
    pool: Pool, report: str, query: dict[str, str], field: str
) -> None:
    counted = Aggregating(lambda: 10**12, "America/Sao_Paulo", lambda *_: None, lambda *_: None)
    shop = Shop(pool, 0)
    with pytest.raises(FieldProblem) as raised:
        await Asked(shop, counted)(report, 10**12 - 30 * DAY_MS, 10**12, **query)
    assert [error["field"] for error in raised.value.errors] == [field]


async def test_words_from_outside_are_bounded_in_the_roll_ups(pool: Pool) -> None:
    shop, counted = await history(pool, 8, rolled=True)
    for start in (0, 200, 400):
        delta = Delta()
        for number in range(start, start + 200):
            delta.event(shop.company.bytes, shop.now_ms, f"type_{number}", "processed")
        shop.seq += 1
        async with pool.acquire() as connection:
            await deltas.write(connection, "shop", shop.epoch, shop.seq, delta, shop.now_ms)
        await _sweep(shop, counted)
        await counted.roll_up(pool)
    rows = await pool.fetch(
        "SELECT key, value FROM metric_periods WHERE company_id = $1 AND step_s = 0 AND kind = 'event'", shop.company
    )
    assert len(rows) == 301
    assert {row["key"]: row["value"] for row in rows}["other"] == 300
    found = await Asked(shop, counted)("breakdown", shop.now_ms - DAY_MS, shop.now_ms + 60_000, by="event_type")
    assert sum(group["count"] for group in found["data"]) + found["other"]["count"] == 600
    assert len(found["data"]) == 20
    assert "event_type" in BREAKDOWNS
