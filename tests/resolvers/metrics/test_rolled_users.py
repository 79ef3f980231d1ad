"""Sets of members who used an asset: whoever is put into them, taken out, or unknown, they say what the events say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups
from db.models import BLOCK, NOBODY, UsageAction, UsageByAsset, UsageByMember, UsageDelta, UsersByAsset
from tests.factories.member import member
from tests.oracle.desk import Desk, desk
from tests.resolvers.metrics.happenings import USES, Use
from tests.resolvers.metrics.reading import METRIC
from tests.resolvers.metrics.rolled import OCTOBER, Place, Question, answered, voided, written
from tests.resolvers.metrics.test_rollups import USAGE, asked

ASKED: list[Question] = [
    (USAGE, {"period": OCTOBER, "asOf": None}),
    (USAGE, {"period": {"from": "2025-10-09", "to": "2025-10-10"}, "asOf": None}),
    (METRIC, asked("CONTENT_USERS", "ASSET")[1]),
    (METRIC, asked("CONTENT_USERS", "ASSET", "OWNER")[1]),
]
MORNING = datetime(2025, 10, 9, 9, tzinfo=UTC)
EVENING = datetime(2025, 10, 9, 21, tzinfo=UTC)
LATER = datetime(2025, 10, 20, 12, tzinfo=UTC)


@pytest.fixture
def place(places: dict[str, Place]) -> Place:
    return places["Atlantic/Azores"]


@pytest.fixture
async def at(engine: AsyncEngine, place: Place) -> AsyncIterator[Desk]:
    async with desk(engine, place.id) as made:
        await rollups.rebuild(made.connection, place.id)
        yield made


async def users(at: Desk, period: dict[str, Any]) -> list[int]:
    answer = await at.served(USAGE, {"period": period, "asOf": None})
    return [node["users"] for node in answer["contentUsage"]["nodes"]]


@pytest.mark.parametrize("also", [None, MORNING, EVENING, LATER], ids=["alone", "same", "same day", "same month"])
@pytest.mark.parametrize("merged", [None, 0, 1, 2], ids=["pending", "before any", "between", "after both"])
async def test_a_void_use_takes_its_member_out_unless_another_keeps_them_in(
    at: Desk, place: Place, also: datetime | None, merged: int | None
) -> None:
    """The one use is void, of the same member and asset or not; ``merged`` tells when the deltas are."""
    one, other = (Use(0, 0, UsageAction.SENT, moment) for moment in (MORNING, also or MORNING))
    if also is None:
        other = Use(0, 1, UsageAction.SENT, MORNING)
    ids = []
    for number, use in enumerate((one, other)):
        if merged == number:
            await rollups.merge(at.connection, place.id)
        ids += await written(at.connection, place, rollups.USAGE, [use])
    if merged == 2:
        await rollups.merge(at.connection, place.id)
    await voided(at.connection, place, rollups.USAGE, ids[:1])
    await answered(at, *ASKED)
    await rollups.merge(at.connection, place.id)
    await answered(at, *ASKED)
    assert await users(at, OCTOBER) == [1]
    await voided(at.connection, place, rollups.USAGE, ids[1:])
    await rollups.merge(at.connection, place.id)
    await answered(at, *ASKED)
    assert await users(at, OCTOBER) == []


@pytest.mark.parametrize("which", [0, 1], ids=["the merged one", "the pending one"])
async def test_of_two_events_alike_one_is_merged_and_one_is_void(at: Desk, place: Place, which: int) -> None:
    """Which delta goes does not matter: both say the same."""
    use = Use(0, 0, UsageAction.CUSTOMIZED, MORNING, Decimal(5))
    first = await written(at.connection, place, rollups.USAGE, [use])
    await rollups.merge(at.connection, place.id)
    second = await written(at.connection, place, rollups.USAGE, [use])
    await voided(at.connection, place, rollups.USAGE, [*first, *second][which : which + 1])
    assert await at.connection.scalar(select(func.count()).select_from(UsageDelta)) == 0
    await answered(at, *ASKED)
    await voided(at.connection, place, rollups.USAGE, [*first, *second][1 - which : 2 - which])
    await answered(at, *ASKED)
    await rollups.merge(at.connection, place.id)
    await answered(at, *ASKED)
    assert await users(at, OCTOBER) == []


async def test_more_members_than_a_block_has_bits(at: Desk, place: Place) -> None:
    people = [await member(at.connection, place.id, name=f"Member {number}") for number in range(BLOCK + 3)]
    crowd = Place(**{**vars(place), "members": people})
    uses = [Use(0, number, UsageAction.VIEWED, MORNING) for number in range(len(people))]
    # The first is known twice, and somebody whom nobody knows is no user.
    uses += [Use(0, 0, UsageAction.SENT, LATER), Use(0, None, UsageAction.VIEWED, LATER)]
    ids = await written(at.connection, crowd, rollups.USAGE, uses)
    await rollups.merge(at.connection, place.id, most=BLOCK - 1)
    await answered(at, *ASKED)
    await rollups.merge(at.connection, place.id)
    await answered(at, *ASKED)
    blocks = select(UsersByAsset.block).where(UsersByAsset.span == "MONTH").order_by(UsersByAsset.block)
    assert list(await at.connection.scalars(blocks)) == [0, 1]
    assert await users(at, OCTOBER) == [BLOCK + 3]
    await voided(at.connection, place, rollups.USAGE, [ids[0], ids[BLOCK], ids[-1]])
    await answered(at, *ASKED)
    assert await users(at, OCTOBER) == [BLOCK + 2]


async def test_whom_nobody_knows_is_no_user(at: Desk, place: Place) -> None:
    """But of those who are grouped by what they used, or by who they are, they are a group."""
    ids = await written(at.connection, place, rollups.USAGE, [Use(0, None, UsageAction.VIEWED, MORNING)])
    await rollups.merge(at.connection, place.id)
    await answered(at, *ASKED)
    assert await users(at, OCTOBER) == [0]
    await voided(at.connection, place, rollups.USAGE, ids)
    await answered(at, *ASKED)


async def test_a_read_takes_users_from_the_sets_and_uses_from_the_sums(at: Desk, place: Place) -> None:
    """Otherwise this would be no test of them: whom somebody adds to a row is seen, and told by the check."""
    await written(at.connection, place, rollups.USAGE, USES)
    await rollups.merge(at.connection, place.id)
    await answered(at, *ASKED)
    assert await users(at, OCTOBER) == [1]
    everybody = update(UsersByAsset).where(UsersByAsset.span == "MONTH", UsersByAsset.asset_id == place.assets[0])
    await at.connection.execute(everybody.values(viewed=text("(~ viewed)")))
    await at.connection.execute(update(UsageByAsset).values(shared=UsageByAsset.shared + 5))
    assert await users(at, OCTOBER) == [2, 0]
    found = (await rollups.check(at.connection, place.id)).differences
    assert {(one.table, one.span, *one.excess.items()) for one in found} == {
        ("usage_by_asset", "DAY", ("shared", Decimal(5))),
        ("usage_by_asset", "MONTH", ("shared", Decimal(5))),
        ("users_by_asset", "MONTH", ("viewed", Decimal(1))),
    }
    of_sets = [one for one in found if one.table == "users_by_asset"]
    assert {one.keys["member_id"] for one in of_sets} == {*place.members, NOBODY}
    assert all(one.keys["asset_id"] == place.assets[0] for one in of_sets)


async def test_a_read_over_all_assets_takes_both_from_the_sums_by_member(at: Desk, place: Place) -> None:
    async def by_action() -> list[tuple[str, int, int]]:
        answer = await at.served(USAGE, {"period": OCTOBER, "asOf": None})
        return [(one["action"], one["uses"], one["users"]) for one in answer["contentUsage"]["byAction"]]

    await written(at.connection, place, rollups.USAGE, [*USES, Use(1, None, UsageAction.SENT, MORNING)])
    await rollups.merge(at.connection, place.id)
    assert await by_action() == [("CUSTOMIZED", 1, 1), ("RECREATED", 1, 1), ("SENT", 2, 1)]
    # Of two members and those whom nobody knows, who are no user.
    await at.connection.execute(update(UsageByMember).where(UsageByMember.span == "MONTH").values(shared=5))
    assert await by_action() == [("CUSTOMIZED", 1, 1), ("RECREATED", 1, 1), ("SENT", 2, 1), ("SHARED", 15, 2)]


async def test_who_is_missing_from_a_set_is_told(at: Desk, place: Place) -> None:
    await written(at.connection, place, rollups.USAGE, USES[:1])
    await rollups.merge(at.connection, place.id)
    nobody = update(UsersByAsset).values(sent=text(f"B'0'::bit({BLOCK})"))
    await at.connection.execute(nobody)
    found = (await rollups.check(at.connection, place.id)).differences
    assert [dict(one.excess) for one in found] == [{"sent": Decimal(-1)}] * 2
