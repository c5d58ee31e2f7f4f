"""What a campaign's definition may hold, what fills its template, when it comes again, how long it takes and costs."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign_composer import CampaignComposer
from engine.campaign_estimate import Load, estimate, load_of
from engine.campaign_schema import read_campaign
from engine.campaign_tally import Tally
from engine.campaign_variables import Person, read_variables
from engine.drafts import MessageTemplate, TemplateRow
from engine.ids import time_to_ms
from engine.prices import cost, read_tables, shipped_tables, table_on
from engine.problems import Problems
from engine.quiet_hours import QuietHours
from engine.recurrence import Recurrence, read_recurrence
from engine.web_warm_up import DAY_MS
from engine.zones import zone_named

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = Person("+5511900000001", "Ana Souza", "ana@exemplo.test", None, {"cidade": "Recife", "pontos": 120})
SAO_PAULO = zone_named("America/Sao_Paulo")


def template(body: str, category: str = "marketing", status: str = "approved") -> TemplateRow:
    return TemplateRow(UUID(int=7), "oferta", "plain", "pt_BR", category, body, [], {}, status)


def filled(body: str, variables: dict[str, Any], person: Person = ANA) -> tuple[str, tuple[str, ...]]:
    found, problems = read_variables(variables)
    assert not problems.found
    event, payload = found.fill(person, NOW)
    content = MessageTemplate(template(body)).fill(event, payload, SAO_PAULO, as_text=False)
    return content.text, content.missing


def test_variables_are_fields_fixed_values_or_defaults() -> None:
    assert filled("Oi {{customer_name|first_name}}", {}) == ("Oi Ana", ())
    assert filled("{{$.cidade}} {{$.pontos}}", {}) == ("Recife 120", ())
    assert filled("{{product_name}}", {"product_name": {"value": "Curso"}}) == ("Curso", ())
    assert filled("{{product_name}}", {"product_name": {"field": "cidade"}}) == ("Recife", ())
    assert filled("{{plan_name}}", {"plan_name": {"field": "plano", "default": "básico"}}) == ("básico", ())
    assert filled("{{order_value|money}}", {"order_value": {"field": "cidade", "default": "97.00"}})[0] == "R$ 97,00"
    assert filled("{{$.cupom}}", {"$.cupom": {"value": "X10"}}) == ("X10", ())
    assert filled("{{plan_name}}", {"plan_name": {"field": "plano"}})[1] == ("plan_name",)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"nome": {"value": "x"}}, "variables.nome"),
        ({"customer_name": {}}, "variables.customer_name"),
        ({"customer_name": {"field": "name", "value": "x"}}, "variables.customer_name"),
        ({"order_value": {"value": "caro"}}, "variables.order_value.value"),
        ({"$.a.b": {"value": "x"}}, "variables.$.a.b"),
        ({"customer_name": {"field": "Nome Completo"}}, "variables.customer_name.field"),
        (["customer_name"], "variables"),
    ],
)
def test_what_is_wrong_with_variables_is_named(given: object, field: str) -> None:
    assert [problem["field"] for problem in read_variables(given)[1].found] == [field]


def test_a_draft_may_lack_anything_but_what_is_there_is_sound() -> None:
    plan, problems = read_campaign({})
    assert problems == []
    assert {problem["field"] for problem in plan.lacks} == {"audience", "variants", "sessions"}
    bad: dict[str, Any] = {
        "name": "",
        "audience": {"tag": []},
        "variants": [{"template_id": "x", "share": 0}],
        "sessions": [{"session_id": str(UUID(int=1))}, {"session_id": str(UUID(int=1))}],
        "schedule": {"time_zone": "Mars/Base", "start_at": "tomorrow", "recurrence": {"every": "hour"}},
        "quiet_hours": {"from": "21:00", "to": "25:00"},
        "colour": "blue",
    }
    _, problems = read_campaign(bad)
    assert {problem["field"] for problem in problems} == {
        "name",
        "audience.tag",
        "variants[0].template_id",
        "variants[0].share",
        "sessions[1].session_id",
        "schedule.time_zone",
        "schedule.start_at",
        "schedule.recurrence.every",
        "schedule.recurrence.at",
        "quiet_hours.to",
        "colour",
    }


@given(
    st.dictionaries(st.text(max_size=12), st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
)
def test_a_definition_from_strangers_never_raises(given: dict[str, Any]) -> None:
    keys = ("audience", "variants", "variables", "sessions", "schedule", "quiet_hours")
    for key in keys:
        read_campaign({key: given})
        read_campaign({key: [given]})


def test_more_problems_than_are_told_do_not_hide_the_next_one() -> None:
    strange = {f"k{number}": None for number in range(200)}
    plan, problems = read_campaign({"variants": [{**strange, "template_id": "no id"}]})
    assert (plan.variants, len(problems)) == ((), 50)


def test_a_hundred_thousand_strange_keys_cost_no_more_than_fifty() -> None:
    begun = time.process_time()
    _, problems = read_campaign({"audience": {f"strange {number}": None for number in range(100_000)}})
    assert (len(problems), time.process_time() - begun < 1.0) == (50, True)


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["America/Sao_Paulo", "America/New_York", "Australia/Lord_Howe", "Europe/Lisbon"])
RECURRENCES = st.builds(
    Recurrence,
    st.sampled_from(["day", "week", "month"]),
    st.integers(0, 1_439),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.integers(1, 31),
)


@given(RECURRENCES, MOMENTS, ZONES)
def test_a_recurrence_goes_on_at_its_hour_on_its_days(wanted: Recurrence, moment: datetime, zone: str) -> None:
    found = wanted.next_after(moment, zone)
    assert found is not None
    assert moment < found <= moment + timedelta(days=33)
    local = found.astimezone(zone_named(zone))
    expected = local.replace(hour=wanted.at // 60, minute=wanted.at % 60, fold=0)
    assert abs((local - expected).total_seconds()) <= 3600  # the hour that a change of clocks leaves out
    if wanted.every == "week" and local.date() == expected.date():
        assert local.isoweekday() in wanted.weekdays
    assert wanted.next_after(found, zone) != found


def test_a_monthly_day_that_a_month_lacks_is_its_last() -> None:
    monthly = Recurrence("month", 9 * 60, day=31)
    after = datetime(2026, 2, 1, tzinfo=UTC)
    assert monthly.next_after(after, "America/Sao_Paulo") == datetime(2026, 2, 28, 12, tzinfo=UTC)
    until = Recurrence("month", 9 * 60, day=31, until=datetime(2026, 2, 20, tzinfo=UTC))
    assert until.next_after(after, "America/Sao_Paulo") is None


def test_a_recurrence_is_read_or_its_problems_are_named() -> None:
    problems = Problems()
    assert read_recurrence(problems, "r", {"every": "week", "at": "09:30", "weekdays": [1, 5]}) == Recurrence(
        "week", 570, frozenset({1, 5})
    )
    assert problems.found == []
    read_recurrence(problems, "r", {"every": "week", "at": "9:30"})
    read_recurrence(problems, "r", {"every": "month", "at": "09:30", "day": 32})
    assert [problem["field"] for problem in problems.found] == ["r.at", "r.weekdays", "r.day"]


def _takes(load: Load, quiet: QuietHours | None = None, start: datetime = NOW) -> tuple[int | None, dict[str, int]]:
    found = estimate([load], time_to_ms(start), quiet, SAO_PAULO)
    return found.seconds, {hold.limit: hold.seconds for hold in found.holds}


def test_an_estimate_says_how_long_and_what_holds() -> None:
    seconds, holds = _takes(Load("a", 97 * 600, 100.0))
    assert seconds is not None
    assert abs(seconds - 600) <= 2
    assert holds == {}
    seconds, holds = _takes(Load("a", 2_500, 80.0, people_per_day=1_000))
    assert seconds is not None
    assert 2 * 86_400 <= seconds < 2 * 86_400 + 60
    assert set(holds) == {"portfolio_limit"}
    seconds, holds = _takes(Load("a", 2_500, 80.0, people_per_day=1_000, spent_people=1_000))
    assert seconds is not None
    assert seconds >= 3 * 86_400
    assert _takes(Load("a", 10**9, 1.0))[0] is None
    evening = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # 20:30 in São Paulo
    seconds, holds = _takes(Load("a", 80 * 3600 * 3, 80.0), QuietHours(21 * 60, 8 * 60), evening)
    assert seconds is not None
    assert seconds > 11 * 3600
    assert "quiet_hours" in holds


@given(
    st.integers(0, 200_000),
    st.integers(1, 1_000),
    st.none() | st.integers(1, 5_000),
    st.none() | st.integers(1, 50_000),
)
def test_more_people_never_take_less_time(people: int, per_s: int, per_hour: int | None, per_day: int | None) -> None:
    one = _takes(Load("a", people, per_s, per_hour, per_day))[0]
    more = _takes(Load("a", people + 1_000, per_s, per_hour, per_day))[0]
    assert more is None or (one is not None and one <= more)


def test_a_sessions_own_limits_are_read() -> None:
    row = {
        "id": UUID(int=1),
        "transport": "cloud",
        "throughput": 80,
        "tier": "TIER_2K",
        "options": {"budgets": {"per_day": 500, "warm_up": True}},
    }
    load = load_of(row, 100, created_ms=0, spent_day=3, spent_people=4)
    assert (load.per_day, load.people_per_day, load.spent_day, load.warm_from_ms) == (400, 1_800, 3, 0)
    web = load_of({**row, "transport": "web", "options": {}}, 100, created_ms=DAY_MS, spent_day=0, spent_people=0)
    assert web.per_s < 1
    assert load_of({**row, "options": {"budgets": 3}}, 5, created_ms=0, spent_day=0, spent_people=0).per_s == 80


def test_the_shipped_prices_are_dated_data() -> None:
    tables = shipped_tables()
    old, new = table_on(tables, date(2026, 8, 1)), table_on(tables, date(2026, 12, 1))
    assert old is not None
    assert new is not None
    assert old.price("+5511900000000", "service") == 0
    assert new.price("+5511900000000", "service") == new.price("+5511900000000", "utility")
    assert table_on(tables, date(2020, 1, 1)) is None
    assert all(table.source and table.note_pt and table.note_en for table in tables)
    found = cost(new, [("551", "marketing", 100), ("351", "marketing", 7)])
    assert (found.amount, found.unpriced) == (Decimal("2.5000"), 7)
    for broken in (
        "{}",
        '{"tables":[{}]}',
        '{"tables":[{"valid_from":"2026-01-01","currency":"USD","source":"x","markets":{"55":{}}}]}',
    ):
        with pytest.raises(ValueError, match="price"):
            read_tables(broken)


def test_a_tally_counts_who_gets_it_and_why_others_do_not() -> None:
    plan, problems = read_campaign(
        {
            "audience": {},
            "variants": [{"template_id": str(UUID(int=7))}],
            "sessions": [{"session_id": str(UUID(int=1))}],
        }
    )
    assert problems == []
    compiled = {UUID(int=7): MessageTemplate(template("Oi {{customer_name}}"))}
    composer = CampaignComposer(UUID(int=9), plan, compiled, {UUID(int=1): "cloud"}, SAO_PAULO)
    people = [
        ANA,
        ANA._replace(phone=None),
        ANA._replace(name=None),
        ANA._replace(phone="+5511900000002"),
        ANA._replace(phone="+5511900000003"),
    ]
    refusals = {"+5511900000002": "marketing_stopped", "+5511900000003": "opted_out"}
    tally = Tally()
    for number, person in enumerate(people):
        message = composer.compose(0, UUID(int=1), UUID(int=2), person, NOW)
        tally.add(UUID(int=number), person, 0, UUID(int=1), message, refusals.get(person.phone or ""))
    again = Tally(tally.to_json())
    assert (again.people, again.would) == (5, 1)
    assert again.skip == {
        "no_phone": 1,
        "missing_variable:customer_name": 1,
        "marketing_stopped": 1,
        "opted_out": 1,
    }
    assert again.by_session == {str(UUID(int=1)): 1}
    assert again.prices() == [("551", "service", 1)]
    assert [sample["reason"] for sample in again.samples] == [
        None,
        "missing_variable:customer_name",
        "marketing_stopped",
        "opted_out",
    ]
