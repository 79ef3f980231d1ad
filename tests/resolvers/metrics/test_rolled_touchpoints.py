"""Touchpoints and their costs, whatever is merged, pending or void: answered as the events say."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups
from tests.oracle.profile import examples
from tests.resolvers.metrics.happenings import Touch, touches
from tests.resolvers.metrics.rolled import NUMBERS, ZONES, Place, questions, steps, tried

DOCUMENT = (
    """
query ($period: PeriodInput!, $asOf: DateTime!, $grain: Grain) {
  all: metric(key: TOUCHPOINTS, period: $period, groupBy: [CHANNEL, CAMPAIGN], grain: $grain, asOf: $asOf) {
    ...Numbers
  }
  some: metric(key: TOUCHPOINTS, period: $period, asOf: $asOf, filter: [
    { dimension: CHANNEL, keys: ["search", null] }, { dimension: CAMPAIGN, keys: [null] }
  ]) { ...Numbers }
  costs: metric(key: TOUCHPOINT_COST, period: $period, groupBy: [CHANNEL], grain: $grain, asOf: $asOf) { ...Numbers }
  ofCampaigns: metric(key: TOUCHPOINT_COST, period: $period, groupBy: [CAMPAIGN], asOf: $asOf, filter: [
    { dimension: CHANNEL, keys: ["fair", null] }
  ]) { ...Numbers }
  spend: metric(key: SPEND, period: $period, groupBy: [CAMPAIGN, CHANNEL], grain: $grain, asOf: $asOf) { ...Numbers }
}
"""
    + NUMBERS
)


@examples(40)
@given(zone=st.sampled_from(ZONES), history=steps(touches), asked=st.lists(questions(), min_size=2, max_size=2))
async def test_questions_are_answered_as_the_events_say(
    engine: AsyncEngine,
    places: dict[str, Place],
    zone: str,
    history: list[tuple[list[Touch], int]],
    asked: list[dict[str, Any]],
) -> None:
    """EUR has no rate before the middle of October and two after it; CHF has none."""
    await tried(engine, places[zone], rollups.TOUCHPOINTS, history, *((DOCUMENT, one) for one in asked))
