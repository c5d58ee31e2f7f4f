"""``masteria bench SCENARIO`` and ``python -m bench SCENARIO``."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.errors import BenchFailed
from bench.instance import Instance, open_instance
from bench.options import Options
from bench.report import Report

SCENARIOS = {
    "ingest": "how fast events become durable, beside the bare path and a bare COPY",
    "pipeline": "webhook → rule → message → accepted and recorded",
    "live": "1,000 WebSocket clients during 500 events/s",
    "queries": "lists and look-ups over a million events while events come in",
    "day": "100,000 events in the shape of a day, against the promised latencies",
    "ledger": "a campaign through five numbers while everything fails: nothing lost, nothing doubled, no limit broken",
    "throughput": "what one number sends of what it may, and a PIX message that enters during a bulk run",
    "ai": "what people write, understood and answered by a rule while the pipeline runs",
    "statuses": "3,300 receipts and answers a second at Meta's door",
    "imports": "a CSV file of a million contacts, as dirty as shops have them",
    "campaign": "a campaign to a million people, every actor killed in turn",
    "replay": "the preview of a replay of a million events, and what it costs ingest",
    "endurance": "a million events through one instance, and what stays of them",
    "boot": "first and second start, and the memory at rest",
}


def main(arguments: list[str]) -> int:
    """Run a scenario, or compare two result files.

    Returns:
        0 when every check held, 1 when one failed, 2 when the command line makes no sense or nothing could be run.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.scenario == "compare":
        from bench.compare import compare

        return compare(given.first, given.second)
    values = {name: value for name, value in vars(given).items() if name != "scenario"}
    options = Options(**{**values, "set": tuple(given.set or ())})
    signal.signal(signal.SIGTERM, _stop)  # unwinds, so that the instance goes too
    report = Report(given.scenario, options.told(), options.quick)
    try:
        _run(given.scenario, report, options)
    except BenchFailed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return report.finish(options.json)


def _stop(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _run(scenario: str, report: Report, options: Options) -> None:
    module: Any = import_module(f"bench.{scenario}")
    if scenario == "boot":
        module.run(report, options)
        return
    run: Callable[[Report, Options, Instance], None] = module.run
    report.step("starting an instance" if options.url is None else f"using {options.url}")
    wanted = (*module.settings(options), *options.set) if hasattr(module, "settings") else options.set
    extra = tuple(part for value in wanted for part in ("--set", value))
    with open_instance(options.url, options.api_key, options.simulator_url, extra) as instance:
        report.settings |= {**instance.settings, "boot_s": instance.boot_s}
        run(report, options, instance)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="masteria bench", description="Measure, and compare with what is possible.")
    scenarios = parser.add_subparsers(dest="scenario", required=True, metavar="SCENARIO")
    for name, help_text in SCENARIOS.items():
        one = scenarios.add_parser(name, help=help_text, description=help_text)
        one.add_argument("--url", help="measure this instance instead of one of its own")
        one.add_argument("--api-key", help="an installation key of that instance")
        one.add_argument("--simulator-url", help="that instance's simulator (http://127.0.0.1:8002)")
        one.add_argument("--rate", type=float, default=0.0, help="events per second")
        one.add_argument("--seconds", type=float, default=0.0, help="how long each measurement takes")
        one.add_argument("--connections", type=int, default=0, help="connections, or WebSocket clients of live and day")
        one.add_argument("--rows", type=int, default=0, help="events (and messages) stored beforehand, or in the day")
        one.add_argument("--churn", type=int, default=0, help="live: clients that connect and leave afterwards")
        one.add_argument("--questions", type=float, default=0.0, help="queries: questions a second of all kinds")
        one.add_argument("--seed", type=int, default=0, help="decides samples")
        one.add_argument("--quick", action="store_true", help="half a minute, for ratios only")
        one.add_argument("--json", type=Path, help="write the result to this file")
        one.add_argument("--set", action="append", metavar="NAME=VALUE", help="a setting of the instance of its own")
    compare = scenarios.add_parser("compare", help="two result files, figure by figure")
    compare.add_argument("first", type=Path)
    compare.add_argument("second", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
