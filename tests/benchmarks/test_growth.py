from __future__ import annotations

import pytest

from benchmarks.growth import lower_quartile, report
from benchmarks.growth_questions import GOALS, GROUPS, PERIODS, Question, questions
from resolvers.metrics.catalogue import CATALOGUE


def test_every_metric_is_asked_for_in_every_period() -> None:
    asked = {one.key for one in questions("lead_1", {("SPEND", "ragged"): "goal_1"})}
    assert asked >= {f"{key}, {period}" for key in CATALOGUE for period in PERIODS}
    assert "goal on SPEND, ragged" in asked
    assert {*GROUPS, *GOALS} <= set(CATALOGUE)


@pytest.mark.parametrize(("taken", "quartile"), [([1, 9], 3), ([9, 1, 2], 1.5), ([5, 4, 3, 2, 1], 2)])
def test_a_quartile_of_few_times_lies_among_them(taken: list[float], quartile: float) -> None:
    assert lower_quartile(taken) == quartile


def test_the_slowest_size_is_compared_with_the_fastest() -> None:
    times = {200: 0.004, 2000: 0.002, 20000: 0.005}
    met, missed = (Question("SPEND", period, "", {}) for period in ("ragged", "aligned"))
    as_data, as_text = report({met: times, missed: times}, 30)
    milliseconds = {"200": 4.0, "2000": 2.0, "20000": 5.0}
    assert as_data == {
        "questions": {
            "SPEND, ragged": {"milliseconds": milliseconds, "ratio": 2.5, "aim": 3.0},
            "SPEND, aligned": {"milliseconds": milliseconds, "ratio": 2.5, "aim": 1.5},
        },
        "sizes": [200, 2000, 20000],
    }
    assert "| SPEND | ragged | 4.00 | 2.00 | 5.00 | 2.50, aim 3.0 |" in as_text
    assert "| SPEND | aligned | 4.00 | 2.00 | 5.00 | 2.50, aim 1.5 **missed** |" in as_text
