"""A workspace in which content is used, and what of it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import workspace_transaction
from db.models import (
    Account,
    Channel,
    Contact,
    ContentAsset,
    ContentUsage,
    Entity,
    ExternalRef,
    Lead,
    Member,
    Opportunity,
)
from resolvers.compiler.vocabulary import split_id
from resolvers.ids import encode
from tests.api.client import Client
from tests.factories.account import account, contact
from tests.factories.channel import channel
from tests.factories.content import asset
from tests.factories.journey import lead, opportunity, stages
from tests.factories.member import member

RECORD = """
mutation Record($events: [ContentUsageInput!]!, $onError: OnError! = REJECT_ALL) {
  contentUsageRecord(input: { events: $events, onError: $onError }) {
    results { status usage { id } userErrors { code field message } }
    userErrors { code field message }
  }
}
"""


@dataclass(frozen=True)
class World:
    """A workspace with one row of each thing that an event can name, and a second asset and opportunity.

    ``ids`` are public ids. The CRM calls each row by its name here.
    """

    workspace_id: UUID
    engine: AsyncEngine
    client: Client
    ids: Mapping[str, str]

    def event(self, **values: Any) -> dict[str, Any]:
        """An event that can be recorded: the guide was sent; what is None is left out."""
        usual = {"asset": self.named("asset"), "action": "SENT", "occurredAt": "2026-03-02T10:00:00Z"}
        return {name: value for name, value in (usual | values).items() if value is not None}

    def named(self, name: str) -> dict[str, str]:
        """The reference to a row by its id."""
        return {"id": self.ids[name]}

    async def record(self, *events: dict[str, Any], on_error: str = "REJECT_ALL") -> Any:
        """Record events, which is to have no GraphQL errors; gives the payload."""
        answer = await self.client.data(RECORD, {"events": list(events), "onError": on_error})
        return answer["contentUsageRecord"]

    async def count(self) -> tuple[int, int]:
        """How many usages the workspace has, and how many of other systems' keys for them."""
        usages = select(func.count()).select_from(ContentUsage)
        keys = select(func.count()).select_from(ExternalRef).where(ExternalRef.entity == ContentUsage.__tablename__)
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            return (await connection.scalar(usages) or 0, await connection.scalar(keys) or 0)

    async def row(self, usage_id: str) -> dict[str, Any]:
        """A usage as the database has it."""
        found = select(ContentUsage.__table__).where(ContentUsage.id == split_id(usage_id)[1])
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            return dict((await connection.execute(found)).mappings().one())

    async def won_uses(self) -> dict[str, int]:
        """The assets' counts of uses in won opportunities, by title."""
        found = select(ContentAsset.title, ContentAsset.won_uses)
        async with workspace_transaction(self.engine, self.workspace_id) as connection:
            return {row.title: row.won_uses for row in await connection.execute(found)}


async def build(engine: AsyncEngine, workspace_id: UUID, client: Client) -> World:
    """Write the rows of a world into a new workspace."""
    async with workspace_transaction(engine, workspace_id) as connection:
        stage = await stages(connection, workspace_id)
        rows: dict[str, tuple[type[Entity], UUID]] = {
            "asset": (ContentAsset, await asset(connection, workspace_id, title="Guide")),
            "deck": (ContentAsset, await asset(connection, workspace_id, title="Deck")),
            "member": (Member, await member(connection, workspace_id)),
            "contact": (Contact, await contact(connection, workspace_id)),
            "lead": (Lead, await lead(connection, workspace_id)),
            "opportunity": (
                Opportunity,
                await opportunity(connection, workspace_id, stage_id=stage["won"], name="Won"),
            ),
            "open": (
                Opportunity,
                await opportunity(connection, workspace_id, stage_id=stage["proposal"], name="Open"),
            ),
            "account": (Account, await account(connection, workspace_id)),
            "channel": (Channel, await channel(connection, workspace_id, "fair")),
        }
        await _name(connection, workspace_id, rows)
    return World(workspace_id, engine, client, {name: encode(model, key) for name, (model, key) in rows.items()})


async def _name(connection: AsyncConnection, workspace_id: UUID, rows: Mapping[str, tuple[type[Entity], UUID]]) -> None:
    refs = [
        {
            "workspace_id": workspace_id,
            "entity": model.__tablename__,
            "source": "crm",
            "external_id": name,
            "entity_id": key,
        }
        for name, (model, key) in rows.items()
    ]
    await connection.execute(insert(ExternalRef), refs)
