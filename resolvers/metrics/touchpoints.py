"""Metrics of touchpoints: how many there were, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import Subquery, case, literal_column
from sqlalchemy.sql.elements import ColumnElement

from db.models import Touchpoint
from db.rollups import TOUCHPOINTS
from db.rollups.kind import Rollup
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics import axes
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import NUMBER, Axis, Fact, Facts, Scope, Summary
from resolvers.metrics.measure import Aggregate
from resolvers.metrics.metric import Better, Metric, Unit
from resolvers.metrics.rollup import Reading, added_up, known
from resolvers.metrics.void import happened

_REFS = {
    "channel_id": "channel_id",
    "campaign_id": "campaign_id",
    "activity_id": "activity_id",
    "owner_id": "member_id",
    "account_id": "account_id",
    "asset_id": "asset_id",
}
_NOTHING: ColumnElement[Any] = literal_column("NULL")
_FREE: ColumnElement[str] = literal_column("''")
"""The currency of what costs nothing, in a roll-up's key."""

_CHANNEL: dict[Dimension, Axis] = {Dimension.CHANNEL: axes.ref("channel_id")}
_AXES: dict[Dimension, Axis] = {
    **_CHANNEL,
    **axes.CAMPAIGN,
    Dimension.ACTIVITY: axes.ref("activity_id"),
    **axes.OWNER,
    **axes.ACCOUNT,
    **axes.ASSET,
}
_BY_CHANNEL, _BY_CAMPAIGN = TOUCHPOINTS.rollups
_SUMS = {"touchpoints": itemgetter("touchpoints"), "cost": itemgetter("cost")}


def _happened(scope: Scope) -> Facts:
    """The touchpoints in the span."""
    touchpoint = open_table(Touchpoint)
    moment = touchpoint.c.occurred_at
    refs = {name: touchpoint.c[column] for name, column in _REFS.items()}
    conditions = [in_workspace(touchpoint), happened(touchpoint), scope.holds(moment)]
    facts = Facts(touchpoint, touchpoint.c.id, moment, refs, conditions)
    facts.money(touchpoint.c.cost, touchpoint.c.currency_code, scope.day(moment))
    return facts


def _summaries() -> Iterator[Summary]:
    """Those with the fewest rows first: costs alone, then by channel, then by campaign, each of numbers and of costs."""
    yield Summary(partial(_priced, _BY_CHANNEL, ("currency_code",)), frozenset(), frozenset({"amount", "unrated"}))
    for rollup, dimensions in ((_BY_CHANNEL, {*_CHANNEL}), (_BY_CAMPAIGN, {*_CHANNEL, *axes.CAMPAIGN})):
        yield Summary(partial(_counted, rollup), frozenset(dimensions), frozenset({NUMBER}))
        yield Summary(partial(_priced, rollup, rollup.keys), frozenset(dimensions), frozenset({"amount", "unrated"}))


def _counted(rollup: Rollup, scope: Scope) -> Facts:
    by = [name for name in _REFS if name in rollup.keys]
    rows = added_up(Reading(TOUCHPOINTS, rollup, {"touchpoints": _SUMS["touchpoints"]}, by), scope)
    return Facts(rows, _NOTHING, _NOTHING, _refs(rows), [], weight=rows.c.touchpoints)


def _priced(rollup: Rollup, by: Sequence[str], scope: Scope) -> Facts:
    rows = _costs(rollup, by, scope)
    facts = Facts(rows, _NOTHING, _NOTHING, _refs(rows), [], weight=rows.c.touchpoints)
    facts.money(case((has_price(rows), rows.c.cost)), rows.c.currency_code, rows.c.day)
    return facts


def costs(scope: Scope, *, by_channel: bool) -> Subquery:
    """What touchpoints cost: a row a day, currency, whether they are of a campaign and, on demand, their channel."""
    by = [name for name in _BY_CHANNEL.keys if by_channel or name != "channel_id"]
    return _costs(_BY_CHANNEL, by, scope)


def _costs(rollup: Rollup, by: Sequence[str], scope: Scope) -> Subquery:
    """By day, because rates are of days."""
    return added_up(Reading(TOUCHPOINTS, rollup, _SUMS, by, by_day=True), scope)


def has_price(rows: Subquery) -> ColumnElement[bool]:
    """Whether a row of costs is of touchpoints that have one."""
    return rows.c.currency_code != _FREE


def _refs(rows: Subquery) -> dict[str, ColumnElement[Any]]:
    return {name: known(rows.c[name]) for name in _REFS if name in rows.c}


HAPPENED = Fact(Touchpoint, _happened, _AXES, tuple(_summaries()))

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
