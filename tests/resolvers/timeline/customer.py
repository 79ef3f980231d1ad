"""An account with one of each that its events can name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import (
    Account,
    ContentFeedback,
    ContentUsage,
    Entity,
    Handoff,
    LeadFeedback,
    StageTransition,
    Touchpoint,
)
from resolvers.ids import encode
from tests.factories.account import account, contact
from tests.factories.content import asset, usage
from tests.factories.feedback import content_feedback, lead_feedback
from tests.factories.handoff import handoff
from tests.factories.journey import journey, lead, opportunity, stages, transition
from tests.factories.touchpoint import touchpoint
from tests.oracle.desk import Desk

DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
TYPES: dict[str, type[Entity]] = {
    "TOUCHPOINT": Touchpoint,
    "CONTENT_USAGE": ContentUsage,
    "STAGE_TRANSITION": StageTransition,
    "HANDOFF": Handoff,
    "LEAD_FEEDBACK": LeadFeedback,
    "CONTENT_FEEDBACK": ContentFeedback,
}
WAYS = {
    "TOUCHPOINT": ("account", "contact", "lead", "opportunity"),
    "CONTENT_USAGE": ("account", "contact", "lead", "opportunity"),
    "STAGE_TRANSITION": ("lead", "opportunity"),
    "HANDOFF": ("lead",),
    "LEAD_FEEDBACK": ("lead",),
    "CONTENT_FEEDBACK": ("opportunity",),
}
"""By kind: what of an account's an event can name."""

ONE = "query ($id: ID!, $first: Int!, $kinds: [EventKind!]) { account(id: $id) { timeline(first: $first, kinds: $kinds) { totalCount nodes { id } } } }"


@dataclass
class Customer:
    """An account with a contact, a lead and an opportunity, and the events that are written for it."""

    desk: Desk
    owners: dict[str, UUID]
    journeys: dict[str, UUID]
    names: dict[str, str] = field(default_factory=dict)
    """What the test calls each event, by its public id."""

    @property
    def id(self) -> str:
        return encode(Account, self.owners["account"])

    async def event(self, kind: str, *ways: str, at: datetime = DAY, name: str = "", **values: Any) -> str:
        """Write an event that names the account's own in some ways; gives its public id."""
        connection, workspace_id = self.desk.connection, self.desk.workspace_id
        named = {f"{way}_id": self.owners[way] for way in ways}
        key = await self._writers(connection, workspace_id)[kind](named, {"occurred_at": at, **values})
        public_id = encode(TYPES[kind], key)
        self.names[public_id] = name or kind
        return public_id

    def _writers(
        self, connection: AsyncConnection, own: UUID
    ) -> dict[str, Callable[[dict[str, Any], dict[str, Any]], Awaitable[UUID]]]:
        async def used(named: dict[str, Any], values: dict[str, Any]) -> UUID:
            return await usage(connection, own, await asset(connection, own), **named, **values)

        async def moved(named: dict[str, Any], values: dict[str, Any]) -> UUID:
            (way,) = (column.removesuffix("_id") for column in named)
            stage = (await stages(connection, own))["sal"]
            return await transition(connection, own, self.journeys[way], stage, **named, **values)

        async def handed(named: dict[str, Any], values: dict[str, Any]) -> UUID:
            return await handoff(connection, own, **named, handed_over_at=values.pop("occurred_at"), **values)

        return {
            "TOUCHPOINT": lambda named, values: touchpoint(connection, own, **named, **values),
            "CONTENT_USAGE": used,
            "STAGE_TRANSITION": moved,
            "HANDOFF": handed,
            "LEAD_FEEDBACK": lambda named, values: lead_feedback(connection, own, **named, **values),
            "CONTENT_FEEDBACK": lambda named, values: content_feedback(connection, own, **named, **values),
        }

    async def timeline(self, kinds: Sequence[str] | None = None, first: int = 100) -> list[str]:
        """What the test calls the account's events, in their order."""
        answer = await self.desk.ask(ONE, {"id": self.id, "first": first, "kinds": kinds})
        listed = answer["account"]["timeline"]
        assert len(listed["nodes"]) == min(listed["totalCount"], first)
        return [self.names[node["id"]] for node in listed["nodes"]]


async def found(asked: Desk) -> Customer:
    """Write a new customer without events."""
    connection, own = asked.connection, asked.workspace_id
    company = await account(connection, own)
    journeys = {way: await journey(connection, own) for way in ("lead", "opportunity")}
    owners = {
        "account": company,
        "contact": await contact(connection, own, account_id=company),
        "lead": await lead(connection, own, account_id=company, journey_id=journeys["lead"]),
        "opportunity": await opportunity(connection, own, account_id=company, journey_id=journeys["opportunity"]),
    }
    return Customer(asked, owners, journeys)
