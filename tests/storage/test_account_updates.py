"""Meta's news of templates, numbers and accounts in a real Postgres: in any order, repeated, each company its own."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from engine.ids import ms_to_time
from engine.meta_account import AccountUpdate, TemplateTold, read_account_update
from storage.account_updates import hear_templates, take_account_updates
from storage.pool import Pool
from storage.queries import query
from tests.actors.sending_kit import World, new_id

WABA = "900"
NOW = ms_to_time(1_790_000_000_000)


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


async def add_template(world: World, company: UUID, name: str = "pix", kind: str = "meta") -> UUID:
    template = new_id()
    await world.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body) VALUES ($1, $2, $3, $4, 'Olá')",
        template,
        company,
        name,
        kind,
    )
    return template


async def template_row(world: World, template: UUID) -> dict[str, Any]:
    row = await world.pool.fetchrow("SELECT * FROM templates WHERE id = $1", template)
    assert row is not None
    return dict(row)


async def session_row(world: World, session: UUID) -> dict[str, Any]:
    row = await world.pool.fetchrow("SELECT * FROM sessions WHERE id = $1", session)
    assert row is not None
    return dict(row)


def status(event: str, second: int, name: str = "pix") -> AccountUpdate:
    value = {"event": event, "message_template_id": 7, "message_template_name": name, "reason": "NONE"}
    value["message_template_language"] = "pt_BR"
    return read_account_update(WABA, "message_template_status_update", value, second * 1000)


async def take(world: World, *updates: AccountUpdate, company: UUID | None = None) -> set[UUID]:
    async with world.pool.acquire() as connection, connection.transaction():
        return await take_account_updates(connection, [(company or world.company, update) for update in updates], NOW)


async def test_the_newest_word_about_a_template_counts_in_whatever_order_it_comes(world: World) -> None:
    words = [status("APPROVED", 1), status("PAUSED", 2), status("REINSTATED", 3), status("DISABLED", 4)]
    for number, order in enumerate(permutations(words)):
        company = await world.add_company()
        template = await add_template(world, company)
        if number % 2:
            await take(world, *order, company=company)
        else:
            for update in order:
                await take(world, update, company=company)
        row = await template_row(world, template)
        assert (row["status"], row["meta_status"], row["meta_id"]) == ("disabled", "DISABLED", "7")


async def test_a_repeated_word_has_no_second_effect(world: World) -> None:
    template = await add_template(world, world.company)
    assert await take(world, status("PAUSED", 2)) == {world.company}
    await world.pool.execute("UPDATE templates SET status = 'approved'")  # a person did
    assert await take(world, status("PAUSED", 2), status("PAUSED", 2)) == set()
    assert (await template_row(world, template))["status"] == "approved"
    assert await world.pool.fetchval("SELECT count(*) FROM account_updates") == 1


async def test_quality_and_category_of_a_template(world: World) -> None:
    template = await add_template(world, world.company)
    names = {"message_template_name": "pix", "message_template_language": "pt_BR"}
    quality = [
        read_account_update(
            WABA, "message_template_quality_update", {**names, "new_quality_score": score}, second * 1000
        )
        for score, second in (("RED", 5), ("GREEN", 3))
    ]
    category = read_account_update(WABA, "template_category_update", {**names, "new_category": "MARKETING"}, 9000)
    for update in (*quality, category, status("PAUSED", 1)):
        await take(world, update)
    row = await template_row(world, template)
    assert (row["quality"], row["category"], row["status"]) == ("RED", "marketing", "paused")


async def test_other_companies_and_plain_templates_are_left_alone(world: World) -> None:
    other = await world.add_company()
    theirs = await add_template(world, other)
    plain = await add_template(world, world.company, kind="plain")
    assert await take(world, status("PAUSED", 1)) == set()
    assert [(await template_row(world, one))["status"] for one in (theirs, plain)] == ["approved", "approved"]


async def number(world: World, phone: str, waba: str = WABA, company: UUID | None = None) -> UUID:
    session = await world.add_session(waba=waba, company=company)
    await world.pool.execute("UPDATE sessions SET phone = $2 WHERE id = $1", session, phone)
    return session


async def test_a_numbers_limits_and_its_accounts(world: World) -> None:
    numbers = [
        await number(world, "+5511900000001"),
        await number(world, "+5511900000002"),
        await number(world, "+5511900000003", "901"),
    ]
    await world.pool.execute("UPDATE sessions SET throughput = 80, tier = 'TIER_2K'")
    limit = {"max_daily_conversations_per_business": "TIER_10K"}
    assert await take(world, read_account_update(WABA, "business_capability_update", limit, 2000))
    upgrade = {"display_phone_number": "5511900000001", "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_250"}
    assert await take(world, read_account_update(WABA, "phone_number_quality_update", upgrade, 1000))
    rows = [await session_row(world, one) for one in numbers]
    assert [row["throughput"] for row in rows] == [1000, 80, 80]
    assert [row["tier"] for row in rows] == ["TIER_10K", "TIER_10K", "TIER_2K"]  # an older word changes nothing


def account(second: int, **value: Any) -> AccountUpdate:
    return read_account_update(WABA, "account_update", value, second * 1000)


async def test_a_restricted_account_pauses_and_a_reinstated_one_goes_on(world: World) -> None:
    ours, stranger = await number(world, "+5511900000001"), await number(world, "+5511900000003", "901")
    by_hand = await number(world, "+5511900000002")
    await world.pool.execute("UPDATE sessions SET state = 'paused', reason = 'paused_by_user' WHERE id = $1", by_hand)
    until = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1_800_000_000}
    await take(world, account(1, event="ACCOUNT_RESTRICTION", restriction_info=[until]))
    row = await session_row(world, ours)
    assert (row["state"], row["reason"], row["resume_at"]) == (
        "paused",
        "account_restricted",
        datetime.fromtimestamp(1_800_000_000, NOW.tzinfo),
    )
    assert (await session_row(world, by_hand))["reason"] == "paused_by_user"
    assert (await session_row(world, stranger))["state"] == "active"
    await take(world, account(2, event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"}))
    assert [(await session_row(world, one))["state"] for one in (ours, by_hand)] == ["active", "paused"]
    await take(world, account(3, event="ACCOUNT_DELETED"))
    assert (await session_row(world, ours))["state"] == "stopped"


async def notice_of(world: World, session: UUID) -> tuple[Any, ...]:
    row = await session_row(world, session)
    return tuple(row[name] for name in ("quality", "notice", "notice_detail", "state"))


def flag(event: str, second: int, phone: str = "5511900000001") -> AccountUpdate:
    value = {"event": event, "display_phone_number": phone}
    return read_account_update(WABA, "phone_number_quality_update", value, second * 1000)


async def test_a_flagged_number_is_red_until_it_is_unflagged(world: World) -> None:
    ours, other = await number(world, "+5511900000001"), await number(world, "+5511900000002")
    theirs = await number(world, "+5511900000001", company=await world.add_company())
    await take(world, flag("FLAGGED", 10))
    assert await notice_of(world, ours) == ("RED", "number_flagged", None, "active")
    for session in (other, theirs):
        assert await notice_of(world, session) == (None, None, None, "active")
    await take(world, flag("UNFLAGGED", 5))  # an older word
    assert await notice_of(world, ours) == ("RED", "number_flagged", None, "active")
    await take(world, flag("UNFLAGGED", 20))
    assert await notice_of(world, ours) == ("UNKNOWN", None, None, "active")


async def test_what_a_person_should_know_of_an_account_is_shown_with_its_numbers(world: World) -> None:
    ours, stranger = await number(world, "+5511900000001"), await number(world, "+5511900000003", "901")
    ban = {"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "December 5, 2026"}
    await take(world, account(1, event="DISABLED_UPDATE", ban_info=ban))
    assert await notice_of(world, ours) == (None, "account_disable_scheduled", "December 5, 2026", "active")
    assert await notice_of(world, stranger) == (None, None, None, "active")
    await take(world, account(2, event="ACCOUNT_VIOLATION", violation_info={"violation_type": "SCAM"}))
    assert (await notice_of(world, ours))[1:3] == ("account_violation", "SCAM")
    await take(world, read_account_update(WABA, "account_review_update", {"decision": "APPROVED"}, 3_000))
    assert (await notice_of(world, ours))[1] == "account_violation"  # takes something else back
    await take(world, account(4, event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"}))
    assert await notice_of(world, ours) == (None, None, None, "active")


async def test_people_are_told_of_it_once_and_not_of_what_is_taken_back(world: World) -> None:
    await number(world, "+5511900000001")
    stranger = await number(world, "+5511900000001", company=await world.add_company())
    for _ in range(2):
        await take(world, flag("FLAGGED", 10))
    await take(world, flag("UNFLAGGED", 20))
    await take(world, account(30, event="ACCOUNT_VIOLATION", violation_info={"violation_type": "SCAM"}))
    await take(world, account(40, event="ACCOUNT_DELETED"))
    rows = await world.pool.fetch(
        "SELECT company_id, kind, severity, title_pt, title_en FROM notifications ORDER BY id"
    )
    assert {row["company_id"] for row in rows} == {world.company}
    assert [(row["kind"], row["severity"]) for row in rows] == [
        ("session_notice", "warning"),
        ("session_notice", "critical"),
        ("session_paused", "critical"),
    ]
    assert rows[1]["title_pt"].endswith("(SCAM)") and rows[1]["title_en"].endswith("(SCAM)")
    assert (await session_row(world, stranger))["notice"] is None


async def test_what_nobody_knows_is_kept_as_it_was_told(world: World) -> None:
    value = {"a": ["b\0c", {"d\0": 1.5}], "text": "\\u0000"}
    assert await take(world, read_account_update(WABA, "brand_new_field", value, 1000)) == set()
    row = await world.pool.fetchrow("SELECT field, value, told_at FROM account_updates")
    assert row is not None
    assert (row["field"], row["told_at"]) == ("brand_new_field", ms_to_time(1000))
    assert '"bc"' in row["value"]
    assert "\\\\u0000" in row["value"]


async def test_graphs_list_is_taken_in_like_news(world: World) -> None:
    template = await add_template(world, world.company)
    async with world.pool.acquire() as connection, connection.transaction():
        listed = [TemplateTold("pix", "pt_BR", "7", "REJECTED", "rejected", "SCAM", "RED", "marketing")]
        assert await hear_templates(connection, world.company, listed, NOW, NOW)
        unknown = [TemplateTold("other", "pt_BR", "8", "APPROVED", "approved")]
        assert not await hear_templates(connection, world.company, unknown, NOW, NOW)
    row = await template_row(world, template)
    assert (row["status"], row["meta_reason"], row["quality"], row["category"]) == (
        "rejected",
        "SCAM",
        "RED",
        "marketing",
    )


async def test_the_news_queries_use_their_indexes(world: World) -> None:
    await world.pool.execute(
        "INSERT INTO sessions (id, company_id, name, transport, phone_number_id, waba_id)"
        " SELECT gen_random_uuid(), $1, 'n', 'simulator', 'p' || i, 'w' || i FROM generate_series(1, 5000) AS i",
        world.company,
    )
    await world.pool.execute("ANALYZE sessions")
    async with world.pool.acquire() as connection:
        for name, arguments in {
            "account_updates/restrict_account": (world.company, "w7", "paused", "account_disabled", None, NOW),
            "account_updates/reinstate_account": (world.company, "w7", NOW),
            "account_updates/hear_limits": ([world.company], ["w7"], [None], ["TIER_2K"], [None], [None], [NOW], NOW),
        }.items():
            plan = await connection.fetchval("EXPLAIN (FORMAT JSON) " + query(name), *arguments)
            assert "idx_sessions_waba_id" in plan, name
