"""Random questions for any metric where much has happened, so that answers are rarely nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from resolvers.metrics.catalogue import CATALOGUE
from tests.oracle.profile import examples
from tests.resolvers.metrics.asking import questions
from tests.resolvers.metrics.library import BUSY
from tests.resolvers.metrics.reading import Reading


@given(asked=st.lists(questions(sorted(CATALOGUE)), min_size=8, max_size=8))
@examples(12)
async def test_any_metric(reading: Reading, asked: list[dict[str, Any]]) -> None:
    await reading.metrics(BUSY, *asked)
