"""``bench boot``: how long the first and the second start take, and what the whole installation weighs at rest."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from bench.instance import own_instance
from bench.options import Options
from bench.report import Report

_SECOND_START_S = 15.0
_PSS_BYTES = 1_600_000_000
_REST_S = 5.0


def run(report: Report, options: Options) -> None:
    """Start twice in one data directory. ``masteria up`` runs with ``--empty``, as in every scenario."""
    folder = Path(tempfile.mkdtemp(prefix="mia-bench-"))
    extra = tuple(part for value in options.set for part in ("--set", value))
    try:
        for name in ("first", "second"):
            report.step(f"{name} start")
            with own_instance(extra, folder) as instance:
                time.sleep(1.0 if options.quick else _REST_S)
                assert instance.processes is not None
                memory = instance.processes.memory()
                stopping = time.monotonic()
                boot_s = instance.boot_s or 0.0
            stop_s = round(time.monotonic() - stopping, 2)
            report.memory[f"{name} start"] = memory
            total = sum(memory.values())
            report.add(f"{name} start", boot_s=boot_s, stop_s=stop_s, pss_bytes=total)
            report.console.print(f"{name} start {boot_s:.1f} s, stop {stop_s:.1f} s, PSS {total / 1e6:,.0f} MB")
            if not options.quick and name == "second":
                report.check("second start under 15 s", boot_s < _SECOND_START_S, f"{boot_s} s")
                report.check("all processes under 1.6 GB", total < _PSS_BYTES, f"{total / 1e6:,.0f} MB (PSS)")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
