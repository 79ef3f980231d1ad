"""Content usage: how often assets are used, and by how many members. RECREATED is not a use of the asset."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Alias, Integer, Subquery, Text, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.elements import ColumnElement

from db.models import NOBODY, UsageAction, UsageByAsset, UsageByAssetAndMember
from db.rollups import USAGE
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.events import USES, done, usage_sums
from resolvers.metrics.fact import Scope
from resolvers.metrics.period import scope
from resolvers.metrics.rollup import Sums, added_up
from resolvers.ranking import limit, size

_ZERO: ColumnElement[Any] = literal_column("0")
_BY_ASSET, _BY_ASSET_AND_MEMBER = (
    next(one for one in USAGE.rollups if one.model is model) for model in (UsageByAsset, UsageByAssetAndMember)
)


def is_use(usage: Alias) -> ColumnElement[bool]:
    """Whether an event is a use of its asset."""
    return usage.c.action != constant(UsageAction.RECREATED)


def of_asset(asset: Source, arguments: Arguments) -> Rows:
    """The uses of one asset in a period, in one row."""
    span = scope(arguments)
    sums = {**usage_sums(tuple(UsageAction)), "uses": usage_sums(USES)["events"], "recreated": _number("recreated")}
    done_by = _by_member(span, tuple(UsageAction), sums)
    counted = select(
        _total(done_by.c.uses, Integer()).label("uses"),
        func.count().filter(done_by.c.uses > _ZERO, _is_known(done_by)).label("users"),
        _total(done_by.c.recreated, Integer()).label("recreated"),
        func.coalesce(func.sum(done_by.c.minutes), _ZERO, type_=done_by.c.minutes.type).label("minutes"),
        asset.c.id.label("asset_id"),
    )
    return Rows(counted.where(done_by.c.asset_id == asset.c.id).correlate(asset.row), span)


def by_action(summary: Source, _arguments: Arguments) -> Rows:
    """The asset's events of each action that occurred, by the action's name."""
    everything = usage_sums(tuple(UsageAction))["events"]
    sums = {"events": everything, **{action.lower(): _number(action.lower()) for action in UsageAction}}
    done_by = _by_member(summary.data, tuple(UsageAction), sums)
    counts = [done_by.c[action.lower()] for action in UsageAction]
    done_ = (
        func.unnest(array([constant(action) for action in UsageAction]), array(counts))
        .table_valued(column("action", Text()), column("uses", Integer()), name="done")
        .render_derived()
    )
    uses = _total(done_.c.uses, Integer())
    rows = (
        select(
            done_.c.action,
            uses.label("uses"),
            func.count().filter(done_.c.uses > _ZERO, _is_known(done_by)).label("users"),
        )
        .select_from(done_by.join(done_, true()))
        .where(done_by.c.asset_id == summary.c.asset_id)
        .group_by(done_.c.action)
        .having(uses > _ZERO)
        .order_by(done_.c.action)
    )
    return Rows(rows.correlate(summary.row), estimate=len(UsageAction))


def ranking(_root: Source, arguments: Arguments) -> Rows:
    """The ranking as one row that holds nothing itself."""
    return Rows(select(literal_column("1", Integer).label("one")), (scope(arguments), size(arguments)))


def ranked(report: Source, _arguments: Arguments) -> Rows:
    """The most used assets of the period, the most uses first."""
    span, first = report.data
    used = added_up(USAGE, _BY_ASSET, span, usage_sums(USES), partial(done, USES))
    top = (
        select(used.c.asset_id, used.c.events.label("uses"))
        .order_by(used.c.events.desc(), used.c.asset_id)
        .limit(limit(first))
        .subquery()
    )
    by = _by_member(span, USES, usage_sums(USES))
    users = select(func.count()).where(by.c.asset_id == top.c.asset_id, _is_known(by)).correlate(top).scalar_subquery()
    rows = select(top.c.asset_id, top.c.uses, users.label("users")).order_by(top.c.uses.desc(), top.c.asset_id)
    return Rows(rows, estimate=first)


def _by_member(span: Scope, actions: tuple[UsageAction, ...], sums: Sums) -> Subquery:
    return added_up(USAGE, _BY_ASSET_AND_MEMBER, span, sums, partial(done, actions))


def _is_known(done_by: Any) -> ColumnElement[bool]:
    known: ColumnElement[bool] = done_by.c.member_id != literal_column(f"'{NOBODY}'")
    return known


def _number(name: str) -> Any:
    return lambda row: row[name]


def _total(value: ColumnElement[Any], type_: Any) -> ColumnElement[Any]:
    return func.coalesce(func.sum(value), _ZERO, type_=type_)
