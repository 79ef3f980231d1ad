"""Metrics of money: what was spent, what leads, qualified journeys and new customers cost, and what came back."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Select, Text, Uuid, cast, func, literal_column, null, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    Account,
    Campaign,
    Entity,
    FunnelStage,
    Journey,
    Lead,
    Opportunity,
    StageKind,
    StageTransition,
    Touchpoint,
)
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics import axes, spells, touchpoints
from resolvers.metrics.attribution import ATTRIBUTED
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import Axis, Fact, Facts, Scope, Summary, is_
from resolvers.metrics.leads import RECEIVED
from resolvers.metrics.measure import Aggregate, Ratio
from resolvers.metrics.metric import Better, Metric, Unit
from resolvers.metrics.period import midnight
from resolvers.metrics.rollup import known
from resolvers.metrics.void import happened

_FIRST: ColumnElement[int] = literal_column("1")
_QUALIFIED = "sql"
"""The key of the stage whose entry makes a journey qualified for sales."""


def _spent(scope: Scope) -> Facts:
    """Costs in the span: of campaigns on the day they begin, and of touchpoints that are of no campaign.

    A touchpoint of a campaign is paid for by the campaign's cost.
    """
    touchpoint = open_table(Touchpoint)
    moment = touchpoint.c.occurred_at
    of_touchpoints = _cost(Touchpoint, touchpoint, moment, cast(null(), Uuid()), touchpoint.c.cost)
    in_span = touchpoint.c.campaign_id.is_(None) & scope.holds(moment) & happened(touchpoint)
    parts = (_spent_on_campaigns(scope), of_touchpoints.where(in_span))
    costs = union_all(*(part.correlate(*scope.outer) for part in parts)).subquery()
    refs = {"campaign_id": costs.c.campaign_id, "channel_id": costs.c.channel_id}
    facts = Facts(costs, costs.c.id, costs.c.at, refs, [], entity=costs.c.entity)
    facts.money(costs.c.cost, costs.c.currency_code, scope.day(costs.c.at))
    return facts


def _spent_on_campaigns(scope: Scope) -> Select[Any]:
    campaign = open_table(Campaign)
    begun = midnight(campaign.c.starts_on, scope.time_zone)
    return _cost(Campaign, campaign, begun, campaign.c.id, campaign.c.actual_cost).where(scope.holds(begun))


def _summed(scope: Scope, *, by_channel: bool) -> Facts:
    """The same costs, those of touchpoints added up by day; ``by_channel``, or there are fewer rows that name none."""
    campaigns = _spent_on_campaigns(scope).correlate(*scope.outer).subquery()
    priced = touchpoints.costs(scope, by_channel=by_channel)
    columns = ("channel_id", "campaign_id", "cost", "currency_code")
    one: ColumnElement[int] = literal_column("1")
    nowhere: ColumnElement[Any] = cast(null(), Uuid())
    channel_id = known(priced.c.channel_id) if by_channel else nowhere
    kept = (channel_id, nowhere, priced.c.cost, priced.c.currency_code)
    costs = union_all(
        select(scope.day(campaigns.c.at).label("day"), one.label("number"), *(campaigns.c[name] for name in columns)),
        select(priced.c.day, priced.c.touchpoints, *kept).where(~priced.c.of_campaign, touchpoints.has_price(priced)),
    ).subquery()
    refs = {"campaign_id": costs.c.campaign_id, "channel_id": costs.c.channel_id}
    facts = Facts(costs, literal_column("NULL"), literal_column("NULL"), refs, [], weight=costs.c.number)
    facts.money(costs.c.cost, costs.c.currency_code, costs.c.day)
    return facts


def _cost(
    model: type[Entity], row: Any, at: ColumnElement[Any], campaign_id: ColumnElement[Any], cost: ColumnElement[Any]
) -> Select[Any]:
    return select(
        cast(constant(model.__tablename__), Text()).label("entity"),
        row.c.id,
        at.label("at"),
        row.c.channel_id,
        campaign_id.label("campaign_id"),
        cost.label("cost"),
        row.c.currency_code,
    ).where(in_workspace(row), cost.is_not(None))


def _qualified(scope: Scope) -> Facts:
    """Journeys whose first entry to the stage of qualified leads, over all history, lies in the span."""
    event, stage = open_table(StageTransition), open_table(FunnelStage)
    entered_at = func.min(event.c.occurred_at).label("entered_at")
    first = (
        select(event.c.journey_id, entered_at)
        .select_from(event.join(stage, stage.c.id == event.c.to_stage_id))
        .where(in_workspace(event, stage), happened(event))
        .where(is_(stage.c.key, _QUALIFIED), event.c.occurred_at < scope.as_of)
        .group_by(event.c.journey_id)
        .correlate(*scope.outer)
        .subquery()
    )
    holds = scope.holds(first.c.entered_at)
    return Facts(first, first.c.journey_id, first.c.entered_at, {"journey_id": first.c.journey_id}, [holds])


def _campaign_of_journey(facts: Facts) -> ColumnElement[Any]:
    """That of its lead or, where there is none, of its opportunity."""
    journey = facts.refs["journey_id"]
    lead, opportunity = facts.one(Lead, "journey_id", journey), facts.one(Opportunity, "journey_id", journey)
    return func.coalesce(lead.c.campaign_id, opportunity.c.campaign_id)


def _new_customers(scope: Scope) -> Facts:
    """Accounts whose first won opportunity was closed in the span; they are told apart by that opportunity."""
    opportunity, stay = open_table(Opportunity), spells.decisions(scope.as_of)
    place = func.row_number().over(
        partition_by=opportunity.c.account_id, order_by=(stay.c.entered_at, opportunity.c.id)
    )
    columns = (opportunity.c.account_id, opportunity.c.journey_id, opportunity.c.campaign_id, stay.c.entered_at)
    won = (
        select(*columns, place.label("place"))
        .select_from(opportunity.join(stay, stay.c.opportunity_id == opportunity.c.id))
        .where(in_workspace(opportunity), opportunity.c.account_id.is_not(None))
        .where(stay.c.left_at.is_(None), is_(stay.c.kind, StageKind.WON))
        .correlate(*scope.outer)
        .subquery()
    )
    refs = {name: won.c[name] for name in ("account_id", "journey_id", "campaign_id")}
    conditions = [won.c.place == _FIRST, scope.holds(won.c.entered_at)]
    return Facts(won, won.c.account_id, won.c.entered_at, refs, conditions)


_COST_AXES: dict[Dimension, Axis] = {Dimension.CHANNEL: axes.ref("channel_id"), **axes.CAMPAIGN}

SPENT = Fact(
    (Campaign, Touchpoint),
    _spent,
    _COST_AXES,
    tuple(
        Summary(partial(_summed, by_channel=by_channel), frozenset(axes_), frozenset({"amount", "unrated"}))
        for by_channel, axes_ in ((False, ()), (True, _COST_AXES))
    ),
)
QUALIFIED = Fact(Journey, _qualified, {**axes.JOURNEY, Dimension.CAMPAIGN: _campaign_of_journey})
NEW_CUSTOMERS = Fact(Account, _new_customers, {**axes.JOURNEY, **axes.ACCOUNT, **axes.CAMPAIGN})

_SPEND = Aggregate(SPENT, "amount")

METRICS = (
    Metric(
        "SPEND",
        "Spend",
        "Actual costs of the campaigns that began in the period, and costs of the touchpoints in it that are of no "
        "campaign, each at the rate of its day.",
        Unit.MONEY,
        _SPEND,
        better=Better.LESS,
    ),
    Metric(
        "COST_PER_LEAD",
        "Cost per lead",
        "Spend ÷ leads received in the period.",
        Unit.MONEY,
        Ratio(_SPEND, Aggregate(RECEIVED)),
        better=Better.LESS,
    ),
    Metric(
        "COST_PER_SQL",
        "Cost per qualified lead",
        "Spend ÷ journeys whose first entry to the stage `sql` lies in the period.",
        Unit.MONEY,
        Ratio(_SPEND, Aggregate(QUALIFIED)),
        better=Better.LESS,
    ),
    Metric(
        "CAC",
        "Cost of a new customer",
        "Spend of marketing and sales ÷ accounts whose first won opportunity was closed in the period.",
        Unit.MONEY,
        Ratio(_SPEND, Aggregate(NEW_CUSTOMERS)),
        better=Better.LESS,
    ),
    Metric(
        "ROMI",
        "Return on marketing investment",
        "Gain on spend: (attributed revenue × the workspace's marginRate − spend) ÷ spend; by channel and campaign "
        "revenue is attributed in equal parts (LINEAR).",
        Unit.RATIO,
        Ratio(Aggregate(ATTRIBUTED, "margin"), _SPEND, net=True),
    ),
)
