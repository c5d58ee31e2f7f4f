"""Inbound messages folded into conversations: the same row in every order and every batch; what others do to it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.contact_numbers import change_numbers
from storage.conversation_people import blank_texts
from storage.conversations import (
    Heard,
    TurnEnd,
    end_turns,
    find_conversation,
    fold_inbound,
    lock_conversation,
    lock_conversations,
    note_outbound,
    read_conversation,
)
from storage.erasure import forget_number
from storage.pool import Pool
from tests.seeding import add_session, new_id
from tests.storage.people_kit import add_company

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA, RUI = "+5511900000001", "+5511900000002"
SHOWN = ("name", "name_at", "state", "unread", "waiting_since", "last_inbound_at", "last_event_id", "last_type")


@pytest.fixture
async def company(pool: Pool) -> UUID:
    return await add_company(pool)


@pytest.fixture
async def session(pool: Pool, company: UUID) -> UUID:
    return await add_session(pool, company, NOW)


def said(company: UUID, session: UUID, at: datetime = NOW, phone: str = ANA, **fields: Any) -> Heard:
    return Heard(**{**Heard(company, session, phone, at, new_id(at), "text", "Oi")._asdict(), **fields})


async def fold(pool: Pool, *heard: Heard) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await fold_inbound(connection, heard, NOW)


async def end(pool: Pool, *ends: TurnEnd) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await end_turns(connection, ends, NOW)


async def rows(pool: Pool, company: UUID) -> list[dict[str, Any]]:
    found = await pool.fetch("SELECT * FROM conversations WHERE company_id = $1 ORDER BY session_id, phone", company)
    return [dict(row) for row in found]


async def only(pool: Pool, company: UUID) -> dict[str, Any]:
    [row] = await rows(pool, company)
    return row


def _expected(heard: Sequence[Heard]) -> dict[str, Any]:
    """The sorted fold, message by message, as plainly as it can be said."""
    state: dict[str, Any] = {"name": None, "name_at": None, "state": "open", "unread": 0, "waiting_since": None}
    for one in sorted(heard, key=lambda one: (one.at, one.event_id)):
        state |= {"last_inbound_at": one.at, "last_event_id": one.event_id, "last_type": one.type}
        state["last_text"] = one.text
        if one.asks:
            state["unread"] += 1
            state["waiting_since"] = state["waiting_since"] or one.at
    names = sorted((one.at, one.name) for one in heard if one.name is not None)
    if names:
        state["name_at"], state["name"] = names[-1]
    return state


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_every_order_and_every_batching_gives_the_sorted_fold(
    pool: Pool, company: UUID, session: UUID, data: st.DataObject
) -> None:
    await pool.execute("TRUNCATE conversations, ai_turns CASCADE")
    drawn = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from((ANA, RUI)),
                st.integers(0, 3),  # WhatsApp tells whole seconds: many are the same
                st.sampled_from((None, "Ana", "Bia")),
                st.sampled_from(("text", "image", "reaction")),
                st.sampled_from((None, "Oi", "Quanto custa?")),
            ),
            min_size=1,
            max_size=8,
        )
    )
    heard = [
        said(
            company,
            session,
            NOW + timedelta(seconds=at),
            phone,
            name=name,
            type=kind,
            text=text,
            asks=kind != "reaction",
        )
        for phone, at, name, kind, text in drawn
    ]
    left = list(data.draw(st.permutations(heard)))
    while left:
        size = data.draw(st.integers(1, len(left)))
        await fold(pool, *left[:size])
        left = left[size:]
    found = {row["phone"]: {name: row[name] for name in (*SHOWN, "last_text")} for row in await rows(pool, company)}
    assert found == {
        phone: _expected([one for one in heard if one.phone == phone]) for phone in {one.phone for one in heard}
    }
    turns = {row[0] for row in await pool.fetch("SELECT event_id FROM ai_turns")}
    assert turns == {one.event_id for one in heard if one.asks}


async def test_a_turn_names_its_conversation_and_what_needs_none_has_none(
    pool: Pool, company: UUID, session: UUID
) -> None:
    first, second = said(company, session), said(company, session, phone=RUI)
    await fold(pool, first, second, said(company, session, turn=False))
    for phone, one in ((ANA, first), (RUI, second)):
        conversation = await find_conversation(pool, company, session, phone)
        assert conversation is not None
        [turn] = await pool.fetch("SELECT * FROM ai_turns WHERE phone = $1", phone)
        assert (turn["event_id"], turn["conversation_id"]) == (one.event_id, conversation["id"])
        assert (turn["company_id"], turn["session_id"], turn["look_at"]) == (company, session, NOW)
        assert (turn["fence"], turn["owner"], turn["attempts"]) == (0, None, 0)


async def test_a_closed_conversation_reopens_by_a_message_and_not_by_a_reaction(
    pool: Pool, company: UUID, session: UUID
) -> None:
    await fold(pool, said(company, session))
    for state in ("closed", "waiting"):
        await pool.execute("UPDATE conversations SET state = $1", state)
        await fold(pool, said(company, session, asks=False, type="reaction"))
        assert (await only(pool, company))["state"] == state
        await fold(pool, said(company, session))
        assert (await only(pool, company))["state"] == "open"


async def test_an_answer_ends_the_waiting_and_the_next_message_begins_it_anew(
    pool: Pool, company: UUID, session: UUID
) -> None:
    await fold(pool, said(company, session, NOW - timedelta(minutes=9)), said(company, session, NOW))
    assert (await only(pool, company))["waiting_since"] == NOW - timedelta(minutes=9)
    await note_outbound(pool, company, session, ANA, "Já vejo  ", NOW)
    row = await only(pool, company)
    assert (row["waiting_since"], row["last_outbound_at"], row["last_outbound_text"]) == (None, NOW, "Já vejo")
    late = NOW - timedelta(minutes=1)  # written before the answer, told after it: nobody had seen it
    await fold(pool, said(company, session, late))
    assert (await only(pool, company))["waiting_since"] == late
    await note_outbound(pool, company, session, RUI, "Olá", NOW)
    assert len(await rows(pool, company)) == 1


async def test_people_take_over_once_and_the_first_reason_stays(pool: Pool, company: UUID, session: UUID) -> None:
    await fold(pool, said(company, session))
    row = await only(pool, company)
    await pool.execute("UPDATE conversations SET state = 'waiting'")
    asked, unsure = (TurnEnd(company, row["id"], handed_over=why) for why in ("asked_for_a_person", "low_confidence"))
    await end(pool, asked)
    changed = await read_conversation(pool, company, row["id"])
    assert changed is not None
    assert (changed["ai_on"], changed["ai_off_reason"], changed["state"]) == (False, "asked_for_a_person", "open")
    assert changed["version"] == row["version"] + 1
    await pool.execute("UPDATE conversations SET state = 'waiting'")
    await end(pool, unsure)
    changed = await read_conversation(pool, company, row["id"])
    assert changed is not None
    assert (changed["ai_off_reason"], changed["state"]) == ("asked_for_a_person", "waiting")


async def test_turns_of_many_conversations_end_together_each_with_its_own(
    pool: Pool, company: UUID, session: UUID
) -> None:
    await fold(pool, said(company, session), said(company, session, phone=RUI))
    first, second = sorted(await rows(pool, company), key=lambda row: row["phone"] != ANA)
    message_id = new_id(NOW)
    answer = TurnEnd(company, first["id"], "price", 0.93, message_id=message_id, text="Custa R$ 97,00.  ")
    await end(pool, answer, TurnEnd(company, second["id"], "complaint_refund", 0.8, handed_over="complaint"))
    ana, rui = await read_conversation(pool, company, first["id"]), await read_conversation(pool, company, second["id"])
    assert ana is not None and rui is not None
    assert (ana["intent"], round(ana["confidence"], 2)) == ("price", 0.93)
    assert (ana["ai_on"], ana["waiting_since"]) == (True, None)
    assert (ana["last_outbound_at"], ana["last_outbound_text"]) == (NOW, "Custa R$ 97,00.")
    assert (rui["intent"], rui["ai_on"], rui["ai_off_reason"]) == ("complaint_refund", False, "complaint")
    assert (rui["waiting_since"], rui["last_outbound_at"]) == (second["waiting_since"], None)
    [reply] = await pool.fetch("SELECT message_id, conversation_id, author FROM conversation_replies")
    assert tuple(reply) == (message_id, first["id"], "ai")
    assert (ana["version"], rui["version"]) == (first["version"] + 1, second["version"] + 1)


async def test_storing_messages_and_ending_turns_never_wait_in_a_circle(
    pool: Pool, company: UUID, session: UUID
) -> None:
    """The later a person's phone comes in the order of storing, the earlier the id of their conversation."""
    phones = [f"+55119{number:08d}" for number in range(12)]
    for phone in reversed(phones):
        await fold(pool, said(company, session, phone=phone))
    places = [(company, row["id"]) for row in await rows(pool, company)]

    async def store() -> None:
        for _ in range(25):
            await fold(pool, *(said(company, session, phone=phone) for phone in phones))

    async def finish() -> None:
        for _ in range(25):
            shuffled = random.sample(places, len(places))
            async with pool.acquire() as connection, connection.transaction():
                held = await lock_conversations(connection, shuffled)
                await end_turns(connection, [TurnEnd(*place, "price", 0.9) for place in shuffled if held[place]], NOW)

    await asyncio.gather(store(), store(), finish(), finish())
    assert {row["unread"] for row in await rows(pool, company)} == {51}


