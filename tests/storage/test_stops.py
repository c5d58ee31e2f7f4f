"""Failures told by webhook stop their scope in the fold's own transaction, and Meta's word or a person lifts it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.ids import ms_to_time
from engine.stops import Stop
from gateway.reasons import in_words
from storage.answers import record_answers
from storage.countries import BARRED, skip_barred
from storage.due import claim_due
from storage.pool import Pool
from storage.sender_sessions import load_sessions, note_token_hashes, resume_sessions
from storage.sessions import SessionChange, change_session
from storage.statuses import fold_many
from storage.stops import stop_template
from storage.templates import TemplateChange, change_template
from tests.actors.sending_kit import World, new_id, now_ms
from tests.storage.test_account_updates import add_template, status, take, template_row
from tests.storage.test_statuses import Told, answer

NOW = ms_to_time(now_ms() // 1000 * 1000)
TEMPLATE: dict[str, Any] = {"type": "template", "template_name": "pix", "template_language": "pt_BR"}
LIFTED = {"stopped_at": None, "stopped_until": None, "stopped_reason": None}


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


async def fail(world: World, session: UUID, code: int, at: datetime = NOW, **fields: Any) -> set[UUID]:
    """A message of the session is told to have failed; return the companies that have to be read again."""
    (row,) = await world.queue(session, 1, **fields)
    errors = json.dumps([{"code": code, "title": "t"}])
    told = Told(row.id, f"wamid.{row.id}", "failed", int(at.timestamp() * 1000), errors)
    changed: set[UUID] = set()
    async with world.pool.acquire() as connection, connection.transaction():
        await fold_many(connection, [(world.company, told), (world.company, told)], NOW, changed)
    return changed


async def states(world: World, *sessions: UUID) -> list[tuple[str, str | None, datetime | None]]:
    rows = await world.pool.fetch("SELECT id, state, reason, resume_at FROM sessions")
    found = {row["id"]: (row["state"], row["reason"], row["resume_at"]) for row in rows}
    return [found[session] for session in sessions]


ACTIVE = ("active", None, None)


async def test_a_spam_limit_pauses_its_number_from_when_it_was_told(world: World) -> None:
    hit, other = await world.add_session(waba="1"), await world.add_session(waba="1")
    at = NOW - timedelta(hours=1)
    assert await fail(world, hit, 131048, at) == {world.company}
    assert await states(world, hit, other) == [("paused", "whatsapp_131048", at + timedelta(hours=2)), ACTIVE]
    assert await fail(world, other, 131048, NOW - timedelta(hours=3)) == set()  # it would be over by now
    assert await states(world, other) == [ACTIVE]


@pytest.mark.parametrize("code", [131042, 131031, 368])
async def test_an_accounts_trouble_pauses_all_its_numbers(world: World, code: int) -> None:
    hit, same, other = [await world.add_session(waba=waba) for waba in ("1", "1", "2")]
    foreign = await world.add_session(waba="1", company=await world.add_company())
    await fail(world, hit, code)
    stopped = ("paused", f"whatsapp_{code}", None)
    assert await states(world, hit, same, other, foreign) == [stopped, stopped, ACTIVE, ACTIVE]


async def test_an_apps_trouble_pauses_all_its_numbers(world: World) -> None:
    for app in ("7", "8"):
        await world.pool.execute(
            "INSERT INTO meta_apps (app_id, company_id, sealed) VALUES ($1, $2, $3)", app, world.company, b"x"
        )
    hit, same, other = [await world.add_session(app=app) for app in ("7", "7", "8")]
    await fail(world, hit, 10)
    stopped = ("paused", "whatsapp_10", None)
    assert await states(world, hit, same, other) == [stopped, stopped, ACTIVE]


async def test_a_dead_token_pauses_every_number_that_uses_it(world: World) -> None:
    hit, same, other, unknown = [await world.add_session(waba=waba) for waba in ("1", "2", "1", "1")]
    await note_token_hashes(world.pool, {hit: b"a", same: b"a", other: b"b"})
    await fail(world, hit, 190)
    stopped = ("paused", "whatsapp_190", None)
    assert await states(world, hit, same, other, unknown) == [stopped, stopped, ACTIVE, ACTIVE]


async def test_a_longer_stop_takes_the_place_of_a_pause_and_a_shorter_one_does_not(world: World) -> None:
    session = await world.add_session(waba="1")
    await fail(world, session, 131048)
    await fail(world, session, 131031)
    await fail(world, session, 131048)
    assert await states(world, session) == [("paused", "whatsapp_131031", None)]


async def test_what_a_person_paused_or_resumed_since_is_left_alone(world: World) -> None:
    by_hand, resumed = await world.add_session(waba="1"), await world.add_session(waba="1")
    await world.pool.execute(
        "UPDATE sessions SET state = 'paused', reason = 'paused_by_user', resume_at = now() + interval '1 minute'"
        " WHERE id = $1",
        by_hand,
    )
    await fail(world, resumed, 131042, NOW - timedelta(minutes=1))

    def resume(row: dict[str, Any]) -> SessionChange:
        present = {name: row[name] for name in SessionChange.__slots__ if name != "token_sealed"}
        return SessionChange(**(present | {"state": "active", "reason": None}), token_sealed=None)

    await change_session(world.pool, world.company, resumed, resume)
    await fail(world, resumed, 131042, NOW - timedelta(minutes=1))  # of before: told late
    assert await states(world, resumed) == [ACTIVE]
    assert (await states(world, by_hand))[0][1] == "paused_by_user"
    await fail(world, resumed, 131042, NOW + timedelta(minutes=1))  # no later than now, whatever Meta's clock says
    assert await states(world, resumed) == [ACTIVE]


async def test_a_pause_that_ended_by_itself_is_not_told_again(world: World) -> None:
    session = await world.add_session(waba="1")
    await fail(world, session, 131048, NOW - timedelta(minutes=119))
    await world.pool.execute("UPDATE sessions SET resume_at = now() - interval '1 second'")
    async with world.pool.acquire() as connection:
        await resume_sessions(connection)
    await fail(world, session, 131042, NOW - timedelta(minutes=119))
    assert await states(world, session) == [ACTIVE]


async def blocked(world: World) -> dict[tuple[str, str | None], tuple[str, int | None]]:
    (session, *_) = await load_sessions(world.pool, 0, 1, world.company)
    return {which: (block.reason, block.until_ms) for which, block in session.blocked_templates.items()}


async def test_a_template_stops_for_its_time_and_its_language_alone(world: World) -> None:
    session, template = await world.add_session(), await add_template(world, world.company)
    other = await world.add_company()
    theirs = await add_template(world, other)
    await world.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body, language) VALUES ($1, $2, 'pix', 'meta', 'Hi', 'en')",
        new_id(),
        world.company,
    )
    assert await fail(world, session, 132015, **TEMPLATE) == {world.company}
    until = NOW + timedelta(hours=3)
    assert await blocked(world) == {("pix", "pt_BR"): ("template_paused", int(until.timestamp() * 1000))}
    row = await template_row(world, template)
    assert (row["stopped_reason"], row["stopped_until"], row["status"]) == ("whatsapp_132015", until, "approved")
    assert (await template_row(world, theirs))["stopped_until"] is None
    await fail(world, session, 132016, **TEMPLATE)
    await fail(world, session, 132015, **TEMPLATE)
    assert await blocked(world) == {("pix", "pt_BR"): ("template_not_usable", None)}


async def test_metas_approval_lifts_a_stop_and_an_older_one_does_not(world: World) -> None:
    session, template = await world.add_session(), await add_template(world, world.company)
    second = int(NOW.timestamp())
    await fail(world, session, 132015, **TEMPLATE)
    await take(world, status("APPROVED", second - 60))
    assert await blocked(world) != {}
    await take(world, status("PAUSED", second - 30))
    await take(world, status("APPROVED", second))
    assert await blocked(world) == {}
    row = await template_row(world, template)
    assert {name: row[name] for name in LIFTED} == LIFTED
    assert await fail(world, session, 132016, NOW - timedelta(seconds=90), **TEMPLATE) == set()  # approved since
    assert await blocked(world) == {}


async def test_mending_a_template_lifts_its_stop(world: World) -> None:
    session, template = await world.add_session(), await add_template(world, world.company)
    await fail(world, session, 132001, **TEMPLATE)
    assert await blocked(world) == {("pix", "pt_BR"): ("template_not_usable", None)}
    await change_template(
        world.pool,
        world.company,
        template,
        lambda row: TemplateChange(**{name: row[name] for name in TemplateChange._fields}),
    )
    assert await blocked(world) == {}
    stop = Stop("template", "whatsapp_132001", None, alert=True)
    async with world.pool.acquire() as connection:
        assert not await stop_template(connection, await world.add_company(), "pix", "pt_BR", stop, NOW)
    assert await blocked(world) == {}


async def test_bulk_to_a_country_that_may_not_be_written_to_is_skipped_for_a_day(world: World) -> None:
    session, other = await world.add_session(), await world.add_company()
    (row,) = await world.queue(session, 1, to="+351910000000")
    refused = answer(
        row, "failed", "failed", reason="whatsapp_130497", code="130497", dead_id=new_id(), error_class="permanent"
    )
    async with world.pool.acquire() as connection, connection.transaction():
        await record_answers(connection, [refused], [], NOW)
    await fail(world, session, 130497, to="+447700900000")
    people = ("+351920000000", "+447700900001", "+5511900000000")
    rows = [world.message(session, to=to, lane=lane) for to in people for lane in ("bulk", "transactional")]
    rows.append(world.message(session, to=people[0], lane="bulk", company=other))
    async with world.pool.acquire() as connection:
        after = await skip_barred(connection, rows)
    skipped = [(row.to_phone, row.lane) for row in after if row.status == "skipped"]
    assert skipped == [(people[0], "bulk"), (people[1], "bulk")]
    assert {row.reason for row in after} == {BARRED, None}
    waiting = await world.create([world.message(session, to=to, lane="bulk") for to in people])
    await world.pool.execute("UPDATE message_queue SET look_at = now()")
    async with world.pool.acquire() as connection, connection.transaction():
        due = await claim_due(connection, NOW, 100, 30.0)
    assert {UUID(bytes=message["id"]) for message in due.messages} >= {waiting[2].id}
    assert [(await world.row(row.id))["reason"] for row in waiting] == [BARRED, BARRED, None]
    await world.pool.execute("UPDATE barred_countries SET until = now()")
    async with world.pool.acquire() as connection:
        assert [row.status for row in await skip_barred(connection, rows)] == ["queued"] * len(rows)
    assert in_words(BARRED) is not None


async def told(world: World) -> list[tuple[str, str, str, str]]:
    rows = await world.pool.fetch("SELECT * FROM notifications WHERE company_id = $1 ORDER BY id", world.company)
    return [(row["kind"], row["severity"], row["title_pt"], row["title_en"]) for row in rows]


async def test_people_are_told_once_of_what_stops(world: World) -> None:
    first, second = [await world.add_session(waba="1") for _ in range(2)]
    await world.pool.execute("UPDATE sessions SET name = CASE id WHEN $1 THEN 'Vendas' ELSE 'Suporte' END", first)
    await fail(world, first, 131048)
    await fail(world, first, 131048)
    await fail(world, second, 80007, NOW)  # passes by itself: no alert
    [(kind, severity, pt, en)] = await told(world)
    assert (kind, severity) == ("session_paused", "critical")
    assert pt.startswith("Número pausado: Vendas (") and en.startswith("Number paused: Vendas (")
    data = json.loads(await world.pool.fetchval("SELECT data FROM notifications"))
    assert (data["reason"], data["session_ids"]) == ("whatsapp_131048", [str(first)])
    assert data["until"] is not None
    await world.pool.execute("UPDATE sessions SET state = 'active', reason = NULL, resume_at = NULL")
    await fail(world, second, 131042)
    names = (await told(world))[1][2].partition("(")[0]
    assert names in ("Número pausado: Vendas, Suporte ", "Número pausado: Suporte, Vendas ")


async def test_people_are_told_of_templates_that_stop(world: World) -> None:
    session = await world.add_session()
    await add_template(world, world.company)
    await fail(world, session, 134101, **TEMPLATE)  # ten minutes
    await fail(world, session, 132015, **TEMPLATE)
    await fail(world, session, 132016, **TEMPLATE)
    await fail(world, session, 132016, **TEMPLATE)
    assert [(kind, severity) for kind, severity, *_ in await told(world)] == [
        ("template_stopped", "warning"),
        ("template_stopped", "critical"),
    ]
    assert all(pt.startswith("Modelo parado: pix (") for _, _, pt, _ in await told(world))


async def test_a_stop_is_written_although_nobody_can_be_told(world: World) -> None:
    session = await world.add_session()
    await world.pool.execute("ALTER TABLE notifications RENAME TO elsewhere")
    await fail(world, session, 131042)
    assert await states(world, session) == [("paused", "whatsapp_131042", None)]
