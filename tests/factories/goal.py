from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Budget, BudgetAllocation, Horizon, JointGoal
from tests.factories.base import add


async def joint_goal(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    usual = {
        "workspace_id": workspace_id,
        "name": "Win every second deal",
        "metric": "WIN_RATE",
        "target": Decimal("0.5"),
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2027, 1, 1),
        "horizon": Horizon.LONG,
    }
    return await add(connection, JointGoal, usual, **values)


async def budget(connection: AsyncConnection, workspace_id: UUID, **values: Any) -> UUID:
    usual = {
        "workspace_id": workspace_id,
        "name": "Growth budget 2026",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2027, 1, 1),
        "amount": Decimal(100_000),
        "currency_code": "EUR",
    }
    return await add(connection, Budget, usual, **values)


async def budget_allocation(connection: AsyncConnection, workspace_id: UUID, budget_id: UUID, **values: Any) -> UUID:
    usual = {"workspace_id": workspace_id, "budget_id": budget_id, "amount": Decimal(5_000)}
    return await add(connection, BudgetAllocation, usual, **values)
