"""The money that both departments share, and what parts of it are set aside for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from db.models import Budget, BudgetAllocation, Campaign, JointGoal, Member
from db.seed.company import Company


class Fund(NamedTuple):
    """A budget of one fiscal year, counted from that of the last day."""

    name: str
    year: int
    amount: str
    currency_code: str
    owner: str | None


# The one that pays for goals comes first. Nobody has taken on the trade shows' yet.
FUNDS = (
    Fund("Growth budget", 0, "240000", "USD", "Tomás Rivera"),
    Fund("Growth budget", -1, "180000", "USD", "Tomás Rivera"),
    Fund("Trade show budget", 0, "120000", "EUR", None),
)

# What is set aside for a goal by itself, and spent of it: training, tools and text, not campaigns.
FOR_GOALS = {
    "pipeline": ("25000", "11800"),
    "cost_per_lead": ("18000", "18900"),
    "used_content": ("32000", "20450"),
}


def add_budgets(company: Company) -> list[Budget]:
    """Add the budgets of two fiscal years; the growth budget of this one comes first."""
    members = {member.name: member.id for member in company.rows(Member)}
    budgets = []
    for fund in FUNDS:
        year = company.calendar.fiscal_year + fund.year
        budget = Budget(
            name=f"{fund.name} {year}",
            starts_on=date(year, 1, 1),
            ends_on=date(year + 1, 1, 1),
            amount=Decimal(fund.amount),
            currency_code=fund.currency_code,
            owner_id=members[fund.owner] if fund.owner else None,
        )
        budgets.append(company.add(budget, company.calendar.morning(date(year - 1, 12, 1))))
    return budgets


def add_allocations(company: Company, budgets: list[Budget], goals: dict[str, JointGoal]) -> None:
    """Set aside what each campaign should cost, in the budget of its year and currency, and what goals need besides."""
    for budget in budgets:
        for campaign in company.rows(Campaign):
            if _pays(budget, campaign):
                spent = campaign.actual_cost or Decimal(0)
                allocation = BudgetAllocation(campaign_id=campaign.id, amount=campaign.planned_cost, spent=spent)
                _allocate(company, budget, allocation, campaign)
    for key, (amount, spent_on_it) in FOR_GOALS.items():
        allocation = BudgetAllocation(goal_id=goals[key].id, amount=Decimal(amount), spent=Decimal(spent_on_it))
        _allocate(company, budgets[0], allocation, goals[key])


def _pays(budget: Budget, campaign: Campaign) -> bool:
    return (
        campaign.planned_cost is not None
        and campaign.starts_on is not None
        and campaign.currency_code == budget.currency_code
        and budget.starts_on <= campaign.starts_on < budget.ends_on
    )


def _allocate(company: Company, budget: Budget, allocation: BudgetAllocation, purpose: Campaign | JointGoal) -> None:
    allocation.budget_id = budget.id
    company.add(allocation, max(budget.created_at, purpose.created_at))
