"""Rounds of load over all servers in turn, after a check that they answer alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import check, load
from benchmarks.check import Answers
from benchmarks.cores import Cores
from benchmarks.load import Measurement
from benchmarks.operations import Operation
from benchmarks.servers import SERVERS
from benchmarks.site import Site

WARM_UP_SECONDS = 3


@dataclass(frozen=True)
class Trial:
    """One operation on one server, ready to be measured."""

    name: str
    port: int
    script: Path
    answers: Answers

    def run(self, seconds: int, cores: Cores) -> Measurement:
        """Load the server; raises :class:`BenchmarkError` on any failure or unlike answer."""
        measurement = load.run(self.script, self.port, seconds, cores)
        check.require_same_size(self.name, measurement.response_bytes, self.answers)
        return measurement


def prepare(operation: Operation, ports: Mapping[str, int], site: Site) -> dict[str, Trial]:
    """Ask every server everything once; raises :class:`BenchmarkError` unless they answer alike."""
    trials = {}
    for server, port in ports.items():
        name = f"{operation.name}-{server}"
        requests = SERVERS[server].requests(operation.name, site)
        answers = check.ask(requests, port, name)
        trials[server] = Trial(name, port, load.script(requests, site.cache / f"{name}.lua"), answers)
    check.require_equal(operation.name, {server: trial.answers for server, trial in trials.items()})
    return trials


def measure(
    trials: Mapping[str, Mapping[str, Trial]], rounds: int, seconds: int, cores: Cores
) -> dict[str, dict[str, list[Measurement]]]:
    """Measurements by operation and server, one a round; each round begins with another server."""
    measured: dict[str, dict[str, list[Measurement]]] = {
        operation: {server: [] for server in servers} for operation, servers in trials.items()
    }
    for servers in trials.values():
        for trial in servers.values():
            trial.run(WARM_UP_SECONDS, cores)
    for number in range(rounds):
        print(f"Round {number + 1} of {rounds}")
        for operation, servers in trials.items():
            for server in _rotated(list(servers), number):
                measured[operation][server].append(servers[server].run(seconds, cores))
    return measured


def _rotated(servers: Sequence[str], by: int) -> list[str]:
    start = by % len(servers)
    return [*servers[start:], *servers[:start]]
