"""``bench imports``: a large CSV file of contacts, as dirty as shops have them, into a list."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from bench.api import Api
from bench.company import BenchCompany, make_company
from bench.contact_file import ContactFile, write_contact_file
from bench.instance import Instance
from bench.options import Options
from bench.report import Report

_ROWS = 1_000_000
_QUICK_ROWS = 20_000
_GOAL_S = 180.0
_PATIENCE_S = 1_800.0
_LOOK_S = 0.2


def run(report: Report, options: Options, instance: Instance) -> None:
    """Hand the file in, take it in, and compare the report with what was written into it; see docs/BENCH.md."""
    company = make_company(instance, 1)
    rows = options.rows or (_QUICK_ROWS if options.quick else _ROWS)
    import_people(report, company, rows, goal_s=_GOAL_S if rows == _ROWS else None)
    if instance.processes is not None:
        report.memory["after"] = instance.processes.memory()
    company.close()


def import_people(
    report: Report, company: BenchCompany, rows: int, goal_s: float | None = None
) -> tuple[str, ContactFile]:
    """Import a file of so many rows; return the list that the people are in, and what the file held."""
    processes = company.instance.processes
    with tempfile.TemporaryDirectory(prefix="mia-bench-") as folder:
        file = write_contact_file(Path(folder) / "clientes.csv", rows)
        list_id = str(company.api.post("/lists", {"name": "Clientes"})["id"])
        report.step(f"importing {rows:,} rows, {file.size / 1e6:.0f} MB")
        before = processes.memory() if processes else {}
        begun = time.monotonic()
        found = company.api.upload("/contacts/import?filename=clientes.csv", file.path, "text/csv")
        received_s = time.monotonic() - begun
    consent = {"source": "formulário da loja"}
    start = {"list_ids": [list_id], "consent": consent}
    job = company.api.post(f"/contacts/import/{found['id']}/start", start)
    done = await_job(company.api, str(job.get("job", job)["id"]))
    took_s = time.monotonic() - begun
    report.add(
        "rows imported",
        rate_s=rows / took_s,
        goal=None if goal_s is None else {"rate_s": rows / goal_s},
        took_s=round(took_s, 2),
        received_s=round(received_s, 2),
        result=done["result"],
    )
    report.console.print(f"{rows:,} rows in {took_s:.1f} s, {received_s:.1f} s of it receiving: {done['result']}")
    if processes is not None:
        report.memory["before the import"], report.memory["after the import"] = before, processes.memory()
    _check(report, company, file, done, str(found["id"]))
    return list_id, file


def await_job(api: Api, job_id: str, patience_s: float = _PATIENCE_S) -> dict[str, Any]:
    """Wait until a job has ended, however, and return it as it then is."""
    deadline = time.monotonic() + patience_s
    while True:
        job: dict[str, Any] = api.get(f"/jobs/{job_id}")
        if job["state"] != "running" or time.monotonic() > deadline:
            return job
        time.sleep(_LOOK_S)


def _check(report: Report, company: BenchCompany, file: ContactFile, job: dict[str, Any], import_id: str) -> None:
    result = job["result"] or {}
    report.check("the import's job is done", job["state"] == "done", f"{job['state']}: {job['error']}")
    # A repeated row that another portion of the file holds finds its person in the book already.
    repeats = sum(result.get(name, 0) for name in ("merged", "updated", "unchanged"))
    told = {name: result.get(name) for name in ("new", "refused", "empty")} | {"repeated": repeats}
    wanted = {"new": file.people, "refused": file.refused, "empty": file.empty, "repeated": file.repeated}
    report.check("every row is told as what it was", told == wanted, f"{told}, written {wanted}")
    status, body = company.api.request("GET", f"/api/v1/contacts/import/{import_id}/errors.csv")
    refused = body.count(";não;".encode())
    report.check("the refused rows are in the file", status == 200 and refused == file.refused, f"{refused:,}")
    listed = company.api.get("/contacts", limit=1)["count"]
    report.check("contacts are there", listed >= min(file.people, 10_000), f"{listed:,} counted, 10,000 at most")
