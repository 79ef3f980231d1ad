from __future__ import annotations

import pytest

from benchmarks.check import Answers, canonical, require_equal, require_same_size
from benchmarks.errors import BenchmarkError

ID = "0192f7c4-0000-7000-8000-000000000001"


def answers(*values: object, size: float = 100) -> Answers:
    return Answers(values, size, size + 50)


def test_ways_of_writing_the_same_value_do_not_count() -> None:
    ours = {"id": f"lead_{ID}", "at": "2025-01-01T00:00:00.500Z", "weight": "0.90", "name": "lead_1"}
    theirs = {"id": ID, "at": "2025-01-01T01:00:00.500000+01:00", "weight": 0.9, "name": "lead_1"}
    assert canonical([ours]) == canonical([theirs])
    assert canonical(ours) != canonical({**theirs, "at": "2025-01-01T00:00:00.501Z"})


def test_a_different_value_is_named_by_its_place() -> None:
    left, right = (
        {"leads": {"nodes": [{"name": "A"}, {"name": "B"}]}},
        {"leads": {"nodes": [{"name": "A"}, {"name": "C"}]}},
    )
    with pytest.raises(
        BenchmarkError, match=r"Q2, request 0: ours and theirs differ in \.leads\.nodes\[1\]\.name: B against C"
    ):
        require_equal("Q2", {"ours": answers(left), "theirs": answers(right)})


@pytest.mark.parametrize("empty", [{"lead": None}, {"leads": {"nodes": []}}, {"lead": {"name": None}}])
def test_an_empty_answer_measures_nothing(empty: object) -> None:
    with pytest.raises(BenchmarkError, match="empty answer"):
        require_equal("Q1", {"ours": answers(empty), "theirs": answers(empty)})


def test_sizes_may_differ_by_fifteen_percent() -> None:
    value = {"lead": {"name": "A", "account": None}}
    require_equal("Q1", {"ours": answers(value), "theirs": answers(value, size=115)})
    with pytest.raises(BenchmarkError, match="theirs answers 116 bytes, ours 100"):
        require_equal("Q1", {"ours": answers(value), "theirs": answers(value, size=116)})


def test_errors_under_load_show_in_the_size() -> None:
    require_same_size("Q1-ours", 155, answers({}))
    with pytest.raises(BenchmarkError, match="Q1-ours answered 90 bytes under load, 150 before"):
        require_same_size("Q1-ours", 90, answers({}))
