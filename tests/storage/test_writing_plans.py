"""Every query of variants and of what models wrote, EXPLAINed on large tables: no sequential scan, few buffers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import storage
from engine.pagination import NEWEST
from masteria.embedded import RunningServer
from tests.storage.explaining import filled_database, plan_defects
from tests.storage.test_plans import COMPANY, LARGE_PAGES, LAST

TEMPLATES, EACH, WRITINGS = 1_200, 25, 30_000
NEW = UUID("0199aaaa-0000-7000-8000-0000000000aa")


@pytest.fixture(scope="module")
def database(postgres: RunningServer, template_database: str) -> Iterator[str]:
    """A database of a company with 1,200 templates of 25 variants each, and 30,000 pieces of writing."""
    with filled_database(postgres, template_database, _seed) as url:
        yield url


async def _seed(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.execute("INSERT INTO companies (id, name) VALUES ($1, 'c')", COMPANY)
    await connection.execute(
        "INSERT INTO templates (id, company_id, name, kind, body) "
        "SELECT gen_random_uuid(), $1, 't' || n, 'plain', 'Oi {{customer_name}}' FROM generate_series(1, $2) AS n",
        COMPANY,
        TEMPLATES,
    )
    await connection.execute(
        "INSERT INTO template_variants (company_id, id, template_id, template_version, text, state, origin, "
        "created_by, created_at, updated_at) "
        "SELECT $1, gen_random_uuid(), t.id, 1 + n % 2, repeat('Oi {{customer_name}} ', 8), "
        "CASE WHEN n % 3 = 0 THEN 'proposed' ELSE 'approved' END, 'person', 'a', "
        "now() - n * interval '1 second', now() "
        "FROM templates t, generate_series(1, $2) AS n",
        COMPANY,
        EACH,
    )
    await connection.execute(
        "INSERT INTO ai_writings (company_id, id, kind, by_model, made, created_by, created_at) "
        "SELECT $1, gen_random_uuid(), 'summary', true, 1, 'a', now() - n * interval '1 second' "
        "FROM generate_series(1, $2) AS n",
        COMPANY,
        WRITINGS,
    )
    await connection.execute("VACUUM ANALYZE")


def _cases(template: UUID, variant: UUID) -> dict[str, tuple[list[Any], int]]:
    behind = (NEWEST.created_at, NEWEST.id)
    noted = [NEW, "summary", None, True, None, 1, "{}", "m", "v", 1, 0, 1, "a", LAST]
    return {
        "variants/list_variants": ([COMPANY, template, *behind, 51], 80),
        "variants/get_variant": ([COMPANY, template, variant], 15),
        "variants/count_variants": ([COMPANY, template], 80),
        "variants/texts_of": ([COMPANY, template], 60),
        "variants/lock_template": ([COMPANY, template], 15),
        "variants/insert_variants": (
            [COMPANY, template, 1, [NEW], ["Oi"], "proposed", "model", None, "a", None, None, LAST],
            60,
        ),
        "variants/update_variant": ([COMPANY, template, variant, 1, "Oi", "approved", "a", LAST, LAST], 60),
        "variants/delete_variant": ([COMPANY, template, variant], 30),
        "ai/list_writings": ([COMPANY, *behind, 51], 80),
        "ai/count_writings": ([COMPANY], 700),
        "ai/note_writing": ([COMPANY, *noted], 60),
        "ai/find_writer": ([COMPANY, None], 10),
        "templates/get_template": ([COMPANY, template], 60),
        "cases/load_templates": ([[COMPANY], [template]], 60),
    }


@pytest.mark.parametrize("name", sorted(_cases(NEW, NEW)))
async def test_no_query_scans_a_large_table_or_reads_many_buffers(database: str, name: str) -> None:
    connection = await asyncpg.connect(database, server_settings={"jit": "off", "timezone": "UTC"})
    large = {
        row[0]
        for row in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > $1", LARGE_PAGES
        )
    }
    assert {"template_variants", "ai_writings"} <= large
    template, variant = await connection.fetchrow("SELECT template_id, id FROM template_variants LIMIT 1")  # type: ignore[misc]
    arguments, most = _cases(template, variant)[name]
    for mode in ("force_custom_plan", "force_generic_plan"):
        await connection.execute(f"SET plan_cache_mode = {mode}")
        assert await plan_defects(connection, name, arguments, most, large) == [], mode
    await connection.close()


def test_every_query_of_variants_has_a_case_and_says_its_purpose_and_its_index() -> None:
    files = sorted((Path(storage.__file__).parent / "sql" / "variants").glob("*.sql"))
    known = {name.partition("/")[2] for name in _cases(NEW, NEW) if name.startswith("variants/")}
    assert {file.stem for file in files} == known
    for file in files:
        first, second, *_ = file.read_text(encoding="utf-8").splitlines()
        assert first.startswith("-- ") and second.startswith("-- Uses "), file
