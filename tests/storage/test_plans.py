"""Every query behind the REST API, EXPLAINed on large tables: no sequential scan of one, and few buffers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

import storage
from engine.pagination import NEWEST, OLDEST
from masteria.embedded import RunningServer
from storage.audit import AuditFilter, narrow_audit
from storage.events import EventFilter, narrow_events
from storage.messages import MessageFilter, narrow_messages
from storage.palette import NAMED
from storage.queries import query
from storage.searching import CANDIDATES, WINDOW, Narrow
from tests.seeding import seed_events, seed_messages
from tests.storage.explaining import filled_database, plan_defects

ROWS = 100_000
LAST = datetime(2026, 11, 20, 12, tzinfo=UTC)
COMPANY = UUID("01900000-0000-7000-8000-000000000001")
SESSION = UUID("01900000-0000-7000-8000-000000000002")
AREAS = (
    "api_keys",
    "audit",
    "bulk",
    "companies",
    "dead_letters",
    "events",
    "exports",
    "jobs",
    "messages",
    "meta_apps",
    "open_dead_letters",
    "outgoing",
    "rules",
    "schedules",
    "search",
    "sessions",
    "syncs",
    "templates",
    "users",
    "webhooks",
)
LARGE_PAGES = 50
NO_FILTER: list[object] = [None] * 8
BEHIND = (NEWEST.created_at, NEWEST.id)
EVENT = "SELECT id, delivery_id, created_at FROM incoming_events WHERE external_id = 'ext-90001'"
MESSAGE = "SELECT id FROM messages WHERE provider_id = 'wamid.90001'"


def _events(position: int, value: object) -> list[object]:
    return [*NO_FILTER[:position], value, *NO_FILTER[position + 1 :]]


def _messages(position: int, value: object) -> list[object]:
    return [*NO_FILTER[:position], value, *NO_FILTER[position + 1 : 7]]


@pytest.fixture(scope="module")
def large_database(postgres: RunningServer, template_database: str) -> Iterator[str]:
    """A database with 100,000 events, as many messages, and the tables around them."""
    with filled_database(postgres, template_database, _seed) as url:
        yield url


async def _seed(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.execute("INSERT INTO companies (id, name) VALUES ($1, 'c')", COMPANY)
    await connection.execute(
        "INSERT INTO sessions (id, company_id, name, transport) VALUES ($2, $1, 's', 'simulator')",
        COMPANY,
        SESSION,
    )
    await connection.execute("SELECT masteria_make_partitions($1)", LAST.date())
    await seed_events(connection, COMPANY, ROWS, LAST)
    await seed_messages(connection, COMPANY, SESSION, ROWS, LAST)
    for statement in (
        "INSERT INTO deliveries (id, company_id, created_at, webhook_id, event_id, duplicate, signature, headers, "
        "raw_body) SELECT delivery_id, company_id, created_at, webhook_id, id, false, 'unsigned', '{}', 'x' "
        "FROM incoming_events ORDER BY created_at DESC LIMIT 20000",
        "INSERT INTO message_attempts (message_id, created_at, company_id, session_id, dispatch_id, attempt, outcome, "
        "answered_at) SELECT id, created_at, company_id, session_id, id, 1, 'accepted', created_at FROM messages "
        "ORDER BY created_at DESC LIMIT 20000",
        "INSERT INTO message_queue (message_id, company_id, session_id, lane, due_at, look_at) SELECT id, company_id, "
        "session_id, lane, created_at, created_at FROM messages ORDER BY created_at DESC LIMIT 20000",
        "INSERT INTO dead_letters (id, company_id, kind, message_id, class, reason, created_at) SELECT id, company_id, "
        "'message', id, 'permanent', 'whatsapp_131026', created_at FROM messages ORDER BY created_at DESC LIMIT 20000",
        "INSERT INTO jobs (id, company_id, kind, state, created_at, finished_at) SELECT id, company_id, 'import', "
        "'done', created_at, created_at FROM messages ORDER BY created_at DESC LIMIT 20000",
        "INSERT INTO schedules (id, company_id, kind, subject_id, every_s, next_run_at, created_at) SELECT id, "
        "company_id, 'sync', id, 60, created_at + interval '30 years', created_at FROM messages LIMIT 20000",
        "INSERT INTO bulk_previews (id, company_id, action, request, as_of, expires_at) SELECT id, company_id, "
        "'a', '{}', created_at, created_at FROM messages LIMIT 20000",
        "INSERT INTO event_keys (key, company_id, event_id) SELECT id, company_id, id FROM incoming_events LIMIT 20000",
        "INSERT INTO event_aliases (id, company_id, event_id) SELECT delivery_id, company_id, id FROM incoming_events "
        "LIMIT 20000",
        "INSERT INTO outgoing_webhooks (id, company_id, name, url, event_types, secrets_sealed, created_at, "
        "updated_at) SELECT id, company_id, 'w', 'https://x.test', ARRAY['message.sent'], ''::bytea, created_at, "
        "created_at FROM sessions UNION ALL (SELECT id, company_id, 'w', 'https://x.test', ARRAY['event.failed'], "
        "''::bytea, created_at, created_at FROM messages LIMIT 20)",
        "INSERT INTO outgoing_deliveries (id, company_id, webhook_id, event_type, payload, state, next_attempt_at, "
        "created_at) SELECT id, company_id, CASE WHEN n % 10 = 0 THEN session_id ELSE company_id END, "
        "'message.sent', '{}', CASE WHEN n % 200 = 0 THEN 'pending' ELSE 'delivered' END, "
        "CASE WHEN n % 200 = 0 THEN created_at END, created_at FROM (SELECT *, row_number() OVER "
        "(ORDER BY created_at DESC) AS n FROM messages) AS m WHERE n <= 20000",
        "INSERT INTO outgoing_changes (company_id, event_type, subject_id, at_ms) SELECT company_id, "
        "'message.sent', id, 1 FROM messages LIMIT 20000",
        "INSERT INTO exports (id, company_id, kind, file_name, style, masked, created_at, expires_at) SELECT id, "
        "company_id, 'events', 'f', '{}', false, created_at, created_at + interval '30 years' FROM messages "
        "ORDER BY created_at DESC LIMIT 20000",
        "INSERT INTO export_chunks (export_id, position, bytes) SELECT id, 0, 'x' FROM exports",
        "INSERT INTO audit_log (id, company_id, created_at, actor_kind, actor_id, actor_name, operation, object_kind, "
        "object_id) SELECT id, company_id, created_at, 'user', CASE WHEN n % 1000 = 0 THEN session_id ELSE company_id "
        "END, 'a', CASE WHEN n % 1000 = 0 THEN 'deleteRule' ELSE 'updateRule' END, 'rule', 'r-' || n % 1000 FROM "
        "(SELECT *, row_number() OVER (ORDER BY created_at DESC) AS n FROM messages) AS m WHERE n <= 20000",
        "INSERT INTO dispatches (id, company_id, session_id, fence, message_ids, attempts, send_before) SELECT id, "
        "company_id, session_id, 1, ARRAY[id], ARRAY[1]::smallint[], created_at FROM messages LIMIT 20",
    ):
        await connection.execute(statement)
    await connection.execute("VACUUM ANALYZE")


def _cases(event: UUID, delivery: UUID, message: UUID, when: datetime) -> dict[str, list[tuple[list[Any], int]]]:
    """Return, per query, arguments and how many buffers (8 KiB) it may read with them."""
    candidates = (COMPANY, OLDEST, NEWEST.created_at, CANDIDATES)
    window = (COMPANY, *BEHIND, OLDEST, WINDOW, 51)
    rare = json.dumps({"eventId": "ext-90001"})
    absent = json.dumps({"eventId": "nobody's"})
    common = json.dumps({"status": "pending"})
    return {
        "events/list_events": [([COMPANY, *BEHIND, OLDEST, 51], 60), ([COMPANY, when, event, OLDEST, 501], 300)],
        "events/scan_events": [
            ([*window, *NO_FILTER], 60),
            ([*window, *_events(0, "nothing")], 800),
            ([*window, *_events(6, "+5511900000007")], 800),
            ([*window, *_events(7, absent)], 800),
        ],
        "messages/find_in_minutes": [
            ([COMPANY, *BEHIND, OLDEST, 51, *_messages(5, "held"), [when.replace(second=0, microsecond=0)]], 500)
        ],
        "events/find_events_by_order": [([*candidates, *_events(5, "order-45000"), *BEHIND, 51], 30)],
        "events/find_events_by_payload": [
            ([*candidates, *_events(7, rare), *BEHIND, 51], 100),
            ([*candidates, *_events(7, absent), *BEHIND, 51], 100),
            ([*candidates, *_events(7, common), *BEHIND, 51], 100),
        ],
        "events/show_event": [([COMPANY, event, when], 20)],
        "events/get_event": [([COMPANY, event, when], 10)],
        "events/find_alias": [([COMPANY, delivery], 10)],
        "events/find_events_by_id": [([*candidates, *NO_FILTER, *BEHIND, 51, [event], [when]], 10)],
        "events/find_events_by_key": [([COMPANY, [event]], 10)],
        "events/page_replay": [
            ([*window[:5], *NO_FILTER, ["pix_created"], True], 900),
            ([*window[:5], *_events(6, "+5511900000007"), None, False], 900),
        ],
        "events/get_replay": [([COMPANY, [event] * 5, [when] * 5, when, when], 60)],
        "events/find_effects": [([COMPANY, [event] * 5, OLDEST], 60)],
        "events/read_caps": [([[event]], 5)],
        "events/list_replays": [([COMPANY, event], 5)],
        "rules/find_changed": [([COMPANY, LAST, None], 10)],
        "events/get_delivery": [([COMPANY, delivery, when], 10)],
        "events/list_deliveries": [([COMPANY, COMPANY, *BEHIND, 51], 400)],
        "events/list_captures": [([COMPANY, COMPANY, 200, 1_048_576], 300)],
        "events/list_refusals": [([COMPANY, COMPANY, OLDEST], 10)],
        "events/count_events": [([COMPANY, OLDEST, NEWEST.created_at, 10_001], 300)],
        "events/count_hits": [([COMPANY, OLDEST, NEWEST.created_at, 500, *_events(0, "nothing")], 400)],
        "events/list_recent_events": [([COMPANY, OLDEST, 100], 120)],
        "messages/list_messages": [([COMPANY, *BEHIND, OLDEST, 51], 60)],
        "messages/scan_marked": [
            ([COMPANY, *BEHIND, OLDEST, WINDOW, 51, *_messages(5, "failed,uncertain")], 300),
            ([COMPANY, *BEHIND, OLDEST, WINDOW, 51, *_messages(5, "failed,uncertain")[:6], "none"], 4 * WINDOW),
        ],
        "messages/scan_messages": [([*window, *_messages(5, "sent")], 800)],
        "messages/find_messages_by_event": [([*candidates, *_messages(0, event), *BEHIND, 51], 30)],
        "messages/find_messages_in_flight": [([COMPANY, [SESSION]], 10)],
        "messages/get_messages": [([COMPANY, [message] * 50, [when] * 50], 300)],
        "messages/list_attempts": [([COMPANY, message, when], 10)],
        "messages/count_messages": [([COMPANY, OLDEST, NEWEST.created_at, 10_001], 300)],
        "messages/count_owned": [],  # of one rule or campaign: below, and tests/storage/test_clues.py
        "messages/count_marks": [([COMPANY, OLDEST, NEWEST.created_at, 10_001, "failed,uncertain"], 300)],
        "messages/count_marked": [
            ([COMPANY, OLDEST, NEWEST.created_at, 500, *_messages(5, "failed,uncertain")], 2_500)
        ],
        "messages/count_hits": [([COMPANY, OLDEST, NEWEST.created_at, 500, *_messages(5, "sent")], 400)],
        "messages/claim_idempotency_key": [([COMPANY, "k", b"h", message], 20)],
        "messages/get_idempotency_key": [([COMPANY, "k"], 10)],
        "messages/list_queue_holds": [([COMPANY, 500], 4_000)],
        "messages/list_resting_holds": [([COMPANY, 1_000], 1_600)],
        "sessions/list_paused_lanes": [([COMPANY], 10)],
        "messages/list_queue": [([COMPANY, 1_000, LAST], 300)],
        **_letter_cases(window, event, message, when),
        **_job_cases(message),
        "companies/insert_company": [([uuid4(), "x", "UTC", LAST], 20)],
        "companies/get_company": [([COMPANY], 5)],
        "companies/list_companies": [([*BEHIND, 51], 5)],
        "companies/update_company": [([COMPANY, "n", None, None, False], 200)],
        "companies/count_companies": [([], 5)],
        "users/insert_user": [([uuid4(), "a@b.test", "", "h", LAST], 20)],
        "users/upsert_membership": [],
        "users/get_user_by_email": [(["a@b.test"], 5)],
        "users/set_password": [([COMPANY, "h"], 10)],
        "users/list_memberships": [([COMPANY], 10)],
        "users/list_members": [([COMPANY], 10)],
        "users/get_user": [([COMPANY], 5)],
        "users/has_reset_link": [([b"h", LAST], 5)],
        "users/propose_totp": [([COMPANY, b"s"], 10)],
        "users/put_reset_link": [([COMPANY, uuid4(), b"h", "", LAST, LAST], 20)],
        "users/replace_recovery_codes": [([COMPANY, []], 10)],
        "users/set_totp": [([COMPANY, b"s", 1], 10)],
        "users/take_recovery_code": [([COMPANY, b"c"], 5)],
        "users/take_reset_link": [([b"h", LAST], 5)],
        "users/take_totp_step": [([COMPANY, 1], 10)],
        **_people_cases(event, message),
        "users/update_profile": [([COMPANY, "n", None, None], 10)],
        "api_keys/insert_api_key": [([uuid4(), COMPANY, "n", "p", b"h", "owner", LAST, None], 60)],
        "api_keys/find_api_key": [([b"h"], 5)],
        "api_keys/get_api_key": [([COMPANY, COMPANY], 5)],
        "api_keys/list_api_keys": [([COMPANY, *BEHIND, 51], 5)],
        "api_keys/count_api_keys": [([COMPANY], 5)],
        "api_keys/revoke_api_key": [([COMPANY, COMPANY], 5)],
        "api_keys/touch_api_keys": [([[COMPANY], [LAST]], 10)],
        "meta_apps/load_meta_apps": [([None], 5)],
        "meta_apps/get_meta_app": [([COMPANY, "1"], 5)],
        "meta_apps/upsert_meta_app": [(["1", COMPANY, b"s"], 20)],
        **_outgoing_cases(event, message, when),
        **_export_cases(message),
        **_small_cases(message),
    }


def _outgoing_cases(event: UUID, delivery: UUID, when: datetime) -> dict[str, list[tuple[list[Any], int]]]:
    new, webhook = uuid4(), SESSION
    page = [COMPANY, webhook, *BEHIND, 51]
    row = ["n", "https://x.test", ["message.sent"], 5, True, b"s", LAST]
    return {
        "outgoing/claim_deliveries": [([LAST, LAST, 100, "webhook.test"], 300)],
        "outgoing/count_deliveries": [([COMPANY, webhook, ["pending", "delivered", "failed"]], 700)],
        "outgoing/count_outgoing_webhooks": [([COMPANY], 10)],
        "outgoing/delete_outgoing_webhook": [([COMPANY, new, LAST], 20), ([COMPANY, webhook, LAST], 2_500)],
        "outgoing/disable": [([COMPANY, webhook, "r", LAST], 20)],
        "outgoing/forget_deliveries": [([OLDEST, 500], 10)],
        "outgoing/get_delivery": [([COMPANY, webhook, delivery], 10)],
        "outgoing/get_events": [([COMPANY, [event] * 50, [when] * 50], 300)],
        "outgoing/get_outgoing_webhook": [([COMPANY, webhook], 10)],
        "outgoing/insert_delivery": [([COMPANY, webhook, new, "rule.step", "{}", LAST, False], 60)],
        "outgoing/insert_outgoing_webhook": [([new, COMPANY, *row], 40)],
        "outgoing/list_deliveries": [(page, 80)],
        "outgoing/list_deliveries_in_state": [([*page, "pending"], 80), ([*page, "failed"], 120)],
        "outgoing/list_outgoing_webhooks": [([COMPANY, *BEHIND, 51], 10)],
        "outgoing/list_overfull": [([1_000], 300)],
        "outgoing/list_receivers": [([COMPANY, ["message.sent"]], 10)],
        "outgoing/load_watched": [([], 10)],
        "outgoing/lock_outgoing_webhook": [([COMPANY, webhook], 10)],
        "outgoing/note_failure": [([COMPANY, webhook, LAST], 20)],
        "outgoing/note_success": [([COMPANY, webhook, LAST], 20)],
        "outgoing/record_attempt": [([COMPANY, delivery, 0, "failed", None, 500, "r", 20, "[{}]", LAST], 60)],
        "outgoing/resend_delivery": [([COMPANY, webhook, delivery, LAST], 60)],
        "outgoing/take_changes": [([200], 1_600)],
        "outgoing/tell": [([COMPANY, "campaign.finished", "{}", 1], 20)],
        "outgoing/update_outgoing_webhook": [([COMPANY, webhook, *row], 40)],
    }


def _export_cases(export: UUID) -> dict[str, list[tuple[list[Any], int]]]:
    new = uuid4()
    return {
        "exports/add_chunk": [([COMPANY, export, b"x", 1, 1, True], 60)],
        "exports/count_exports": [([COMPANY], 700)],
        "exports/delete_export": [([COMPANY, export], 30)],
        "exports/forget_exports": [([OLDEST, 10], 10)],
        "exports/get_export": [([COMPANY, export], 10)],
        "exports/insert_export": [([new, COMPANY, "events", "f", "{}", False, LAST, LAST, 30_000], 900)],
        "exports/list_exports": [([COMPANY, *BEHIND, 51], 300)],
        "exports/read_chunk": [([COMPANY, export, 0], 20)],
    }


def _letter_cases(
    window: tuple[Any, ...], event: UUID, message: UUID, when: datetime
) -> dict[str, list[tuple[list[Any], int]]]:
    nothing: list[object] = [None] * 6
    one = [[uuid4()], [COMPANY], [event], [message], [SESSION], ["permanent"], ["131026"], ["r"], [when], [when]]
    return {
        "dead_letters/scan_dead_letters": [([*window, "event", *nothing], 100)],
        "dead_letters/count_hits": [([COMPANY, OLDEST, NEWEST.created_at, 500, *nothing, False], 100)],
        "open_dead_letters/scan_open_dead_letters": [([*window, "event", *nothing], 100)],
        "open_dead_letters/count_hits": [([COMPANY, OLDEST, NEWEST.created_at, 500, *nothing, False], 100)],
        "dead_letters/get_dead_letter": [([COMPANY, message], 5)],
        "dead_letters/summarise": [([COMPANY, OLDEST, NEWEST.created_at, 500], 100)],
        "dead_letters/weigh_letters": [([COMPANY, [message] * 50], 300)],
        "dead_letters/weigh_messages": [([COMPANY, [message], [message], [when], when, when], 30)],
        "dead_letters/list_campaign_messages": [([COMPANY, [message] * 50], 300)],
        "dead_letters/lock_of_messages": [([COMPANY, [message] * 50, when], 300)],
        "dead_letters/list_event_letters": [([COMPANY, [message] * 50], 300)],
        "dead_letters/resolve": [([COMPANY, [message], [event], when, "retried"], 40)],
        "dead_letters/bury": [([*one, when, when], 60)],
        "events/set_replay_of": [([COMPANY, [event], [when], [event], when, when], 120)],
    }


def _job_cases(job: UUID) -> dict[str, list[tuple[list[Any], int]]]:
    lease = timedelta(seconds=15)
    new = uuid4()
    return {
        "jobs/insert_job": [([new, COMPANY, "k", "{}", None, None, LAST, None, None], 60)],
        "jobs/get_job": [([COMPANY, job], 5)],
        "jobs/list_jobs": [
            ([COMPANY, *BEHIND, 51, None, None, None], 20),
            ([COMPANY, *BEHIND, 51, "import", "done", None], 20),
        ],
        "jobs/count_jobs": [([COMPANY, None, None, None], 500)],
        "jobs/request_cancel": [([COMPANY, job], 5)],
        "jobs/claim_job": [(["w", lease, ["k"]], 10)],
        "jobs/checkpoint_job": [([job, 0, "{}", 1, 0, False, None, None, 0.0, lease], 5)],
        "jobs/end_job": [([job, 0, "failed", "x"], 5)],
        "jobs/postpone_job": [([job, 0, 1, "x", 1.0], 5)],
        "jobs/extend_jobs": [([[job], [0], lease], 5)],
        "jobs/release_jobs": [(["w"], 5)],
        "jobs/list_live_jobs": [([[COMPANY], 30], 20)],
        "jobs/forget_jobs": [([OLDEST, 100], 5)],
        "jobs/count_open": [([], 5)],
        "schedules/put_schedule": [([new, COMPANY, "sync", job, "{}", 60, 0, None, LAST, True, LAST], 60)],
        "schedules/drop_schedule": [([COMPANY, "sync", new], 5)],
        "schedules/list_schedules": [([COMPANY, *BEHIND, 51, None, None], 300)],
        "schedules/count_schedules": [([COMPANY, None, None], 500)],
        "schedules/get_schedule": [([COMPANY, job], 10)],
        "schedules/find_schedule": [([COMPANY, "sync", job], 10)],
        "schedules/set_active": [([COMPANY, job, False, None], 40)],
        "schedules/claim_due": [([LAST, 100], 10)],
        "schedules/insert_jobs": [([[new], [COMPANY], ["k"], ["{}"], [job], LAST], 60)],
        "schedules/advance": [([[job], [LAST], [None], LAST], 40)],
        "bulk/insert_preview": [([new, COMPANY, "a", "{}", None, LAST, LAST, None], 80)],
        "bulk/get_preview": [([COMPANY, job], 5)],
        "bulk/lock_preview": [([COMPANY, job], 10)],
        "bulk/set_counts": [([COMPANY, job, "{}"], 20)],
        "bulk/use_preview": [([COMPANY, job, job], 20)],
        "bulk/forget_previews": [([OLDEST, 100], 5)],
    }


def _people_cases(event: UUID, message: UUID) -> dict[str, list[tuple[list[Any], int]]]:
    new, entry = uuid4(), ["user", COMPANY, "a@b.test", "updateRule", "rule", "r-7", "n", "{}", "", "", True]
    window = (COMPANY, *BEHIND, OLDEST, WINDOW, 51)
    return {
        "users/page_members": [([COMPANY, *BEHIND, 51], 10)],
        "users/count_members": [([COMPANY], 5)],
        "users/get_member": [([COMPANY, COMPANY], 10)],
        "users/lock_owners": [([COMPANY], 10)],
        "users/set_role": [([COMPANY, COMPANY, "viewer"], 10)],
        "users/remove_member": [([COMPANY, COMPANY], 10)],
        "users/add_member": [],
        "users/is_member": [([COMPANY, "a@b.test"], 10)],
        "users/put_invitation": [([COMPANY, new, b"h", "a@b.test", "viewer", "", LAST, LAST], 30)],
        "users/page_invitations": [([COMPANY, *BEHIND, 51, LAST], 5)],
        "users/count_invitations": [([COMPANY, LAST], 5)],
        "users/get_invitation": [([COMPANY, new, LAST], 5)],
        "users/delete_invitation": [([COMPANY, new], 5)],
        "users/find_invitation": [([b"h", LAST], 10)],
        "users/take_invitation": [([b"h", LAST], 5)],
        "audit/insert_entries": [([[new], [COMPANY], LAST, *entry], 150)],
        "audit/finish_entries": [([[message], "rule", "r-7", "n", "{}"], 150)],
        "audit/drop_entries": [([[message]], 20)],
        "audit/list_audit": [([COMPANY, *BEHIND, OLDEST, 51], 60)],
        "audit/scan_audit": [
            ([*window, None, None, None, None], 60),
            ([*window, None, "nothing", None, None], 600),
            ([*window, None, None, "template", None], 600),
        ],
        "audit/count_audit": [([COMPANY, OLDEST, NEWEST.created_at, 10_001], 300)],
        "audit/count_hits": [([COMPANY, OLDEST, NEWEST.created_at, 500, None, "nothing", None, None], 400)],
        "audit/list_installation_audit": [([*BEHIND, 51], 10)],
        "audit/count_installation_audit": [([], 10)],
        "search/find_events_by_order": [([COMPANY, "order-45000", 5], 30)],
        "search/find_events_by_id": [([COMPANY, [event], [LAST], 5], 20)],
        "search/find_events_by_phone": [([COMPANY, "+5511900000007", 5], 40), ([COMPANY, "+1", 5], 30)],
        "search/find_messages_by_phone": [([COMPANY, "+5511900000007", 5], 40), ([COMPANY, "+1", 5], 30)],
        "search/find_message": [([COMPANY, event, LAST], 10)],
        "search/find_contacts": [([COMPANY, "'00000001ana':*", "+5511900000007", 5], 30)],
        "search/find_named": [],
    }


def _small_cases(message: UUID) -> dict[str, list[tuple[list[Any], int]]]:
    cases: dict[str, list[tuple[list[Any], int]]] = {}
    for plural, singular in (
        ("rules", "rule"),
        ("templates", "template"),
        ("sessions", "session"),
        ("webhooks", "webhook"),
    ):
        cases |= {
            f"{plural}/list_{plural}": [([COMPANY, *BEHIND, 51], 10)],
            f"{plural}/count_{plural}": [([COMPANY], 10)],
            f"{plural}/get_{singular}": [([COMPANY, message], 10)],
            f"{plural}/lock_{singular}": [([COMPANY, message], 10)],
            f"{plural}/delete_{singular}": [([COMPANY, message], 10)],
        }
    new = uuid4()
    webhook = [b"s", b"h", "{}", "{}"]
    template = ["n", "plain", "pt_BR", "utility", "b", "[]", "{}", "approved"]
    session = ["1", None, None, b"t", 80, "TIER_250"]
    return {
        **cases,
        "rules/insert_rule": [([new, COMPANY, "n", True, "{}", LAST], 40)],
        "rules/update_rule": [([COMPANY, message, "n", True, "{}"], 10)],
        "rules/list_versions": [([COMPANY, message, 9, 51], 10)],
        "rules/list_rule_names": [([COMPANY, [message], LAST], 10)],
        "templates/find_template": [([COMPANY, "n", "pt_BR"], 10)],
        "templates/get_review": [([COMPANY, message], 10)],
        "templates/list_languages": [([COMPANY, "n"], 10)],
        "templates/list_template_rules": [([COMPANY, str(message)], 40)],
        "templates/list_variants": [([COMPANY, "n"], 10)],
        "templates/import_templates": [([COMPANY, [new], *([one] for one in template), [LAST]], 40)],
        "templates/insert_template": [([new, COMPANY, *template, LAST], 40)],
        "templates/update_template": [([COMPANY, message, *template], 10)],
        "sessions/insert_session": [([new, COMPANY, "n", "cloud", None, "2", *session[1:], "{}", LAST], 40)],
        "sessions/update_session": [([COMPANY, message, "n", None, "3", *session[1:], "active", None, None, "{}"], 10)],
        "sessions/load_numbers": [([None], 10)],
        "sessions/list_usage": [([COMPANY, [message, COMPANY], OLDEST, OLDEST], 40)],
        "sessions/count_portfolio_users": [([COMPANY, ["1"], LAST], 20)],
        "webhooks/load_webhooks": [([None], 10), ([COMPANY], 10)],
        "webhooks/list_webhook_ids": [([COMPANY], 10)],
        **_sync_cases(message),
        "webhooks/sum_hours": [([COMPANY, COMPANY, OLDEST], 20)],
        "webhooks/sum_all_hours": [([COMPANY, [COMPANY, message], OLDEST], 20)],
        "webhooks/summarise": [([COMPANY, [COMPANY, message], OLDEST], 40)],
        "webhooks/find_unparsed": [([COMPANY, COMPANY, 200], 1200)],
        "webhooks/insert_webhook": [([new, COMPANY, "n", "s", True, "{}", *webhook, LAST], 60)],
        "webhooks/update_webhook": [([COMPANY, message, "n", "s", True, "{}", *webhook], 10)],
    }


def _sync_cases(new: UUID) -> dict[str, list[tuple[list[Any], int]]]:
    asked = [json.dumps({"eventId": f"ext-{number}"}) for number in range(50_000, 50_100)]
    ids = [f"ext-{number}" for number in range(50_000, 50_100)]
    return {
        "syncs/insert_sync": [],
        "syncs/get_sync": [([COMPANY, new], 10)],
        "syncs/list_syncs": [([COMPANY, *BEHIND, 51, None], 10)],
        "syncs/count_syncs": [([COMPANY, None], 10)],
        "syncs/update_sync": [([COMPANY, new, "s", b"t", LAST, True, False, LAST], 10)],
        "syncs/retire_sync": [([COMPANY, new, "webhook_deleted", LAST], 20)],
        "syncs/delete_sync": [([COMPANY, new, LAST], 10)],
        "syncs/load_sync": [([COMPANY, new], 10)],
        "syncs/save_page": [],
        "syncs/list_runs": [([COMPANY, new, *BEHIND, 51], 10)],
        "syncs/count_runs": [([COMPANY, new], 10)],
        "syncs/find_keys": [([COMPANY, [new] * 100], 400)],
        "syncs/find_stored": [([COMPANY, COMPANY, list(range(100)), ids, asked], 2_000)],
    }


async def test_no_query_scans_a_large_table_or_reads_many_buffers(large_database: str) -> None:
    connection = await asyncpg.connect(large_database, server_settings={"jit": "off", "timezone": "UTC"})
    row = await connection.fetchrow(EVENT)
    message = await connection.fetchval(MESSAGE)
    assert row is not None
    large = {
        record["relname"]
        for record in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > $1 AND relname !~ '^pg_'", LARGE_PAGES
        )
    }
    assert {"incoming_events_2026_11", "messages_2026_11", "message_queue", "dead_letters"} <= large
    cases = _cases(row["id"], row["delivery_id"], message, row["created_at"])
    defects: list[str] = []
    for mode in ("force_custom_plan", "force_generic_plan"):
        await connection.execute(f"SET plan_cache_mode = {mode}")
        for name, variants in cases.items():
            for arguments, most in variants:
                defects += [
                    f"{name} ({mode}): {why}" for why in await plan_defects(connection, name, arguments, most, large)
                ]
    await connection.close()
    assert defects == []


@pytest.mark.parametrize(
    ("table", "narrow", "arguments"),
    [
        ("events", narrow_events(EventFilter(phone="x")), _events(6, "+5511900000007")),
        ("events", narrow_events(EventFilter(event_type="x")), _events(0, "chargeback")),
        ("events", narrow_events(EventFilter(event_type="x", state="x")), _events(3, "failed")),
        ("events", narrow_events(EventFilter(webhook_id=COMPANY)), _events(2, SESSION)),
        ("events", narrow_events(EventFilter(source="x")), _events(1, "hotmart")),
        ("messages", narrow_messages(MessageFilter(phone="x")), _messages(4, "+5511900000007")),
        ("messages", narrow_messages(MessageFilter(campaign_id=COMPANY)), _messages(1, COMPANY)),
        ("messages", narrow_messages(MessageFilter(rule_id=COMPANY)), _messages(2, COMPANY)),
        ("audit", narrow_audit(AuditFilter(actor_id=COMPANY)), [SESSION, None, None, None]),
        ("audit", narrow_audit(AuditFilter(operation="x")), [None, "deleteRule", None, None]),
        ("audit", narrow_audit(AuditFilter(object_id="x")), [None, None, None, "r-7"]),
    ],
)
async def test_a_rare_value_is_found_and_counted_by_its_own_index(
    large_database: str, table: str, narrow: Narrow | None, arguments: list[object]
) -> None:
    assert narrow is not None
    connection = await asyncpg.connect(large_database, server_settings={"jit": "off", "timezone": "UTC"})
    asked = (
        (narrow.put_into(query(f"{table}/scan_{table}"), 7), (COMPANY, *BEHIND, OLDEST, WINDOW, 51)),
        (narrow.put_into(query(f"{table}/count_hits"), 5), (COMPANY, OLDEST, NEWEST.created_at, 10_000)),
    )
    questions = [(text, (*first, *arguments)) for text, first in asked]
    if narrow.owned:
        owned = narrow.put_into(query(f"{table}/count_owned"), 5 - narrow.position)
        questions.append((owned, (COMPANY, OLDEST, NEWEST.created_at, 10_001, arguments[narrow.position])))
    for mode in ("force_custom_plan", "force_generic_plan"):
        await connection.execute(f"SET plan_cache_mode = {mode}")
        for text, given in questions:
            explained = await connection.fetchval("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, *given)
            plan = json.loads(explained)[0]["Plan"]
            assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 30, (mode, explained)
    await connection.close()


@pytest.mark.parametrize("kind", sorted(NAMED))
async def test_things_are_found_by_name_in_their_company_alone(large_database: str, kind: str) -> None:
    connection = await asyncpg.connect(large_database, server_settings={"jit": "off", "timezone": "UTC"})
    table, about, present = NAMED[kind]
    text = query("search/find_named").replace("/*table*/", table).replace("/*about*/", about)
    await connection.execute("SET enable_seqscan = off")  # these tables are small here: is there an index at all?
    rows = await connection.fetch("EXPLAIN " + text.replace("/*present*/", present), COMPANY, "pix", 5)
    await connection.close()
    explained = [row[0] for row in rows]
    assert any(f"idx_{table}_company_id" in line for line in explained), explained


def test_every_query_has_a_case() -> None:
    folder = Path(storage.__file__).parent / "sql"
    known = set(_cases(COMPANY, COMPANY, COMPANY, LAST))
    stored = {f"{area}/{file.stem}" for area in AREAS for file in (folder / area).glob("*.sql")}
    assert stored == known


def test_every_query_begins_with_its_purpose_and_its_index() -> None:
    folder = Path(storage.__file__).parent / "sql"
    for area in AREAS:
        for file in (folder / area).glob("*.sql"):
            lines = file.read_text(encoding="utf-8").splitlines()
            assert lines[0].startswith("-- "), file
            assert lines[1].startswith("-- "), file


async def test_every_partitions_payload_index_has_a_short_pending_list(large_database: str) -> None:
    connection = await asyncpg.connect(large_database)
    await connection.execute("SELECT masteria_make_partitions('2031-05-01')")
    options = await connection.fetch(
        "SELECT c.reloptions FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam "
        "WHERE a.amname = 'gin' AND c.relkind = 'i' AND i.indrelid IN "
        "(SELECT inhrelid FROM pg_inherits WHERE inhparent = 'incoming_events'::regclass)"
    )
    await connection.close()
    assert len(options) >= 4
    assert {tuple(row["reloptions"]) for row in options} == {("gin_pending_list_limit=512",)}
