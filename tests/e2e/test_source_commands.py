"""`masteria webhook` and `masteria sync` against the real API: what is printed, and exit codes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from engine.credentials import open_sync_token
from engine.ids import ms_to_time
from masteria.commands import FAILED, OK, USAGE, main
from masteria.credentials_file import Credentials
from storage.history_syncs import load_sync
from storage.pool import Pool
from tests.e2e.test_session_commands import Terminal, serve
from tests.rest_rig import NOW_MS, make_key, make_rig
from tests.seeding import add_event

NOW = ms_to_time(NOW_MS)


@pytest.fixture
async def terminal(
    pool: Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[tuple[Terminal, UUID]]:
    rig = await make_rig(pool)
    company_id, _ = await rig.company()
    base_url, end = await serve(rig)
    key = await make_key(rig.services, company_id, "owner")
    Credentials(base_url=base_url, company_id=str(company_id), api_key=key).write(tmp_path)
    yield Terminal(rig, tmp_path, capsys), company_id
    await end()


async def test_what_came_in_by_a_webhook_is_printed(
    terminal: tuple[Terminal, UUID], pool: Pool, tmp_path: Path
) -> None:
    shell, company_id = terminal
    made = await shell.json("webhook", "create", "--source", "minha-loja")
    webhook_id = UUID(made["id"])
    body = {"evento": "VENDA_OK", "cliente": {"nome": "Ana"}}
    event_id = await add_event(pool, company_id, NOW, webhook_id=webhook_id, body=orjson.dumps(body))
    at = NOW - timedelta(hours=1)
    await pool.execute(
        "INSERT INTO door_refusals VALUES ($1, $2, $3, 'token_mismatch', 4, $3)", webhook_id, company_id, at
    )
    code, out, _ = await shell.run("webhook", "activity", made["id"])
    assert code == OK
    assert "last error" in out
    assert "O token não confere." in out
    assert "4 refused" in out
    code, out, _ = await shell.run("webhook", "captures", made["id"])
    assert code == OK
    assert "$.cliente.nome" in out
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"event_type": "$.evento", "types": {"VENDA_OK": "order_approved"}}))
    words = ("webhook", "preview", made["id"], "--event", str(event_id), "--mapping", str(mapping))
    code, out, _ = await shell.run(*words)
    assert code == OK
    assert "order_approved" in out
    assert "read by nobody" in out
    mapping.write_text(json.dumps({"event_typ": "$.evento"}))
    code, _, err = await shell.run(*words)
    assert code == FAILED
    assert "mapping.event_typ" in err
    told = await shell.json("webhook", "test", made["id"], "--event-type", "cart_abandoned")
    assert told["payload"]["eventType"] == "cart_abandoned"


async def test_a_sync_is_added_run_watched_and_paused(
    terminal: tuple[Terminal, UUID], pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, company_id = terminal
    webhook = await shell.json("webhook", "create", "--source", "grapfy")
    (tmp_path / "token.txt").write_text("tok-1\n")
    words = ("sync", "add", webhook["id"], "--setting-id", "s-1", "--since", "2026-01-01T00:00:00Z")
    sync = await shell.json(*words, "--token-file", str(tmp_path / "token.txt"))
    row = await load_sync(pool, company_id, UUID(sync["id"]))
    assert row is not None
    assert open_sync_token(shell.rig.services.vault, row["id"], row["token_sealed"]) == "tok-1"
    monkeypatch.setenv("EMPTY_TOKEN", " ")
    code, _, err = await shell.run(*words, "--token-env", "EMPTY_TOKEN")
    assert (code, "empty" in err) == (FAILED, True)
    code, out, _ = await shell.run("sync", "list")
    assert (code, sync["id"] in out) == (OK, True)

    async def end_jobs(state: str) -> None:
        while not await pool.fetchval("UPDATE jobs SET state = $1 WHERE state = 'queued' RETURNING true", state):
            await asyncio.sleep(0.01)

    for state, code in (("done", OK), ("failed", FAILED)):
        ending = asyncio.create_task(end_jobs(state))
        assert (await shell.run("sync", "run", sync["id"]))[0] == code
        await ending
    assert (await shell.json("sync", "run", sync["id"], "--no-wait"))["state"] == "running"
    assert (await shell.run("sync", "run", sync["id"]))[0] == FAILED  # one at a time
    assert await shell.json("sync", "runs", sync["id"]) == []
    assert (await shell.json("sync", "pause", sync["id"]))["active"] is False
    assert (await shell.json("sync", "resume", sync["id"]))["next_run_at"] is not None
    assert (await shell.json("sync", "delete", sync["id"]))["deleted"] is True
    assert await shell.json("sync", "list") == []


def test_the_group_alone_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync"]) == USAGE
    assert "runs" in capsys.readouterr().out
