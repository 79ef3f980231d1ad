"""From measurements to ratios, and from ratios to the tables that are printed and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import Measurement
from benchmarks.operations import Operation
from benchmarks.servers import wavelength

Rounds = Mapping[str, Mapping[str, Sequence[Measurement]]]
"""Measurements by operation, then by server, one a round."""


@dataclass(frozen=True)
class Ratio:
    """The median over the rounds, and the smallest and the largest."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Ratio:
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f} to {self.most:.2f})"


def ratios(rounds: Rounds, subject: str) -> dict[str, dict[str, Ratio]]:
    """For each operation and peer, ``vs_…`` (requests/s, more is better) and ``p99_vs_…`` (latency, less is better)."""
    found: dict[str, dict[str, Ratio]] = {}
    for operation, servers in rounds.items():
        own = servers[subject]
        found[operation] = {}
        for peer, theirs in servers.items():
            if peer == subject:
                continue
            pairs = list(zip(own, theirs, strict=True))
            found[operation][f"vs_{peer}"] = Ratio.of([one.rate / other.rate for one, other in pairs])
            found[operation][f"p99_vs_{peer}"] = Ratio.of([one.p99 / other.p99 for one, other in pairs])
    return found


def as_json(found: Mapping[str, Mapping[str, Ratio]], conditions: Mapping[str, Any]) -> dict[str, Any]:
    """The medians under the ratios' names, each with its smallest and largest under ``…_spread``."""
    operations = {
        operation: {
            key: value
            for name, ratio in values.items()
            for key, value in (
                (name, round(ratio.median, 3)),
                (f"{name}_spread", [round(ratio.least, 3), round(ratio.most, 3)]),
            )
        }
        for operation, values in found.items()
    }
    return {"operations": operations, **conditions}


def as_markdown(
    found: Mapping[str, Mapping[str, Ratio]],
    operations: Sequence[Operation],
    subject: str,
    conditions: Mapping[str, Any],
) -> str:
    """The tables: requests/s against each peer with what is aimed at, p99 against each peer, and the conditions."""
    peers = [name.removeprefix("vs_") for name in next(iter(found.values())) if name.startswith("vs_")]
    header = "| operation | " + " | ".join(peers) + " |\n|---|" + "---|" * len(peers)
    rate_rows, p99_rows = [], []
    for operation in operations:
        values, title = found[operation.name], f"{operation.name} {operation.title}"
        rates = (f"{values[f'vs_{peer}']}{_aim(operation, subject, peer, values[f'vs_{peer}'])}" for peer in peers)
        rate_rows.append(f"| {title} | {' | '.join(rates)} |")
        p99_rows.append(f"| {title} | {' | '.join(str(values[f'p99_vs_{peer}']) for peer in peers)} |")
    lines = [
        f"## Requests/s of {subject} ÷ those of the peer: more is better",
        "Median of the rounds (smallest to largest).",
        "\n".join([header, *rate_rows]),
        f"## p99 latency of {subject} ÷ that of the peer: less is better",
        "\n".join([header, *p99_rows]),
        "## Conditions",
        "\n".join(f"- {name}: {_shown(value)}" for name, value in conditions.items()),
    ]
    return "\n\n".join(lines) + "\n"


def write(folder: Path, as_data: Mapping[str, Any], as_text: str) -> None:
    """Keep both forms as the latest results."""
    folder.mkdir(exist_ok=True)
    (folder / "latest.json").write_text(json.dumps(as_data, indent=2, ensure_ascii=False) + "\n")
    (folder / "latest.md").write_text("# The latest benchmark\n\n" + as_text)


def _aim(operation: Operation, subject: str, peer: str, ratio: Ratio) -> str:
    if subject != wavelength.NAME or peer not in operation.aims:
        return ""
    return f", aim {operation.aims[peer]}{'' if ratio.median >= operation.aims[peer] else ' **missed**'}"


def _shown(value: Any) -> str:
    return ", ".join(f"{key} {item}" for key, item in value.items()) if isinstance(value, Mapping) else str(value)
