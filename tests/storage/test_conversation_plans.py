"""Every query of conversations, EXPLAINed on large tables: no sequential scan of one, and few buffers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

import storage
from engine.pagination import NEWEST, OLDEST
from masteria.embedded import RunningServer
from storage.conversation_lists import ConversationFilter, _narrow
from storage.queries import query
from tests.seeding import seed_events, seed_messages
from tests.storage.explaining import filled_database, plan_defects
from tests.storage.test_plans import COMPANY, LARGE_PAGES, LAST, SESSION

AREAS = ("conversations", "quick_replies")
ROWS = 30_000
PHONE = "+5511900000007"
BEHIND = (NEWEST.created_at, NEWEST.id)
NONE: list[object] = [None] * 9


@pytest.fixture(scope="module")
def inbox_database(postgres: RunningServer, template_database: str) -> Iterator[str]:
    """A database of a company with 30,000 conversations, and another with as many."""
    with filled_database(postgres, template_database, _seed) as url:
        yield url


async def _seed(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.execute("INSERT INTO companies (id, name) VALUES ($1, 'c'), ($2, 'd')", COMPANY, SESSION)
    await connection.execute(
        "INSERT INTO sessions (id, company_id, name, transport) VALUES ($2, $1, 's', 'simulator')", COMPANY, SESSION
    )
    await connection.execute("SELECT masteria_make_partitions($1)", LAST.date())
    await seed_events(connection, COMPANY, ROWS, LAST)
    await seed_messages(connection, COMPANY, SESSION, ROWS, LAST)
    await connection.execute(
        "UPDATE incoming_events SET event_type = 'message_received', webhook_id = NULL, "
        "payload = jsonb_build_object('session_id', $1::text, 'message', '{}'::jsonb) WHERE position % 4 = 0",
        str(SESSION),
    )
    await connection.execute(
        "INSERT INTO conversations (company_id, id, session_id, phone, name, state, assignee_id, unread, "
        "waiting_since, last_inbound_at, last_event_id, last_type, last_text, updated_at) "
        "SELECT CASE WHEN n % 2 = 0 THEN $1::uuid ELSE $2 END, id, $2, '+55119' || lpad(n::text, 8, '0'), "
        "'Pessoa ' || n, CASE WHEN n % 50 = 0 THEN 'open' ELSE 'closed' END, "
        "CASE WHEN n % 300 = 0 THEN $2::uuid END, CASE WHEN n % 100 = 0 THEN 2 ELSE 0 END, "
        "CASE WHEN n % 100 = 0 THEN created_at END, created_at, id, 'text', 'Oi', created_at "
        "FROM (SELECT *, row_number() OVER (ORDER BY created_at) AS n FROM messages) AS m",
        COMPANY,
        SESSION,
    )
    await connection.execute(
        "INSERT INTO ai_turns (event_id, company_id, conversation_id, session_id, phone, look_at) "
        "SELECT id, company_id, id, session_id, phone, updated_at FROM conversations"
    )
    await connection.execute(
        "INSERT INTO conversation_notes (company_id, conversation_id, id, author_name, text, created_at) "
        "SELECT company_id, id, id, 'Bia', 'x', updated_at FROM conversations"
    )
    await connection.execute(
        "INSERT INTO conversation_replies (company_id, message_id, conversation_id, author, author_name) "
        "SELECT company_id, id, id, 'ai', '' FROM conversations"
    )
    await connection.execute(
        "INSERT INTO quick_replies (company_id, id, shortcut, text, created_at, updated_at) "
        "SELECT company_id, id, 's' || phone, 'x', updated_at, updated_at FROM conversations"
    )
    await connection.execute("VACUUM ANALYZE")


def _filter(**fields: object) -> list[object]:
    return list(ConversationFilter(**fields))  # type: ignore[arg-type]


def _cases(row: asyncpg.Record, other: UUID) -> dict[str, list[tuple[list[Any], int]]]:
    """Return, per query, arguments and how many buffers (8 KiB) it may read with them."""
    one, phone, new = row["id"], row["phone"], uuid4()
    window = [COMPANY, *BEHIND, 1_000, 51]
    waiting = [COMPANY, OLDEST, UUID(int=0), 1_000, 51]
    heard = [[COMPANY], [SESSION], [phone], [new], ["n"], [LAST], [1], [LAST], [LAST], [new], ["text"], ["Oi"], LAST]
    return {
        "conversations/fold_inbound": [([*heard, [new], [COMPANY], [SESSION], [phone]], 200)],
        "conversations/get_conversation": [([COMPANY, one], 10)],
        "conversations/find_conversation": [([COMPANY, SESSION, phone], 10)],
        "conversations/lock_conversation": [([COMPANY, one], 10)],
        "conversations/show_conversation": [([COMPANY, one], 30)],
        "conversations/lock_conversations": [([[COMPANY], [one]], 20)],
        "conversations/end_turns": [([[COMPANY], [one], ["price"], [0.9], ["x"], [new], ["x"], LAST], 160)],
        "conversations/note_outbound": [([COMPANY, SESSION, phone, "x", LAST, new, "ai", None, ""], 160)],
        "conversations/find_machine_answers": [([COMPANY, one], 60)],
        "conversations/update_conversation": [([COMPANY, one, "open", None, True, None, 0, None, LAST], 120)],
        "conversations/mark_read": [([COMPANY, one, None, LAST], 120)],
        "conversations/unassign": [([COMPANY, new], 10)],
        "conversations/forget_person": [([COMPANY, phone], 120)],
        "conversations/list_person": [([COMPANY, phone], 30)],
        "conversations/find_by_user_id": [([COMPANY, [phone, "BR.abc"]], 20)],
        "conversations/tell_number_of_waits": [([COMPANY, "BR.abc", phone], 40)],
        "conversations/tell_number_of_events": [([COMPANY, "BR.abc", phone], 40)],
        "conversations/tell_number_of_messages": [([COMPANY, "BR.abc", phone], 40)],
        "conversations/move_number": [([COMPANY, phone, "+5521900000000", LAST], 160)],
        "conversations/find_pairs": [([COMPANY, phone, "+5521900000001"], 20)],
        "conversations/move_belongings": [([COMPANY, one, other, phone], 120)],
        "conversations/merge_conversations": [([COMPANY, one, other, LAST], 160)],
        "conversations/blank_texts": [([COMPANY, OLDEST, 500], 20), ([COMPANY, NEWEST.created_at, 5], 400)],
        "conversations/scan_recent": [
            ([*window, *_filter()], 1_500),
            ([*window, *_filter(state="open")], 1_000),
            ([*window, *_filter(unread=True)], 800),
            ([*window, *_filter(assignee_id=SESSION)], 500),
            ([*window, *_filter(words="nobody")], 1_500),
        ],
        "conversations/scan_waiting": [([*waiting, *_filter(waiting=True)], 800)],
        "conversations/count_hits": [([COMPANY, 500, *_filter(state="open")], 800)],
        "conversations/summarise": [([COMPANY], 600)],
        "conversations/count_ai": [([COMPANY, None, 500], 900), ([COMPANY, new, 500], 900)],
        "conversations/find_newest": [([[COMPANY, SESSION]], 20)],
        "conversations/list_live": [([COMPANY, 12], 150)],
        "conversations/list_offered_templates": [([COMPANY], 10)],
        "conversations/scan_thread": [([COMPANY, PHONE, SESSION, *BEHIND, 300, 51], 300)],
        "conversations/read_inbound": [([COMPANY, [one], [LAST]], 20)],
        "conversations/get_inbound": [([COMPANY, new, LAST, phone, SESSION], 10)],
        "conversations/find_person_event": [([COMPANY, PHONE], 100)],
        "conversations/list_notes": [([COMPANY, one, NEWEST.id, 51], 10)],
        "conversations/count_notes": [([COMPANY, one], 10)],
        "conversations/insert_note": [([COMPANY, one, new, None, "b", "x", LAST], 60)],
        "conversations/delete_note": [([COMPANY, one, new], 10)],
        "quick_replies/list_quick_replies": [([COMPANY, NEWEST.id, 51], 100)],
        "quick_replies/count_quick_replies": [([COMPANY], 700)],
        "quick_replies/get_quick_reply": [([COMPANY, one], 10)],
        "quick_replies/insert_quick_reply": [([COMPANY, new, "x", "x", LAST], 60)],
        "quick_replies/update_quick_reply": [([COMPANY, one, None, "y", LAST], 60)],
        "quick_replies/delete_quick_reply": [([COMPANY, new], 10)],
    }


def test_every_query_has_a_case() -> None:
    root = Path(storage.__file__).parent / "sql"
    names = {f"{area}/{path.stem}" for area in AREAS for path in (root / area).glob("*.sql")}
    assert names == set(_cases({"id": COMPANY, "phone": PHONE}, COMPANY))  # type: ignore[arg-type]


async def test_no_query_of_the_inbox_scans_a_large_table_or_reads_many_buffers(inbox_database: str) -> None:
    connection = await asyncpg.connect(inbox_database, server_settings={"jit": "off", "timezone": "UTC"})
    one, other = await connection.fetch(
        "SELECT id, phone FROM conversations WHERE company_id = $1 ORDER BY id LIMIT 2", COMPANY
    )
    large = {
        record["relname"]
        for record in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > $1 AND relname !~ '^pg_'", LARGE_PAGES
        )
    }
    assert {"conversations", "ai_turns", "conversation_notes", "conversation_replies", "quick_replies"} <= large
    defects: list[str] = []
    for mode in ("force_custom_plan", "force_generic_plan"):
        await connection.execute(f"SET plan_cache_mode = {mode}")
        for name, variants in _cases(one, other["id"]).items():
            for arguments, most in variants:
                found = await plan_defects(connection, name, arguments, most, large)
                defects += [f"{name} ({mode}): {why}" for why in found]
    await connection.close()
    assert defects == [], "\n".join(defects)


@pytest.mark.parametrize(
    ("fields", "condition"),
    [
        ({"state": "open"}, "AND state = $6"),
        ({"assignee_id": SESSION}, "AND assignee_id = $7"),
        ({"unread": True}, "AND unread > 0"),
        ({"intent": "price"}, ""),
    ],
)
async def test_a_filter_with_an_index_reads_only_what_it_wants(
    inbox_database: str, fields: dict[str, object], condition: str
) -> None:
    wanted = ConversationFilter(**fields)  # type: ignore[arg-type]
    assert _narrow(wanted, 6) == condition
    if not condition:
        return
    connection = await asyncpg.connect(inbox_database, server_settings={"jit": "off", "timezone": "UTC"})
    text = query("conversations/scan_recent").replace("/*narrow*/", condition)
    rows = await connection.fetch(f"EXPLAIN {text}", COMPANY, *BEHIND, 1_000, 51, *wanted)
    await connection.close()
    plan = "\n".join(row[0] for row in rows)
    names = {"state": "idx_conversations_state", "assignee_id": "assignee", "unread": "idx_conversations_unread"}
    assert any(name in plan for field, name in names.items() if field in fields), plan
