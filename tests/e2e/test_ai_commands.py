"""`masteria ai eval --knowledge` against the real API: a company's own questions, and labelled ones of a file."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from masteria.commands import OK
from storage.pool import Pool
from tests.actors.answering_rig import add_source
from tests.e2e.test_session_commands import Terminal, terminal

__all__ = ["terminal"]
KNOWN = (
    ("Qual é o prazo de entrega?", "Entregamos em 5 a 8 dias úteis."),
    ("Posso pagar em parcelas?", "Sim, em até seis vezes sem juros."),
    ("Vocês têm loja física?", "Não, vendemos apenas pela internet."),
    ("O curso tem certificado?", "Sim, o certificado sai ao fim da última aula."),
)


async def company_of(pool: Pool) -> UUID:
    company: UUID = await pool.fetchval("SELECT id FROM companies")
    return company


async def test_a_companys_own_questions_are_asked_as_they_stand_and_as_people_type(
    terminal: Terminal, pool: Pool, tmp_path: Path
) -> None:
    company = await company_of(pool)
    chosen = ("ai", "eval", "--knowledge", "--company", str(company))
    code, _, err = await terminal.run(*chosen)
    assert code != OK
    assert "no questions with answers" in err
    for question, answer in KNOWN:
        await add_source(pool, company, "question", question, answer, question)
    told = await terminal.json(*chosen)
    for asked in ("as_written", "as_typed"):
        assert (told[asked]["questions"], told[asked]["first"], told[asked]["first_three"]) == (4, 1.0, 1.0)
    file = tmp_path / "asked.jsonl"
    rows = [{"question": "qdo chega meu pedido?", "source": KNOWN[0][0]}, {"question": "tem loja?", "source": "outra"}]
    file.write_text("\n".join(map(json.dumps, rows)))
    told = await terminal.json(*chosen, "--file", str(file))
    assert (told["as_written"]["questions"], told["as_written"]["first_three"]) == (2, 0.5)
    assert [one["source"] for one in told["as_written"]["missed"]] == ["outra"]
    code, out, _ = await terminal.run(*chosen, "--file", str(file))
    assert (code, "50.0 %" in out, "tem loja?" in out) == (OK, True, True)


@pytest.mark.parametrize("content", ["{}", '{"name": "n", "text": "t"}', "no JSON"])
async def test_a_file_that_is_none_is_named(terminal: Terminal, tmp_path: Path, content: str) -> None:
    file = tmp_path / "wrong.jsonl"
    file.write_text(content)
    code, _, err = await terminal.run("ai", "eval", "--knowledge", "--file", str(file))
    assert code != OK
    assert "wrong.jsonl" in err
