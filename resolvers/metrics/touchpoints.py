"""Metrics of touchpoints: how many there were, and what they cost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Subquery, Uuid, case, func, literal_column
from sqlalchemy.sql.elements import ColumnElement

from db.models import NOBODY, Touchpoint
from db.rollups import TOUCHPOINTS
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics import axes
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import NUMBER, Axis, Fact, Facts, Scope, Summary
from resolvers.metrics.measure import Aggregate
from resolvers.metrics.metric import Better, Metric, Unit
from resolvers.metrics.rollup import Reading, added_up
from resolvers.metrics.void import happened

_REFS = {
    "channel_id": "channel_id",
    "campaign_id": "campaign_id",
    "owner_id": "member_id",
    "account_id": "account_id",
    "asset_id": "asset_id",
}
_NOTHING: ColumnElement[Any] = literal_column("NULL")
_FREE: ColumnElement[str] = literal_column("''")
"""The currency of what costs nothing, in a roll-up's key."""

_KEPT_AXES: dict[Dimension, Axis] = {Dimension.CHANNEL: axes.ref("channel_id"), **axes.CAMPAIGN}
_AXES: dict[Dimension, Axis] = {**_KEPT_AXES, **axes.OWNER, **axes.ACCOUNT, **axes.ASSET}
(_BY_CHANNEL,) = TOUCHPOINTS.rollups


def _happened(scope: Scope) -> Facts:
    """The touchpoints in the span."""
    touchpoint = open_table(Touchpoint)
    moment = touchpoint.c.occurred_at
    refs = {name: touchpoint.c[column] for name, column in _REFS.items()}
    conditions = [in_workspace(touchpoint), happened(touchpoint), scope.holds(moment)]
    facts = Facts(touchpoint, touchpoint.c.id, moment, refs, conditions)
    facts.money(touchpoint.c.cost, touchpoint.c.currency_code, scope.day(moment))
    return facts


def _counted(scope: Scope) -> Facts:
    sums = {"touchpoints": lambda row: row["touchpoints"]}
    rows = added_up(Reading(TOUCHPOINTS, _BY_CHANNEL, sums, ("channel_id", "campaign_id")), scope)
    return Facts(rows, _NOTHING, _NOTHING, kept_refs(rows), [], weight=rows.c.touchpoints)


def _priced(scope: Scope) -> Facts:
    rows = costs(scope)
    facts = Facts(rows, _NOTHING, _NOTHING, kept_refs(rows), [], weight=rows.c.touchpoints)
    facts.money(case((has_price(rows), rows.c.cost)), rows.c.currency_code, rows.c.day)
    return facts


def costs(scope: Scope) -> Subquery:
    """What touchpoints cost: a row a day, channel, campaign and currency, because rates are of days."""
    sums = {name: (lambda row, name=name: row[name]) for name in ("touchpoints", "cost")}
    return added_up(Reading(TOUCHPOINTS, _BY_CHANNEL, sums, _BY_CHANNEL.keys, by_day=True), scope)


def has_price(rows: Subquery) -> ColumnElement[bool]:
    """Whether a row of costs is of touchpoints that have one."""
    return rows.c.currency_code != _FREE


def kept_refs(rows: Subquery) -> dict[str, ColumnElement[Any]]:
    """What the rows of the roll-up refer to."""
    return {
        name: func.nullif(rows.c[name], literal_column(f"'{NOBODY}'", Uuid())) for name in ("channel_id", "campaign_id")
    }


HAPPENED = Fact(
    Touchpoint,
    _happened,
    _AXES,
    (
        Summary(_counted, frozenset(_KEPT_AXES), frozenset({NUMBER})),
        Summary(_priced, frozenset(_KEPT_AXES), frozenset({"amount", "unrated"})),
    ),
)

METRICS = (
    Metric(
        "TOUCHPOINTS",
        "Touchpoints",
        "Touchpoints in the period.",
        Unit.COUNT,
        Aggregate(HAPPENED),
    ),
    Metric(
        "TOUCHPOINT_COST",
        "Cost of touchpoints",
        "Sum of the costs of the touchpoints in the period, of campaigns or not, each at the rate of its day.",
        Unit.MONEY,
        Aggregate(HAPPENED, "amount"),
        better=Better.LESS,
    ),
)
