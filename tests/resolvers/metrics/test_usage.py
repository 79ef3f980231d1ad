"""Content usage over random events, against an oracle that counts them one by one, and by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import workspace_transaction
from db.models import ContentUsage, UsageAction
from resolvers.compiler.errors import ApiError, Code
from tests.conftest import WorkspaceFactory
from tests.factories.account import contact
from tests.factories.content import asset
from tests.factories.member import member
from tests.oracle.desk import desk
from tests.oracle.profile import examples

START = datetime(2026, 3, 7, tzinfo=UTC)
DOCUMENT = """
query ($period: PeriodInput!, $asOf: DateTime, $first: Int!) {
  contentUsage(period: $period, asOf: $asOf, first: $first) {
    nodes { asset { id title } uses users } byAction { action uses users }
  }
  contentAssets(first: 10) {
    nodes { usage(period: $period, asOf: $asOf) { uses users recreated minutes byAction { action uses users } } }
  }
}"""


@dataclass(frozen=True)
class Use:
    """An event; asset, member and contact are told by their places among those of the workspace."""

    asset: int
    action: UsageAction
    hours: int
    member: int | None = None
    contact: int | None = None
    minutes: Decimal | None = None


class Library:
    """A workspace with three assets, two members and a contact, in which events can be tried."""

    def __init__(
        self, engine: AsyncEngine, workspace_id: UUID, assets: list[UUID], members: list[UUID], contacts: list[UUID]
    ) -> None:
        self.engine, self.workspace_id = engine, workspace_id
        self.assets, self.members, self.contacts = assets, members, contacts

    async def ask(self, uses: tuple[Use, ...], **variables: Any) -> Any:
        """The server's answer, which must be the oracle's; the events arrive in the order given."""
        async with desk(self.engine, self.workspace_id) as asked:
            if uses:
                await asked.connection.execute(insert(ContentUsage), [self._row(use) for use in uses])
            return await asked.ask(DOCUMENT, {"first": 10, "period": {"window": "ALL_TIME"}} | variables)

    def _row(self, use: Use) -> dict[str, Any]:
        return {
            "workspace_id": self.workspace_id,
            "asset_id": self.assets[use.asset],
            "action": use.action,
            "member_id": None if use.member is None else self.members[use.member],
            "contact_id": None if use.contact is None else self.contacts[use.contact],
            "minutes": use.minutes,
            "occurred_at": START + timedelta(hours=use.hours),
        }


@pytest.fixture(scope="session")
async def library(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> Library:
    made = await make_workspace(time_zone="America/New_York", fiscal_year_start_month=4)
    async with workspace_transaction(engine, made.id) as connection:
        assets = [await asset(connection, made.id, title=title) for title in ("Guide", "Case", "Slides")]
        members = [await member(connection, made.id, name=name) for name in ("Sam", "Kim")]
        contacts = [await contact(connection, made.id)]
    return Library(engine, made.id, assets, members, contacts)


actors = st.sampled_from([{}, {"member": 0}, {"member": 1}, {"contact": 0}])
minutes = st.none() | st.decimals(0, 600, places=2)
events = st.lists(
    st.builds(
        lambda asset, action, hours, actor, minutes: Use(asset, action, hours, minutes=minutes, **actor),
        st.integers(0, 2),
        st.sampled_from(UsageAction),
        st.integers(0, 60),
        actors,
        minutes,
    ),
    max_size=12,
).map(tuple)
periods = st.sampled_from(
    [
        {"window": "ALL_TIME"},
        {"window": "LAST_30_DAYS"},
        {"window": "THIS_QUARTER"},
        {"window": "THIS_YEAR"},
        # The clocks go forward on the eighth.
        {"from": "2026-03-08", "to": "2026-03-09"},
        {"from": "2026-03-07", "to": "2026-03-07"},
    ]
)
moments = st.none() | st.integers(0, 60).map(lambda hours: (START + timedelta(hours=hours)).isoformat())


@examples(80)
@given(uses=events, period=periods, as_of=moments, first=st.integers(1, 4), data=st.data())
async def test_any_events_count_as_the_definition_says_in_any_order(
    library: Library,
    uses: tuple[Use, ...],
    period: dict[str, str],
    as_of: str | None,
    first: int,
    data: st.DataObject,
) -> None:
    answer = await library.ask(uses, period=period, asOf=as_of, first=first)
    other = tuple(data.draw(st.permutations(uses)))
    assert await library.ask(other, period=period, asOf=as_of, first=first) == answer


async def test_recreating_is_no_use_but_takes_its_minutes(library: Library) -> None:
    uses = (
        Use(1, UsageAction.VIEWED, 0, member=0, minutes=Decimal("1.5")),
        Use(1, UsageAction.SENT, 1, member=0),
        Use(1, UsageAction.VIEWED, 2, contact=0),
        Use(1, UsageAction.VIEWED, 3),
        Use(1, UsageAction.RECREATED, 4, member=1, minutes=Decimal("90.25")),
        Use(0, UsageAction.RECREATED, 5, member=1),
    )
    answer = await library.ask(uses)
    assert [(node["asset"]["title"], node["uses"], node["users"]) for node in answer["contentUsage"]["nodes"]] == [
        ("Case", 4, 1)
    ]
    # Who made two assets again is one member who did that.
    assert answer["contentUsage"]["byAction"] == [
        {"action": "RECREATED", "uses": 2, "users": 1},
        {"action": "SENT", "uses": 1, "users": 1},
        {"action": "VIEWED", "uses": 3, "users": 1},
    ]
    assert [node["usage"] for node in answer["contentAssets"]["nodes"]] == [
        {
            "uses": 0,
            "users": 0,
            "recreated": 1,
            "minutes": "0",
            "byAction": [{"action": "RECREATED", "uses": 1, "users": 1}],
        },
        {
            "uses": 4,
            "users": 1,
            "recreated": 1,
            "minutes": "91.75",
            "byAction": [
                {"action": "RECREATED", "uses": 1, "users": 1},
                {"action": "SENT", "uses": 1, "users": 1},
                {"action": "VIEWED", "uses": 3, "users": 1},
            ],
        },
        {"uses": 0, "users": 0, "recreated": 0, "minutes": "0", "byAction": []},
    ]


@pytest.mark.parametrize("first", [0, 101])
async def test_a_ranking_has_1_to_100_assets(library: Library, first: int) -> None:
    with pytest.raises(ApiError, match=r"^'first' must be between 1 and 100\.$") as caught:
        await library.ask((), first=first)
    assert caught.value.code is Code.BAD_USER_INPUT
