"""stageTransitionVoid: the journey stands where it would without the transition, which itself stays."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db import standing, won_uses
from db.engine import workspace_transaction
from db.models import ContentAsset, ContentUsage, Journey, Lead, Opportunity, StageTransition, UsageAction
from resolvers.commands.void import void as void_event
from resolvers.ids import encode
from tests.api.client import Client
from tests.conftest import MadeWorkspace, TokenFactory
from tests.factories.content import asset, usage
from tests.factories.journey import journey, lead, opportunity, stages, transition
from tests.factories.void import void
from tests.journeys.conftest import Asking
from tests.journeys.recording import RECORD

Step: TypeAlias = tuple[str, str, int]
"""Whose stage changed, the stage, and the day of March."""
Stand: TypeAlias = tuple[str | None, int | None]
"""A stage and the day on which it was entered."""

VOID = """
mutation Void($event: EntityRefInput!, $reason: String!) {
  stageTransitionVoid(input: { event: $event, reason: $reason }) {
    status
    stageTransition {
      toStage { key }
      voided { reason event { id __typename } }
      opportunity { stage { key } stageEnteredAt closedAt }
    }
    userErrors { code field message }
  }
}
"""
READ = """
query ($lead: ID!, $opportunity: ID!) {
  lead(id: $lead) { stage { key } stageEnteredAt }
  opportunity(id: $opportunity) { stage { key } stageEnteredAt closedAt }
  contentAssets(first: 9, orderBy: [{ field: TITLE }]) { nodes { title wonUses } }
}
"""


@dataclass
class Sale:
    """A lead and an opportunity on one journey; in the latter the guide was used twice, if it is not void."""

    engine: AsyncEngine
    workspace_id: UUID
    client: Client
    subjects: dict[str, UUID]
    stages: dict[str, UUID]
    assets: dict[str, UUID]
    entries: list[UUID] = field(default_factory=list)

    async def enter(self, *steps: Step) -> None:
        """Write transitions in the order of their arrival, and all that follows from them."""
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            to = (connection, self.workspace_id, self.subjects["journey"])
            for whose, stage, day in steps:
                named: dict[str, Any] = {f"{whose}_id": self.subjects[whose]}
                at = datetime(2026, 3, day, tzinfo=UTC)
                self.entries.append(await transition(*to, self.stages[stage], occurred_at=at, **named))
            own = (connection, self.workspace_id)
            journeys, opportunities = (
                select(model.id).where(model.workspace_id == own[1]) for model in (Journey, Opportunity)
            )
            await standing.move(*own, journeys, opportunities)
            await won_uses.recount(*own, select(ContentAsset.id).where(ContentAsset.workspace_id == own[1]))

    async def void(self, place: int, reason: str = "It was a slip.") -> Any:
        """Void the transition of that place."""
        event = {"id": encode(StageTransition, self.entries[place])}
        return (await self.client.data(VOID, {"event": event, "reason": reason}))["stageTransitionVoid"]

    async def stands(self) -> tuple[Stand, Stand, int | None, int]:
        """Where lead and opportunity are, the day of the closing, and the uses of the guide in won opportunities."""
        ids = {
            "lead": encode(Lead, self.subjects["lead"]),
            "opportunity": encode(Opportunity, self.subjects["opportunity"]),
        }
        found = await self.client.data(READ, ids)
        lead, opportunity = (
            (found[one]["stage"] and found[one]["stage"]["key"], _day(found[one]["stageEnteredAt"])) for one in ids
        )
        (_, spare), (title, uses) = ((one["title"], one["wonUses"]) for one in found["contentAssets"]["nodes"])
        assert (spare, title) == (0, "Guide")
        return lead, opportunity, _day(found["opportunity"]["closedAt"]), uses

    async def updated(self) -> list[datetime]:
        """When lead and opportunity were written last."""
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            columns = [
                select(model.updated_at).where(model.workspace_id == self.workspace_id) for model in (Lead, Opportunity)
            ]
            return [(await connection.execute(column)).scalar_one() for column in columns]


def _day(moment: str | None) -> int | None:
    return None if moment is None else datetime.fromisoformat(moment).day


@pytest.fixture
async def sale(engine: AsyncEngine, workspace: MadeWorkspace, asking: Asking, make_token: TokenFactory) -> Sale:
    async with workspace_transaction(engine, workspace.id) as connection:
        own = (connection, workspace.id)
        way = await journey(*own)
        subjects = {
            "journey": way,
            "lead": await lead(*own, journey_id=way),
            "opportunity": await opportunity(*own, journey_id=way),
        }
        assets = {title: await asset(*own, title=title) for title in ("Deck", "Guide")}
        named: dict[str, Any] = {"opportunity_id": subjects["opportunity"]}
        for action in (UsageAction.SENT, UsageAction.VIEWED, UsageAction.RECREATED):
            await usage(*own, assets["Guide"], action=action, **named)
        await void(*own, ContentUsage, await usage(*own, assets["Guide"], **named))
        await usage(*own, assets["Deck"], lead_id=subjects["lead"])
        return Sale(engine, workspace.id, asking(await make_token(workspace.id)), subjects, await stages(*own), assets)


NOWHERE: Stand = (None, None)
MQL, WORKED = ("lead", "mql", 1), ("opportunity", "discovery", 2)


@pytest.mark.parametrize(
    ("steps", "place", "stands"),
    [
        # Where the lead and the opportunity are, when it was closed, and the uses in it if it is won.
        pytest.param([WORKED], 0, (NOWHERE, NOWHERE, None, 0), id="the only one"),
        pytest.param([MQL, ("lead", "sal", 2)], 1, (("mql", 1), NOWHERE, None, 0), id="the last of a lead"),
        pytest.param([MQL, WORKED], 1, (("mql", 1), NOWHERE, None, 0), id="the only one of an opportunity"),
        pytest.param([MQL, WORKED], 0, (("discovery", 2), ("discovery", 2), None, 0), id="the first"),
        pytest.param(
            [MQL, ("lead", "sal", 2), ("opportunity", "discovery", 3)],
            1,
            (("discovery", 3), ("discovery", 3), None, 0),
            id="one in the middle",
        ),
        pytest.param(
            [WORKED, ("opportunity", "won", 3)], 1, (("discovery", 2), ("discovery", 2), None, 0), id="the winning one"
        ),
        pytest.param(
            [WORKED, ("opportunity", "won", 3), ("opportunity", "negotiation", 4)],
            2,
            (("won", 3), ("won", 3), 3, 2),
            id="the reopening one",
        ),
        pytest.param(
            [WORKED, ("opportunity", "won", 3), ("opportunity", "negotiation", 4), ("opportunity", "lost", 5)],
            3,
            (("negotiation", 4), ("negotiation", 4), None, 0),
            id="the losing one after a reopening",
        ),
        pytest.param(
            [("opportunity", "won", 3), ("opportunity", "negotiation", 4), ("opportunity", "won", 5)],
            1,
            (("won", 5), ("won", 5), 5, 2),
            id="the reopening one between two closings",
        ),
        pytest.param(
            [WORKED, ("opportunity", "won", 3), ("opportunity", "recycled", 4)],
            1,
            (("recycled", 4), ("recycled", 4), None, 0),
            id="the closing one before the last",
        ),
        pytest.param(
            [WORKED, ("opportunity", "won", 3), ("opportunity", "recycled", 4)],
            2,
            (("won", 3), ("won", 3), 3, 2),
            id="the last one, which closes nothing",
        ),
        pytest.param(
            [("opportunity", "won", 3), ("opportunity", "proposal", 3)],
            1,
            (("won", 3), ("won", 3), 3, 2),
            id="the later of two at one time",
        ),
        pytest.param(
            [("opportunity", "won", 3), ("lead", "mql", 4)], 0, (("mql", 4), NOWHERE, None, 0), id="the lead goes on"
        ),
    ],
)
async def test_the_journey_stands_where_it_would_without(
    sale: Sale, steps: Sequence[Step], place: int, stands: tuple[Stand, Stand, int | None, int]
) -> None:
    await sale.enter(*steps)
    assert (await sale.void(place))["status"] == "CREATED"
    assert await sale.stands() == stands


async def test_a_voided_win_is_told_and_stays_in_the_list(sale: Sale) -> None:
    await sale.enter(MQL, WORKED, ("opportunity", "won", 3))
    assert await sale.stands() == (("won", 3), ("won", 3), 3, 2)
    public_id = encode(StageTransition, sale.entries[2])
    assert await sale.void(2, " It was a slip. ") == {
        "status": "CREATED",
        "stageTransition": {
            "toStage": {"key": "won"},
            "voided": {"reason": "It was a slip.", "event": {"id": public_id, "__typename": "StageTransition"}},
            "opportunity": {
                "stage": {"key": "discovery"},
                "stageEnteredAt": "2026-03-02T00:00:00+00:00",
                "closedAt": None,
            },
        },
        "userErrors": [],
    }
    listed = "query ($id: ID!) { lead(id: $id) { transitions(first: 9) { nodes { id voided { reason } } } } }"
    found = await sale.client.data(listed, {"id": encode(Lead, sale.subjects["lead"])})
    assert {node["id"]: node["voided"] for node in found["lead"]["transitions"]["nodes"]} == {
        encode(StageTransition, sale.entries[0]): None,
        encode(StageTransition, sale.entries[1]): None,
        public_id: {"reason": "It was a slip."},
    }


async def test_one_after_the_other_until_nothing_is_left(sale: Sale) -> None:
    await sale.enter(MQL, WORKED, ("opportunity", "won", 3))
    seen = []
    for place in (1, 2, 0):
        await sale.void(place)
        seen.append(await sale.stands())
    assert seen == [(("won", 3), ("won", 3), 3, 2), (("mql", 1), NOWHERE, None, 0), (NOWHERE, NOWHERE, None, 0)]


async def test_only_what_moves_is_written(sale: Sale) -> None:
    await sale.enter(MQL, ("lead", "sal", 2), ("lead", "sql", 3), ("opportunity", "discovery", 3))
    before = await sale.updated()
    await sale.void(1)
    assert await sale.updated() == before
    await sale.void(3)
    after = await sale.updated()
    assert (after[0] > before[0], after[1] > before[1]) == (True, True)
    await sale.void(2)
    last = await sale.updated()
    assert (last[0] > after[0], last[1] == after[1]) == (True, True)


async def test_the_stage_that_a_later_one_came_from_stays(sale: Sale) -> None:
    await sale.enter(MQL)
    async with workspace_transaction(sale.engine, sale.workspace_id) as connection:
        named: dict[str, Any] = {"lead_id": sale.subjects["lead"], "occurred_at": datetime(2026, 3, 2, tzinfo=UTC)}
        to = (connection, sale.workspace_id, sale.subjects["journey"], sale.stages["sal"])
        later = await transition(*to, from_stage_id=sale.stages["mql"], **named)
    await sale.void(0)
    document = "query ($id: ID!) { stageTransition(id: $id) { fromStage { key } voided { id } } }"
    found = await sale.client.data(document, {"id": encode(StageTransition, later)})
    assert found["stageTransition"] == {"fromStage": {"key": "mql"}, "voided": None}


async def test_eight_who_void_one_transition_take_it_back_once(sale: Sale) -> None:
    await sale.enter(WORKED, ("opportunity", "won", 3))
    answers = await asyncio.gather(*(sale.void(1) for _ in range(8)))
    assert sorted(answer["status"] for answer in answers) == ["CREATED", *["UNCHANGED"] * 7]
    assert await sale.stands() == (("discovery", 2), ("discovery", 2), None, 0)


async def test_eight_transitions_of_one_journey_voided_at_once(sale: Sale) -> None:
    steps: list[Step] = [("opportunity", "won" if day % 2 else "proposal", day) for day in range(3, 11)]
    await sale.enter(WORKED, *steps)
    await asyncio.gather(*(sale.void(place) for place in range(1, 9)))
    assert await sale.stands() == (("discovery", 2), ("discovery", 2), None, 0)


@pytest.mark.parametrize(("last", "uses"), [("negotiation", 3), ("won", 0)], ids=["won again", "no longer won"])
async def test_a_use_that_is_recorded_meanwhile_waits_and_counts(sale: Sale, last: str, uses: int) -> None:
    """Whoever records a use reads whether the opportunity is won; before the voiding it was otherwise."""
    first = "won" if last == "negotiation" else "discovery"
    await sale.enter(("opportunity", first, 3), ("opportunity", last, 4))
    event = {
        "asset": {"id": encode(ContentAsset, sale.assets["Guide"])},
        "opportunity": {"id": encode(Opportunity, sale.subjects["opportunity"])},
        "action": "SENT",
        "occurredAt": "2026-03-02T10:00:00Z",
    }
    async with workspace_transaction(sale.engine, sale.workspace_id) as connection:
        named = encode(StageTransition, sale.entries[1])
        now = datetime(2026, 3, 9, tzinfo=UTC)
        await void_event(connection, sale.workspace_id, StageTransition, named, "A slip.", member_id=None, now=now)
        recording = asyncio.create_task(sale.client.data(RECORD, {"events": [event]}))
        await asyncio.sleep(0.3)
        assert not recording.done()
    assert (await recording)["contentUsageRecord"]["results"][0]["status"] == "CREATED"
    assert (await sale.stands())[3] == uses
