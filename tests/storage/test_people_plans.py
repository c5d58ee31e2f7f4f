"""Every query about people, EXPLAINed on a seeded book: no sequential scan of a large table, and few buffers."""

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
from tests.seeding import seed_events, seed_messages
from tests.storage.explaining import filled_database, plan_defects
from tests.storage.test_plans import LAST

COMPANY = UUID("01900000-0000-7000-8000-000000000001")
SESSION = UUID("01900000-0000-7000-8000-000000000002")
LIST = UUID("01900000-0000-7000-8000-000000000003")
IMPORT = UUID("01900000-0000-7000-8000-000000000004")
PEOPLE = 60_000
LARGE_PAGES = 50
AREAS = ("contacts", "contact_lists", "audience", "contact_folds", "contact_imports", "erasure", "suppressions")
# Written where their caller has the arguments at hand: each is looked at by the tests of what calls it.
ELSEWHERE = {"suppressions/suppress_recipients"}
PHONE = "+5511900000007"
BEHIND = (NEWEST.created_at, NEWEST.id)


@pytest.fixture(scope="module")
def people_database(postgres: RunningServer, template_database: str) -> Iterator[str]:
    with filled_database(postgres, template_database, _seed) as url:
        yield url


async def _seed(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.execute("INSERT INTO companies (id, name) VALUES ($1, 'c')", COMPANY)
    await connection.execute(
        "INSERT INTO sessions (id, company_id, name, transport) VALUES ($2, $1, 's', 'simulator')", COMPANY, SESSION
    )
    await connection.execute("SELECT masteria_make_partitions($1)", LAST.date())
    await seed_events(connection, COMPANY, 40_000, LAST)
    await seed_messages(connection, COMPANY, SESSION, 40_000, LAST)
    await connection.execute(
        "INSERT INTO contacts (company_id, id, phone, name, email, source, first_seen_at, created_at, updated_at) "
        "SELECT $1, ('01a1f8d3-ea00-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '+55119' || lpad(n::text, 8, '0'), "
        "'Pessoa ' || n || ' Sobrenome' || n % 7, 'p' || n || '@x.test', 'import', now(), now(), now() "
        "FROM generate_series(1, $2::int) AS n",
        COMPANY,
        PEOPLE,
    )
    await connection.execute(
        "INSERT INTO contact_lists (id, company_id, name, created_at, updated_at) VALUES ($2, $1, 'l', now(), now())",
        COMPANY,
        LIST,
    )
    await connection.execute(
        "INSERT INTO contact_imports (id, company_id, filename, bytes, format, created_by, created_at, expires_at) "
        "VALUES ($2, $1, 'f', 1, '{}', 't', now(), now())",
        COMPANY,
        IMPORT,
    )
    for statement in (
        "INSERT INTO contact_list_members (company_id, list_id, contact_id, source) "
        "SELECT $1, $2, id, 't' FROM contacts",
        "INSERT INTO contact_tags (company_id, tag, contact_id) "
        "SELECT $1, 'vip', id FROM contacts WHERE $2::uuid IS NOT NULL",
        "INSERT INTO contact_tags (company_id, tag, contact_id) SELECT $1, 't' || n % 50, id FROM "
        "(SELECT id, row_number() OVER () AS n FROM contacts) AS c WHERE $2::uuid IS NOT NULL",
        "INSERT INTO consents (company_id, contact_id, id, purpose, granted, source, at, created_by, created_at) "
        "SELECT $1, id, id, 'marketing', true, 's', now(), 't', now() FROM contacts WHERE $2::uuid IS NOT NULL",
        "INSERT INTO suppressions (company_id, phone, kind, active, source, at) "
        "SELECT $1, phone, 'all', true, 't', now() FROM contacts WHERE $2::uuid IS NOT NULL LIMIT 20000",
        "INSERT INTO deliveries (id, company_id, created_at, webhook_id, event_id, duplicate, signature, headers) "
        "SELECT delivery_id, $1, created_at, id, id, n % 10 = 0, 'unsigned', '{}' FROM "
        "(SELECT *, row_number() OVER () AS n FROM incoming_events) AS e WHERE $2::uuid IS NOT NULL",
        "INSERT INTO outgoing_deliveries (id, company_id, webhook_id, event_type, payload, created_at) SELECT id, $1, "
        "id, 'message.sent', json_build_object('data', json_build_object('to', to_phone)), created_at FROM messages "
        "WHERE $2::uuid IS NOT NULL LIMIT 20000",
        "INSERT INTO rule_cases (id, company_id, rule_id, version, event_id, phone, state, created_at, updated_at) "
        "SELECT id, $1, $1, 1, id, customer_phone, 'done', created_at, created_at FROM incoming_events "
        "WHERE $2::uuid IS NOT NULL",
        "INSERT INTO pix_orders (company_id, order_id, phone, seen_at) SELECT $1, id::text, customer_phone, created_at "
        "FROM incoming_events WHERE $2::uuid IS NOT NULL",
        "INSERT INTO event_replays (event_id, job_id, company_id, at, runs) SELECT id, id, $1, created_at, '[]' "
        "FROM incoming_events WHERE $2::uuid IS NOT NULL",
        "INSERT INTO companies (id, name) SELECT $2, 'another' WHERE $1::uuid IS NOT NULL",
        # As many dry runs as a company makes in two days, between others' previews.
        "INSERT INTO bulk_previews (id, company_id, action, request, counts, as_of, expires_at) SELECT id, "
        "CASE WHEN n % 400 = 0 THEN $1::uuid ELSE $2 END, 'start_campaign', '{}', jsonb_build_object('samples', "
        "jsonb_build_array(jsonb_build_object('to', to_phone))), now(), now() FROM "
        "(SELECT *, row_number() OVER () AS n FROM messages) AS m",
        "INSERT INTO portfolios (company_id, portfolio) SELECT $1, 'w' WHERE $2::uuid IS NOT NULL",
        "INSERT INTO portfolio_users SELECT $1, 'w', phone, now() FROM contacts WHERE $2::uuid IS NOT NULL LIMIT 20000",
    ):
        await connection.execute(statement, COMPANY, LIST)
    await connection.execute(
        "INSERT INTO contact_import_pieces SELECT $1, n, 'x' FROM generate_series(0, 20000) AS n", IMPORT
    )
    await connection.execute(
        "INSERT INTO contact_import_errors SELECT $1, n, 'no_phone', ARRAY['x'], ARRAY[lpad(n::text, 8, '0')] "
        "FROM generate_series(1, 20000) AS n",
        IMPORT,
    )
    await connection.execute("VACUUM ANALYZE")


def _cases(contact: UUID, event: UUID, message: UUID) -> dict[str, list[tuple[list[Any], int]]]:
    """Return, per query, arguments and how many buffers (8 KiB) it may read with them."""
    new, none = uuid4(), [None] * 5
    window = (COMPANY, NEWEST.id, UUID(int=0), 1_000, 51)
    words = f"'{str(COMPANY)[-8:]}pessoa123':*"
    common = f"'{str(COMPANY)[-8:]}pessoa':*"
    page: list[Any] = [COMPANY, UUID(int=0), 2_000]
    anybody: list[Any] = [[], [], [], [], [], [], None, None, None]
    return {
        "contacts/read_contacts": [([COMPANY, [contact]], 40)],
        "contacts/find_contacts": [([COMPANY, [contact]], 10)],
        "contacts/find_by_user_id": [([COMPANY, ["BR.abc", "BR.abd"]], 20)],
        "contacts/find_contacts_by_phone": [([COMPANY, [PHONE]], 10)],
        "contacts/find_contacts_by_words": [([COMPANY, words, 1_000], 300), ([COMPANY, common, 1_000], 700)],
        "contacts/scan_contacts": [
            ([*window, *none], 700),
            ([*window, None, None, True, None, None], 6_000),
            ([*window, None, None, None, PHONE, None], 700),
        ],
        "contacts/scan_contacts_of_tag": [([*window, "t7", *none[1:]], 9_000)],
        "contacts/scan_contacts_of_list": [([*window, None, LIST, *none[2:]], 9_000)],
        "contacts/filter_contacts": [([COMPANY, [contact], *none], 20)],
        "contacts/upsert_contacts": [],
        "contacts/hold_contacts": [([COMPANY, [contact]], 10)],
        "contacts/lock_contact": [([COMPANY, contact], 10)],
        "contacts/update_contact": [([COMPANY, contact, PHONE + "9", "n", None, None, "{}", LAST], 120)],
        "contacts/insert_contact": [([COMPANY, new, "+5511912345678", "n", None, None, "{}", "api", LAST], 80)],
        "contacts/delete_contacts": [([COMPANY, [contact]], 60)],
        "contacts/add_tags": [([COMPANY, [contact], ["novo"]], 60)],
        "contacts/remove_tags": [([COMPANY, [contact], ["vip"]], 30)],
        "contacts/count_given_tags": [([COMPANY, [contact], ["vip"]], 30)],
        "contacts/move_number": [([COMPANY, PHONE, PHONE + "9", LAST], 120)],
        "contacts/merge_contacts": [([COMPANY, contact, new, LAST], 120)],
        "contacts/set_tags": [([COMPANY, contact, ["novo"]], 60)],
        "contacts/list_tags": [([COMPANY, "", 1_001], 6_000)],
        "contacts/add_consent": [([COMPANY, contact, new, "marketing", True, "s", None, LAST, "t", LAST], 40)],
        "contacts/list_consents": [([COMPANY, contact, NEWEST.id, 51], 10)],
        "contacts/count_consents": [([COMPANY, contact], 10)],
        "contact_lists/list_contact_lists": [([COMPANY, *BEHIND, 51], 400)],
        "contact_lists/get_contact_list": [([COMPANY, LIST], 400)],
        "contact_lists/count_contact_lists": [([COMPANY], 10)],
        "contact_lists/insert_contact_list": [([COMPANY, new, "n", "", LAST], 40)],
        "contact_lists/update_contact_list": [([COMPANY, LIST, "n", None, LAST], 20)],
        "contact_lists/delete_contact_list": [([COMPANY, LIST], 10)],
        "contact_lists/delete_members": [([LIST, 100], 1_000)],
        "contact_lists/add_members": [([COMPANY, LIST, [contact], "t"], 60)],
        "contact_lists/remove_members": [([COMPANY, LIST, [contact]], 20)],
        "contact_lists/find_members": [([COMPANY, LIST, [contact]], 20)],
        "contact_lists/find_contact_lists": [([COMPANY, [LIST]], 10)],
        "audience/page_contacts": [([*page, *anybody], 2_000), ([*page, [], [], [], [], ["t7"], *anybody[5:]], 20_000)],
        "audience/page_lists": [([*page, [LIST], *anybody[1:]], 20_000)],
        "audience/page_tags": [([*page, *anybody[:3], ["t7"], *anybody[4:], ["t7"]], 20_000)],
        "contact_folds/oldest_write": [([], 10)],
        "contact_folds/find_unfolded": [([LAST, 20], 60)],
        "contact_folds/make_place": [([COMPANY], 30)],
        "contact_folds/lock_place": [([COMPANY], 10)],
        "contact_folds/move_place": [([COMPANY, LAST, event], 20)],
        "contact_folds/read_events": [([COMPANY, OLDEST, UUID(int=0), NEWEST.created_at, 1_000], 1_500)],
        "contact_folds/take_late": [([100], 20)],
        "contact_folds/read_late": [([[event]], 30)],
        "contact_imports/insert_import": [([new, COMPANY, "f", "t", LAST, LAST], 120)],
        "contact_imports/add_piece": [([IMPORT, 99_999, b"x"], 40)],
        "contact_imports/finish_upload": [([COMPANY, IMPORT, 1, "{}", None, LAST], 40)],
        "contact_imports/delete_import": [],  # its pieces and errors go with it, however many they are
        "contact_imports/get_import": [([COMPANY, IMPORT], 10)],
        "contact_imports/lock_import": [([COMPANY, IMPORT], 10)],
        "contact_imports/list_imports": [([COMPANY, *BEHIND, 51], 10)],
        "contact_imports/count_imports": [([COMPANY], 10)],
        "contact_imports/begin_import": [([COMPANY, IMPORT, new, "{}", LAST], 40)],
        "contact_imports/read_pieces": [([COMPANY, IMPORT, 100, 104], 20)],
        "contact_imports/drop_pieces": [],
        "contact_imports/list_errors": [([COMPANY, IMPORT, 100, 1_000], 60)],
        "contact_imports/forget_imports": [([OLDEST, 10], 20)],
        "contact_imports/import_people": [],
        "erasure/count_events": [([COMPANY, PHONE, 10_001], 60)],
        "erasure/count_messages": [([COMPANY, PHONE, 10_001], 60)],
        "erasure/list_events": [([COMPANY, PHONE, *BEHIND, 101], 60)],
        "erasure/list_messages": [([COMPANY, PHONE, *BEHIND, 101], 60)],
        "erasure/find_events": [([COMPANY, PHONE, 200], 60)],
        "erasure/find_messages": [([COMPANY, PHONE, 200], 60)],
        "erasure/erase_events": [([COMPANY, [event], [LAST], OLDEST, NEWEST.created_at], 60)],
        "erasure/erase_repeats": [([COMPANY, [event], OLDEST], 60)],
        "erasure/erase_told": [([COMPANY, PHONE, 200, LAST], 60)],
        "erasure/forget_files": [([COMPANY], 20)],
        "erasure/erase_deliveries": [([COMPANY, [event], OLDEST, NEWEST.created_at], 60)],
        "erasure/erase_meta_deliveries": [([[event], OLDEST, NEWEST.created_at], 60)],
        "erasure/erase_cases": [([COMPANY, [event], LAST], 20)],
        "erasure/erase_orders": [([COMPANY, ["o"]], 20)],
        "erasure/erase_replays": [([COMPANY, [event]], 20)],
        "erasure/erase_left_cases": [([COMPANY, PHONE, LAST, 200], 60)],
        "erasure/erase_left_orders": [([COMPANY, PHONE, 200], 60)],
        "erasure/erase_refused_rows": [([COMPANY, "00000007", 200], 60)],
        "erasure/erase_samples": [([COMPANY, PHONE, contact], 150)],
        "erasure/erase_messages": [([COMPANY, [message], [LAST], OLDEST, NEWEST.created_at, "+0000000"], 60)],
        "erasure/erase_attempts": [([COMPANY, [message], OLDEST, NEWEST.created_at], 60)],
        "erasure/keep_stops": [([COMPANY, PHONE, b"d", LAST], 120)],
        "erasure/forget_number": [([COMPANY, PHONE, "d"], 80)],
        "erasure/forget_request": [([COMPANY, new, new], 20)],
        "erasure/begin_erasure": [([new, COMPANY, contact, b"d", new, "t", LAST], 40)],
        "erasure/end_erasure": [([COMPANY, new, "{}", LAST], 20)],
        "erasure/list_erasures": [([COMPANY, *BEHIND, 51], 10)],
        "erasure/count_erasures": [([COMPANY], 10)],
        "suppressions/find_stops": [([[COMPANY], [PHONE], [b"d"]], 20)],
        "suppressions/hear_wishes": [([[COMPANY], [PHONE], [True], ["t"], [LAST], ["all"], [None]], 40)],
        "suppressions/walk_waiting": [([[COMPANY], [PHONE], [NEWEST.created_at], [NEWEST.id], 500], 600)],
        "suppressions/lock_waiting": [([[message], [LAST], OLDEST, NEWEST.created_at], 60)],
        "suppressions/follow_number": [([COMPANY, PHONE, PHONE + "9"], 40)],
        "suppressions/lift_own": [([[COMPANY], [PHONE], [LAST], [b"d"], ["all"]], 30)],
        "suppressions/list_opt_outs": [([COMPANY, "all", NEWEST.created_at, "+9", 51], 300)],
        "suppressions/count_opt_outs": [([COMPANY, "all"], 400)],
        "suppressions/get_policy": [([COMPANY], 5)],
        "suppressions/set_policy": [([COMPANY, True], 200)],
    }


async def test_no_query_about_people_scans_a_large_table_or_reads_many_buffers(people_database: str) -> None:
    connection = await asyncpg.connect(people_database, server_settings={"jit": "off", "timezone": "UTC"})
    contact = await connection.fetchval("SELECT id FROM contacts WHERE phone = $1", PHONE)
    event = await connection.fetchval("SELECT id FROM incoming_events LIMIT 1")
    message = await connection.fetchval("SELECT id FROM messages LIMIT 1")
    large = {
        record["relname"]
        for record in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > $1 AND relname !~ '^pg_'", LARGE_PAGES
        )
    }
    assert {"contacts", "contact_tags", "contact_list_members", "consents", "suppressions"} <= large
    defects: list[str] = []
    for mode in ("force_custom_plan", "force_generic_plan"):
        await connection.execute(f"SET plan_cache_mode = {mode}")
        for name, variants in _cases(contact, event, message).items():
            for arguments, most in variants:
                found = await plan_defects(connection, name, arguments, most, large)
                defects += [f"{name} ({mode}): {why}" for why in found]
    await connection.close()
    assert defects == []


def test_every_query_about_people_has_a_case_and_says_its_index() -> None:
    folder = Path(storage.__file__).parent / "sql"
    known = set(_cases(COMPANY, COMPANY, COMPANY))
    stored = {f"{area}/{file.stem}": file for area in AREAS for file in (folder / area).glob("*.sql")}
    assert set(stored) - ELSEWHERE == known
    for name, file in stored.items():
        lines = file.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("-- "), name
        assert lines[1].startswith("-- "), name
