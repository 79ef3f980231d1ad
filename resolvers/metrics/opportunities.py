"""Metrics of opportunities: what was won and lost, how fast, and what is open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Alias, and_, case, func, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import FunnelStage, Opportunity, StageKind, StageTransition
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics import axes, spells
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.elapsed import days
from resolvers.metrics.fact import Axis, Fact, Facts, Scope, is_
from resolvers.metrics.measure import Aggregate, Distribution, Ratio
from resolvers.metrics.metric import Better, Metric, Unit
from resolvers.metrics.void import happened


def _refs(opportunity: Alias, as_of: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """What the axes of opportunities ask for."""
    names = ("journey_id", "owner_id", "account_id", "campaign_id", "origin_lead_id")
    return {name: opportunity.c[name] for name in names} | {
        "opportunity_id": opportunity.c.id,
        "lost_reason": opportunity.c.lost_reason,
        "named_stage_id": opportunity.c.stage_id,
        "as_of": as_of,
    }


def _pipeline(facts: Facts) -> ColumnElement[Any]:
    """Of the latest stage of an open opportunity that it had entered, or of the one it is held in."""
    event, stage = open_table(StageTransition), open_table(FunnelStage)
    own = facts.refs["opportunity_id"]
    latest = (
        select(stage.c.pipeline_id)
        .select_from(event.join(stage, stage.c.id == event.c.to_stage_id))
        .where(
            in_workspace(event, stage),
            happened(event),
            event.c.opportunity_id == own,
            event.c.occurred_at < facts.refs["as_of"],
            is_(stage.c.kind, StageKind.OPPORTUNITY),
        )
        .order_by(event.c.occurred_at.desc(), event.c.sequence.desc())
        .limit(literal_column("1"))
        .correlate_except(event, stage)
    )
    held = facts.one(FunnelStage, "id", facts.refs["named_stage_id"])
    return func.coalesce(
        latest.scalar_subquery(), case((spells.never_moved("opportunity_id", own), held.c.pipeline_id))
    )


_AXES: dict[Dimension, Axis] = {
    **axes.JOURNEY,
    **axes.OWNER,
    **axes.ACCOUNT,
    **axes.CAMPAIGN,
    **axes.OPPORTUNITY,
    Dimension.PIPELINE: _pipeline,
}


def _closed(scope: Scope) -> Facts:
    """Opportunities whose last opening or closing before ``as_of`` is a closing, which lies in the span."""
    opportunity, stay = open_table(Opportunity), spells.decisions(scope.as_of)
    closing = (is_(stay.c.kind, StageKind.WON), is_(stay.c.kind, StageKind.LOST))
    facts = Facts(
        opportunity.join(stay, stay.c.opportunity_id == opportunity.c.id),
        opportunity.c.id,
        stay.c.entered_at,
        _refs(opportunity, scope.as_of),
        [in_workspace(opportunity), stay.c.left_at.is_(None), or_(*closing), scope.holds(stay.c.entered_at)],
    )
    facts.money(opportunity.c.amount, opportunity.c.currency_code, scope.day(stay.c.entered_at))
    amount, won = facts.values["amount"], closing[0]
    facts.values |= {
        "won": won,
        "lost": closing[1],
        "won_with_amount": won & amount.is_not(None),
        "cycle_days": days(_first_entry(opportunity, scope), stay.c.entered_at),
    }
    return facts


def _first_entry(opportunity: Alias, scope: Scope) -> ColumnElement[Any]:
    event, stage = open_table(StageTransition), open_table(FunnelStage)
    first = (
        select(func.min(event.c.occurred_at))
        .select_from(event.join(stage, stage.c.id == event.c.to_stage_id))
        .where(
            in_workspace(event, stage),
            happened(event),
            event.c.opportunity_id == opportunity.c.id,
            is_(stage.c.kind, StageKind.OPPORTUNITY),
            event.c.occurred_at < scope.as_of,
        )
    )
    return first.correlate_except(event, stage).scalar_subquery()


def _open(scope: Scope) -> Facts:
    """Opportunities that were in a stage of kind OPPORTUNITY at the end of the span."""
    opportunity, stay = open_table(Opportunity), spells.of_opportunities(scope.as_of)
    stage = open_table(FunnelStage)
    held = spells.held(opportunity, "opened_at", scope.end)
    never_moved = spells.never_moved("opportunity_id", opportunity.c.id)
    stage_id = func.coalesce(stay.c.stage_id, case((never_moved, held)))
    rows = opportunity.outerjoin(stay, and_(stay.c.opportunity_id == opportunity.c.id, spells.at(stay, scope.end)))
    rows = rows.join(stage, and_(in_workspace(stage), stage.c.id == stage_id))
    facts = Facts(
        rows,
        opportunity.c.id,
        func.coalesce(stay.c.entered_at, opportunity.c.created_at),
        _refs(opportunity, scope.as_of) | {"stage_id": stage.c.id},
        [in_workspace(opportunity), is_(stage.c.kind, StageKind.OPPORTUNITY)],
    )
    facts.money(opportunity.c.amount, opportunity.c.currency_code, scope.day(scope.as_of))
    facts.values["weighted"] = facts.values["amount"] * stage.c.win_probability
    facts.values["expected_close_on"] = opportunity.c.expected_close_on
    return facts


def _opened(scope: Scope) -> Facts:
    """Opportunities opened in the span."""
    opportunity = open_table(Opportunity)
    moment = opportunity.c.opened_at
    conditions = [in_workspace(opportunity), scope.holds(moment)]
    return Facts(opportunity, opportunity.c.id, moment, _refs(opportunity, scope.as_of), conditions)


CLOSED = Fact(Opportunity, _closed, _AXES | {Dimension.LOST_REASON: axes.ref("lost_reason")})
OPEN = Fact(Opportunity, _open, _AXES | {Dimension.STAGE: axes.ref("stage_id")})
OPENED = Fact(Opportunity, _opened, _AXES)

_WON = Aggregate(CLOSED, where="won")
_WON_AMOUNT = Aggregate(CLOSED, "amount", where="won")

METRICS = (
    Metric(
        "OPPORTUNITIES_OPENED",
        "Opportunities opened",
        "Opportunities whose openedAt lies in the period.",
        Unit.COUNT,
        Aggregate(OPENED),
    ),
    Metric(
        "WON_OPPORTUNITIES",
        "Won opportunities",
        "Opportunities closed as won in the period, by the date of closing.",
        Unit.COUNT,
        _WON,
    ),
    Metric(
        "LOST_OPPORTUNITIES",
        "Lost opportunities",
        "Opportunities closed as lost in the period, by the date of closing.",
        Unit.COUNT,
        Aggregate(CLOSED, where="lost"),
        better=Better.LESS,
    ),
    Metric(
        "WON_AMOUNT",
        "Won amount",
        "Sum of the amounts of the opportunities won in the period, each at the rate of the day it was closed.",
        Unit.MONEY,
        _WON_AMOUNT,
    ),
    Metric(
        "WIN_RATE",
        "Win rate",
        "Won opportunities ÷ (won + lost opportunities), by the date of closing.",
        Unit.RATIO,
        Ratio(_WON, Aggregate(CLOSED)),
    ),
    Metric(
        "WIN_RATE_BY_VALUE",
        "Win rate by value",
        "Amount of won opportunities ÷ amount of won and lost ones, by the date of closing.",
        Unit.RATIO,
        Ratio(_WON_AMOUNT, Aggregate(CLOSED, "amount")),
    ),
    Metric(
        "AVERAGE_DEAL_SIZE",
        "Average deal size",
        "Won amount ÷ won opportunities that have an amount.",
        Unit.MONEY,
        Ratio(_WON_AMOUNT, Aggregate(CLOSED, where="won_with_amount")),
    ),
    Metric(
        "SALES_CYCLE_DAYS",
        "Sales cycle",
        "Days from an opportunity's first entry to a stage of kind OPPORTUNITY to its closing; won ones only.",
        Unit.DAYS,
        Distribution(CLOSED, "cycle_days", where="won"),
        better=Better.LESS,
    ),
    Metric(
        "OPEN_OPPORTUNITIES",
        "Open opportunities",
        "Opportunities in a stage of kind OPPORTUNITY at the end of the period.",
        Unit.COUNT,
        Aggregate(OPEN),
    ),
    Metric(
        "OPEN_PIPELINE",
        "Open pipeline",
        "Sum of the amounts of the opportunities open at the end of the period, at asOf's rate.",
        Unit.MONEY,
        Aggregate(OPEN, "amount"),
    ),
    Metric(
        "WEIGHTED_PIPELINE",
        "Weighted pipeline",
        "Sum of amount × win probability of the stage, over the opportunities open at the end of the period.",
        Unit.MONEY,
        Aggregate(OPEN, "weighted"),
    ),
)
