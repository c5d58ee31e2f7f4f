"""A question to the largest knowledge that a company may have: indexes, few buffers, and soon answered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from masteria.embedded import RunningServer
from storage.knowledge import MOST_PASSAGES
from storage.knowledge_search import KnowledgeSearch
from storage.pool import open_pool
from tests.storage.explaining import filled_database, plan_defects
from tests.storage.test_plans import COMPANY, LARGE_PAGES

_OTHERS = [UUID(int=COMPANY.int + n) for n in range(1, 4)]
_VECTOR = [0.05] * 384
_QUESTION = "prazo entrega curso confeitaria pagamento cartao boleto desconto cupom troca devolucao"
_SOON_S = 3.0  # measured: about 0.1 s


@pytest.fixture(scope="module")
def database(postgres: RunningServer, template_database: str) -> Iterator[str]:
    with filled_database(postgres, template_database, _seed) as url:
        yield url


async def _seed(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    for company in (COMPANY, *_OTHERS):
        await connection.execute("INSERT INTO companies (id, name) VALUES ($1, 'c')", company)
        await connection.execute(
            "INSERT INTO knowledge_sources (company_id, id, kind, name, content, bytes, passages, state, "
            "ready_version, created_by, created_at, updated_at) "
            "SELECT $1, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, "
            "'text', 'f', 't', 1, 50, 'ready', 1, '', now(), now() FROM generate_series(1, 100) AS n",
            company,
        )
        await connection.execute(
            "INSERT INTO knowledge_passages (company_id, source_id, version, position, text, approved, words, vector) "
            "SELECT company_id, id, 1, p, 'texto ' || p, p % 9 = 0, to_tsvector('portuguese', "
            "(ARRAY['prazo entrega', 'curso confeitaria', 'cartao boleto', 'outra', 'troca'])[1 + p % 5] || ' ' || p), "
            "ARRAY(SELECT (random() / 10)::real + p * 0 FROM generate_series(1, 384)) "
            "FROM knowledge_sources, generate_series(0, $2::int / 100 - 1) AS p WHERE company_id = $1",
            company,
            MOST_PASSAGES,
        )
    await connection.execute("VACUUM ANALYZE")


CASES: dict[str, tuple[list[Any], int]] = {
    "near_passages": ([COMPANY, _VECTOR, 60], 40_000),
    "wordy_passages": ([COMPANY, _QUESTION, 30], 40_000),
    "stamp": ([COMPANY], 60),
}


@pytest.mark.parametrize("name", sorted(CASES))
async def test_no_query_scans_a_large_table_or_reads_many_buffers(database: str, name: str) -> None:
    connection = await asyncpg.connect(database, server_settings={"jit": "off", "timezone": "UTC"})
    large = {
        row[0]
        for row in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > $1", LARGE_PAGES
        )
    }
    assert "knowledge_passages" in large
    arguments, most = CASES[name]
    assert await plan_defects(connection, f"knowledge/{name}", arguments, most, large) == []
    await connection.close()


@pytest.mark.parametrize("in_process", [False, True])
async def test_a_question_is_soon_answered(database: str, in_process: bool) -> None:
    pool = await open_pool(database)
    search = KnowledgeSearch(in_process=in_process)
    await search.search(pool, COMPANY, _QUESTION, _VECTOR, 5)
    begun = time.monotonic()
    for _ in range(5):
        found = await search.search(pool, COMPANY, _QUESTION, _VECTOR, 5)
    each = (time.monotonic() - begun) / 5
    print(f"{each * 1000:.0f} ms a question among {MOST_PASSAGES} passages")
    assert len(found) == 5
    assert each < _SOON_S
    await pool.close()
