"""``python -m benchmarks``: install what is missing, check that all servers answer alike, measure, report."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks import database, report
from benchmarks.conditions import conditions
from benchmarks.cores import layout
from benchmarks.dataset import FULL, Sizes
from benchmarks.errors import BenchmarkError
from benchmarks.load import ensure_wrk
from benchmarks.measure import measure, prepare
from benchmarks.operations import OPERATIONS
from benchmarks.servers import SERVERS
from benchmarks.servers.process import running
from db.embedded import EmbeddedServerError

FOLDER = Path(__file__).parent
NAMES = [operation.name for operation in OPERATIONS]


def main() -> int:
    options = _options()
    # Servers and PostgreSQL are stopped on the way out, whoever asks for the end.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    try:
        ensure_wrk()
        _benchmark(options)
    except (BenchmarkError, EmbeddedServerError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


def _benchmark(options: argparse.Namespace) -> None:
    cache = FOLDER / ".cache"
    cache.mkdir(exist_ok=True)
    operations = [operation for operation in OPERATIONS if operation.name in options.only]
    cores, sizes = layout(), _sizes(options)
    with ExitStack() as stack:
        site = stack.enter_context(database.site(sizes, cache, cores.database))
        programs = {name: SERVERS[name].program(site) for name in options.servers}
        ports = {name: stack.enter_context(running(program, cores.server, cache)) for name, program in programs.items()}
        trials = {operation.name: prepare(operation, ports, site) for operation in operations}
        rounds = measure(trials, options.rounds, options.seconds, cores.load)
        about = conditions(site, sizes, cores, rounds=options.rounds, seconds=options.seconds)
    subject = options.servers[0]
    found = report.ratios(rounds, subject)
    text = report.as_markdown(found, operations, subject, about)
    print("\n" + text)
    if options.only == NAMES and options.servers == list(SERVERS):
        report.write(FOLDER / "results", report.as_json(found, about), text)


def _sizes(options: argparse.Namespace) -> Sizes:
    return replace(FULL.scaled(options.scale), usages=round(options.usages * options.scale))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Wavelength beside PostGraphile 5, beside the same SQL by hand, and beside the usual Strawberry server. "
        "A run of everything is kept in benchmarks/results.",
    )
    parser.add_argument("--only", type=_among(NAMES), default=NAMES, metavar="Q1,Q2")
    parser.add_argument(
        "--servers",
        type=_among(list(SERVERS)),
        default=list(SERVERS),
        metavar="NAME,NAME",
        help=f"two or more of {', '.join(SERVERS)}; ratios are those of the first",
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of load, a server, operation and round")
    parser.add_argument("--usages", type=int, default=FULL.usages, help="events in the data set")
    parser.add_argument("--scale", type=float, default=1.0, help="of the whole data set, for a quick look")
    return parser.parse_args()


def _among(allowed: list[str]) -> Callable[[str], list[str]]:
    def parse(value: str) -> list[str]:
        names = value.split(",")
        if unknown := set(names) - set(allowed):
            raise argparse.ArgumentTypeError(f"no {', '.join(sorted(unknown))} among {', '.join(allowed)}")
        return names

    return parse


if __name__ == "__main__":
    sys.exit(main())
