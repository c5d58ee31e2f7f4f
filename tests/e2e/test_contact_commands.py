"""`masteria contacts` against the real API and a real worker: a file taken in, listed, opted out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.jobs.contacts_import import ContactsImport
from masteria.commands import FAILED, OK
from masteria.credentials_file import Credentials
from storage.pool import Pool
from tests.actors.jobs_rig import JobWorld
from tests.e2e.test_session_commands import Terminal, serve
from tests.rest_rig import make_key, make_rig

CSV = "Nome;WhatsApp;Plano\nAna;11900000001;anual\nErro;1;x\nRui;11900000002;mensal\n"


@pytest.fixture
async def terminal(
    pool: Pool, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Terminal]:
    rig = await make_rig(pool)
    company_id, _ = await rig.company()
    base_url, end = await serve(rig)
    key = await make_key(rig.services, company_id, "owner")
    Credentials(base_url=base_url, company_id=str(company_id), api_key=key).write(tmp_path)
    world = JobWorld(pool, database_url)
    world.company = company_id
    async with world.worker(ContactsImport):
        yield Terminal(rig, tmp_path, capsys)
    await end()


async def test_a_file_is_looked_at_taken_in_and_its_errors_saved(terminal: Terminal, tmp_path: Path) -> None:
    file, errors = tmp_path / "clientes.csv", tmp_path / "erros.csv"
    file.write_text(CSV, encoding="utf-8")
    code, out, _ = await terminal.run("contacts", "import", str(file), "--preview")
    assert code == OK
    assert "field:plano" in out
    assert "O telefone não é um número válido." in out
    code, _, err = await terminal.run("contacts", "import", str(file))
    assert (code, "--consent-source" in err) == (FAILED, True)
    job = await terminal.json(
        "contacts", "import", str(file), "--consent-source", "loja", "--tag", "vip", "--errors", str(errors)
    )
    assert (job["state"], job["result"]["new"], job["result"]["refused"]) == ("done", 2, 1)
    assert "Erro;1;x;2;não;" in errors.read_text(encoding="utf-8-sig")
    found = await terminal.json("contacts", "list", "--tag", "vip", "--q", "an")
    assert [one["name"] for one in found] == ["Ana"]
    code, out, _ = await terminal.run("contacts", "list")
    assert (code, "Rui" in out, "vip" in out) == (OK, True, True)


async def test_people_are_opted_out_and_in_again(terminal: Terminal) -> None:
    assert await terminal.json("contacts", "opt-out", "11900000001", "11900000002") == {"changed": 2}
    assert await terminal.json("contacts", "opt-out", "11900000001") == {"changed": 0}
    terminal.rig.clock.now_ms += 1
    assert await terminal.json("contacts", "opt-out", "11900000001", "--remove") == {"changed": 1}
    code, _, err = await terminal.run("contacts", "opt-out", "1")
    assert (code, "phones[0]" in err) == (FAILED, True)


async def test_a_file_whose_phones_are_not_found_asks_for_a_mapping(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a;b\nAna;1\n", encoding="utf-8")
    code, _, err = await terminal.run("contacts", "import", str(file), "--consent-source", "loja")
    assert (code, "--mapping" in err) == (FAILED, True)
    told = ("--mapping", "name,phone", "--consent-source", "loja")
    job = await terminal.json("contacts", "import", str(file), *told)
    assert (job["result"]["new"], job["result"]["refused"]) == (0, 1)
