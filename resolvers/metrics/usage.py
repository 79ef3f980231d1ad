"""Content usage: how often assets are used, and by how many members. RECREATED is not a use of the asset."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Alias, Integer, and_, distinct, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import ContentUsage, UsageAction
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.period import Period, period

_MAX_RANKED = 100


def is_use(usage: Alias) -> ColumnElement[bool]:
    """Whether an event is a use of its asset."""
    return usage.c.action != constant(UsageAction.RECREATED)


def _counts(usage: Alias) -> list[ColumnElement[Any]]:
    return [func.count().label("uses"), func.count(distinct(usage.c.member_id)).label("users")]


def _happened(usage: Alias, span: Period) -> ColumnElement[bool]:
    return and_(in_workspace(usage), *span.holds(usage.c.occurred_at))


def of_asset(asset: Source, arguments: Arguments) -> Rows:
    """The uses of one asset in a period, in one row."""
    usage, span = open_table(ContentUsage), period(arguments)
    minutes = func.coalesce(func.sum(usage.c.minutes), literal_column("0"), type_=usage.c.minutes.type)
    recreated = func.count().filter(~is_use(usage)).label("recreated")
    uses = func.count().filter(is_use(usage)).label("uses")
    users = func.count(distinct(usage.c.member_id)).filter(is_use(usage)).label("users")
    rows = select(uses, users, recreated, minutes.label("minutes"), asset.c.id.label("asset_id"))
    return Rows(rows.where(_happened(usage, span), usage.c.asset_id == asset.c.id).correlate(asset.row), span)


def by_action(summary: Source, _arguments: Arguments) -> Rows:
    """The asset's events of each action that occurred, by the action's name."""
    usage, span = open_table(ContentUsage), summary.data
    rows = (
        select(usage.c.action, *_counts(usage))
        .where(_happened(usage, span), usage.c.asset_id == summary.c.asset_id)
        .group_by(usage.c.action)
        .order_by(usage.c.action)
    )
    return Rows(rows, estimate=len(UsageAction))


def ranking(_root: Source, arguments: Arguments) -> Rows:
    """The ranking as one row that holds nothing itself."""
    size = arguments["first"].literal()
    if not 1 <= size <= _MAX_RANKED:
        raise bad_user_input(f"'first' must be between 1 and {_MAX_RANKED}.")
    return Rows(select(literal_column("1", Integer).label("one")), (period(arguments), size))


def ranked(report: Source, _arguments: Arguments) -> Rows:
    """The most used assets of the period, the most uses first."""
    span, size = report.data
    usage = open_table(ContentUsage)
    uses, users = _counts(usage)
    rows = (
        select(usage.c.asset_id, uses, users)
        .where(_happened(usage, span), is_use(usage))
        .group_by(usage.c.asset_id)
        .order_by(uses.desc(), usage.c.asset_id)
        .limit(literal_column(str(size)))
    )
    return Rows(rows, estimate=size)
