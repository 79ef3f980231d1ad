"""The objects behind a number, page by page, while time goes by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.oracle.desk import desk
from tests.resolvers.metrics.deals import Deal, moment
from tests.resolvers.metrics.library import Event, Piece, Shelf
from tests.resolvers.metrics.reading import Reading

PAGE = """
query ($key: MetricKey!, $side: Side, $after: String, $asOf: DateTime!) {
  metric(key: $key, period: { window: ALL_TIME }, asOf: $asOf) {
    drillDown(side: $side, first: 1, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } }
  }
}"""
SHELF = Shelf(
    pieces=[Piece(reviewed=date(2026, 5, 1)), Piece(reviewed=date(2026, 5, 1)), Piece()],
    deals=[
        Deal(0, 0, True, 0, 0, 0, 1, "USD", frozenset(), held, entries)
        for held, entries in (("discovery", ()), (None, (("discovery", 1),)), (None, (("proposal", 1), ("won", 2))))
    ],
    events=[Event(1, "SENT", asset=place, member=place % 2, deal=place) for place in range(3)],
)


@pytest.mark.parametrize(
    ("key", "side", "objects"),
    [
        ("ACTIVE_JOURNEYS", None, 3),
        ("OPEN_OPPORTUNITIES", None, 2),
        ("OPEN_PIPELINE", None, 2),
        ("INFLUENCED_OPPORTUNITIES", None, 3),
        ("WON_AMOUNT", None, 1),
        ("USED_SHARE", "NUMERATOR", 3),
        ("FRESHNESS", "NUMERATOR", 2),
        ("CONTENT_ADOPTION", "DENOMINATOR", 2),
        ("CONTENT_USES", None, 3),
        ("CONTENT_USERS", None, 2),
    ],
)
async def test_pages_that_are_asked_for_one_after_the_other_hold_every_object_once(
    reading: Reading, key: str, side: str | None, objects: int
) -> None:
    found: list[str] = []
    after, more, now = None, True, moment(12)
    async with desk(reading.engine, reading.library.company.workspace_id) as at:
        await reading.library.write(at.connection, SHELF)
        server = await at.server()
        while more:
            asked: dict[str, Any] = {"key": key, "side": side, "after": after, "asOf": now.isoformat()}
            page = (await server.data(PAGE, asked))["metric"]["drillDown"]
            assert page["totalCount"] == objects
            found += [node["id"] for node in page["nodes"]]
            after, more, now = (
                page["pageInfo"]["endCursor"],
                page["pageInfo"]["hasNextPage"],
                now + timedelta(seconds=1),
            )
    assert len(found) == len(set(found)) == objects