async def test_another_company_reads_and_changes_nothing(pool: Pool, company: UUID, session: UUID) -> None:
    other = await add_company(pool)
    await fold(pool, said(company, session))
    before = await only(pool, company)
    assert await read_conversation(pool, other, before["id"]) is None
    assert await find_conversation(pool, other, session, ANA) is None
    await end(pool, TurnEnd(other, before["id"], "price", 1.0, "x", new_id(NOW), "x"))
    await note_outbound(pool, other, session, ANA, "x", NOW)
    async with pool.acquire() as connection, connection.transaction():
        assert await lock_conversation(connection, other, before["id"]) is None
        assert await lock_conversations(connection, [(other, before["id"])]) == {}
        await forget_number(connection, other, ANA, NOW)
        await change_numbers(connection, other, [(ANA, RUI)], NOW)
        assert await blank_texts(connection, other, NOW + timedelta(days=9), 100) == 0
    assert await only(pool, company) == before


async def _note(pool: Pool, company: UUID, conversation: UUID, text: str) -> None:
    await pool.execute(
        "INSERT INTO conversation_notes (company_id, conversation_id, id, author_name, text, created_at) "
        "VALUES ($1, $2, $3, 'Bia', $4, $5)",
        company,
        conversation,
        new_id(NOW),
        text,
        NOW,
    )


