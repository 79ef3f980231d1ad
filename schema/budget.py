"""The money that both departments share, and what it is for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from db import models
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, money, to_many, to_one
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.campaign import Campaign
    from schema.goal import JointGoal
    from schema.workspace import Member


@entity(models.Budget, plural="budgets")
class Budget(Node):
    """The money that both departments share in a period."""

    name: str = column("Name of the budget.")
    starts_on: date = column("The first day of its period.")
    ends_on: date = column("The first day after its period.")
    amount: Money = money("How much there is.", amount="amount")
    owner: Member | None = to_one(models.Budget.owner_id, "The member who answers for it.")
    allocations: Connection[BudgetAllocation] = to_many(
        models.BudgetAllocation.budget_id, "What parts of it are set aside for."
    )
    goals: Connection[JointGoal] = to_many(models.JointGoal.budget_id, "Joint goals that are paid from it.")


@entity(models.BudgetAllocation, plural="budgetAllocations")
class BudgetAllocation(Node):
    """A part of a budget that is set aside for one campaign or one joint goal."""

    budget: Budget = to_one(models.BudgetAllocation.budget_id, "The budget.")
    campaign: Campaign | None = to_one(
        models.BudgetAllocation.campaign_id, "The campaign it is for; null if a joint goal's."
    )
    goal: JointGoal | None = to_one(models.BudgetAllocation.goal_id, "The joint goal it is for; null if a campaign's.")
    amount: Decimal = column("How much is set aside, in the budget's currency.")
    spent: Decimal = column("How much of it is spent, in the budget's currency.")
