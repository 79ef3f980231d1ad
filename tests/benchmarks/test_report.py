from __future__ import annotations

from benchmarks.load import Measurement
from benchmarks.operations import Operation
from benchmarks.report import Ratio, as_json, as_markdown, ratios


def measured(*rates: float) -> list[Measurement]:
    return [Measurement(rate=rate, p50=1, p99=1000 / rate, response_bytes=100) for rate in rates]


ROUNDS = {"Q1": {"wavelength": measured(20, 10, 40), "sql": measured(10, 10, 10)}}


def test_ratios_are_taken_round_by_round() -> None:
    found = ratios(ROUNDS, "wavelength")
    assert found == {"Q1": {"vs_sql": Ratio(2.0, 1.0, 4.0), "p99_vs_sql": Ratio(0.5, 0.25, 1.0)}}


def test_json_holds_medians_and_spreads() -> None:
    data = as_json(ratios(ROUNDS, "wavelength"), {"machine": {"cores": 2}})
    assert data == {
        "operations": {
            "Q1": {"vs_sql": 2.0, "vs_sql_spread": [1.0, 4.0], "p99_vs_sql": 0.5, "p99_vs_sql_spread": [0.25, 1.0]}
        },
        "machine": {"cores": 2},
    }


def test_the_table_says_what_was_aimed_at_and_missed() -> None:
    met, missed = (Operation("Q1", "one lead", {"sql": aim}) for aim in (2.0, 2.5))
    found = ratios(ROUNDS, "wavelength")
    assert "| Q1 one lead | 2.00 (1.00 to 4.00), aim 2.0 |" in as_markdown(found, [met], "wavelength", {})
    assert "| Q1 one lead | 2.00 (1.00 to 4.00), aim 2.5 **missed** |" in as_markdown(found, [missed], "wavelength", {})