async def test_a_conversation_follows_its_persons_number(pool: Pool, company: UUID, session: UUID) -> None:
    await fold(pool, said(company, session))
    before = await only(pool, company)
    async with pool.acquire() as connection, connection.transaction():
        await change_numbers(connection, company, [(ANA, RUI)], NOW)
    after = await only(pool, company)
    assert (after["id"], after["phone"]) == (before["id"], RUI)
    assert [row["phone"] for row in await pool.fetch("SELECT phone FROM ai_turns")] == [RUI]


async def test_two_conversations_of_one_person_become_one_with_the_notes_and_turns_of_both(
    pool: Pool, company: UUID, session: UUID
) -> None:
    elsewhere = await add_session(pool, company, NOW)
    old = said(company, session, NOW - timedelta(minutes=5), name="Ana")
    new = said(company, session, NOW, RUI, text="Troquei de número")
    await fold(pool, old, new, said(company, elsewhere))
    for row in await rows(pool, company):
        await _note(pool, company, row["id"], row["phone"])
    await pool.execute("UPDATE conversations SET state = 'closed' WHERE phone = $1", RUI)
    async with pool.acquire() as connection, connection.transaction():
        await change_numbers(connection, company, [(ANA, RUI)], NOW)
    kept = {row["session_id"]: row for row in await rows(pool, company)}
    assert {row["phone"] for row in kept.values()} == {RUI}
    one = kept[session]
    assert (one["id"], one["unread"], one["waiting_since"]) == (new.event_id, 2, old.at)
    assert (one["last_text"], one["name"], one["state"]) == ("Troquei de número", "Ana", "open")
    notes = await pool.fetch("SELECT text FROM conversation_notes WHERE conversation_id = $1", one["id"])
    assert {row["text"] for row in notes} == {ANA, RUI}
    turns = await pool.fetch("SELECT event_id, phone FROM ai_turns WHERE conversation_id = $1", one["id"])
    assert {(row["event_id"], row["phone"]) for row in turns} == {(old.event_id, RUI), (new.event_id, RUI)}


async def test_erasing_a_person_leaves_nothing_of_their_conversations(pool: Pool, company: UUID, session: UUID) -> None:
    elsewhere = await add_session(pool, company, NOW)
    await fold(pool, said(company, session), said(company, elsewhere), said(company, session, phone=RUI))
    for row in await rows(pool, company):
        await _note(pool, company, row["id"], row["phone"])
    async with pool.acquire() as connection, connection.transaction():
        await forget_number(connection, company, ANA, NOW)
    assert [row["phone"] for row in await rows(pool, company)] == [RUI]
    assert [row["text"] for row in await pool.fetch("SELECT text FROM conversation_notes")] == [RUI]
    assert [row["phone"] for row in await pool.fetch("SELECT phone FROM ai_turns")] == [RUI]


async def test_shown_words_go_when_payloads_go(pool: Pool, company: UUID, session: UUID) -> None:
    await fold(pool, said(company, session, NOW - timedelta(days=9)), said(company, session, NOW, RUI))
    await note_outbound(pool, company, session, ANA, "Olá, Ana", NOW - timedelta(days=8))
    async with pool.acquire() as connection, connection.transaction():
        assert await blank_texts(connection, company, NOW - timedelta(days=7), 100) == 1
        assert await blank_texts(connection, company, NOW - timedelta(days=7), 100) == 0
    words = {row["phone"]: (row["last_text"], row["last_outbound_text"]) for row in await rows(pool, company)}
    assert words == {ANA: (None, None), RUI: ("Oi", None)}
