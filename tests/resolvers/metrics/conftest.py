from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import workspace_transaction
from db.models import Campaign, ExchangeRate
from tests.conftest import WorkspaceFactory
from tests.factories.base import add
from tests.factories.channel import channel
from tests.factories.content import asset
from tests.factories.journey import journey, lead, stages
from tests.factories.member import member
from tests.resolvers.metrics.library import library
from tests.resolvers.metrics.reading import Reading
from tests.resolvers.metrics.rolled import ZONES, Place


@pytest.fixture(scope="session")
async def places(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> dict[str, Place]:
    """A workspace in each of the zones."""
    made = {}
    for zone in ZONES:
        workspace = await make_workspace(time_zone=zone)
        async with workspace_transaction(engine, workspace.id) as connection:
            made[zone] = await _furnished(connection, workspace.id, zone)
    return made


async def _furnished(connection: AsyncConnection, key: UUID, zone: str) -> Place:
    own: dict[str, Any] = {"workspace_id": key}
    for day, rate in ((date(2025, 10, 12), "1.0833"), (date(2025, 10, 27), "1.1")):
        values = {"base_code": "EUR", "quote_code": "USD", "valid_from": day, "rate": Decimal(rate)}
        await add(connection, ExchangeRate, own, **values)
    channels = [await channel(connection, key, name) for name in ("search", "fair")]
    campaigns = []
    for name, begins, code in (("Spring", date(2025, 10, 26), "EUR"), ("Fair", None, "CHF")):
        values = {"name": name, "kind": "EVENT", "status": "RUNNING", "starts_on": begins, "channel_id": channels[0]}
        cost = {"actual_cost": Decimal(900), "currency_code": code}
        campaigns.append(await add(connection, Campaign, own, **values, **cost))
    leads = []
    for _ in range(2):
        way = await journey(connection, key)
        leads.append({"journey_id": way, "lead_id": await lead(connection, key, journey_id=way)})
    keys = await stages(connection, key)
    return Place(
        key,
        zone,
        assets=[await asset(connection, key, title=title) for title in ("Guide", "Case", "Deck")],
        members=[await member(connection, key, name=name) for name in ("Sam", "Kim")],
        channels=channels,
        campaigns=campaigns,
        leads=leads,
        stages=[keys[name] for name in ("mql", "sal")],
    )


@pytest.fixture(scope="session")
async def reading(engine: AsyncEngine, make_workspace: WorkspaceFactory) -> Reading:
    made = await make_workspace(time_zone="America/New_York", fiscal_year_start_month=3)
    async with workspace_transaction(engine, made.id) as connection:
        return Reading(engine, await library(connection, made.id))
