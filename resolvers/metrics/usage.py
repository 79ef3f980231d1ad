"""Content usage: how often assets are used, and by how many members. RECREATED is not a use of the asset."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Alias, Integer, Numeric, Text, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.elements import ColumnElement

from db.models import UsageAction
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.events import BY_ASSET, USES, reading, usage_sums
from resolvers.metrics.period import scope
from resolvers.metrics.rollup import added_up
from resolvers.metrics.users import users
from resolvers.ranking import limit, size

_ZERO: ColumnElement[Any] = literal_column("0")
_ACTIONS = tuple(UsageAction)


def is_use(usage: Alias) -> ColumnElement[bool]:
    """Whether an event is a use of its asset."""
    return usage.c.action != constant(UsageAction.RECREATED)


def of_asset(asset: Source, arguments: Arguments) -> Rows:
    """The uses of one asset in a period, in one row."""
    span = scope(arguments)
    sums = {**usage_sums(_ACTIONS), "uses": usage_sums(USES)["events"], "recreated": _number("recreated")}
    done_ = added_up(reading(BY_ASSET, _ACTIONS, sums), span)
    used_by = users(span, {"uses": USES})
    number = select(func.count(used_by.c.member_id)).where(used_by.c.asset_id == asset.c.id).correlate(asset.row)
    counted = select(
        _total(done_.c.uses, Integer()).label("uses"),
        number.scalar_subquery().label("users"),
        _total(done_.c.recreated, Integer()).label("recreated"),
        # Without zeros at the end, of which there are more or less, as it was merged.
        func.trim_scale(_total(done_.c.minutes, Numeric()), type_=Numeric()).label("minutes"),
        asset.c.id.label("asset_id"),
    )
    return Rows(counted.where(done_.c.asset_id == asset.c.id).correlate(asset.row), span)


def by_action(summary: Source, _arguments: Arguments) -> Rows:
    """The asset's events of each action that occurred, by the action's name."""
    names = [action.lower() for action in _ACTIONS]
    sums = {**usage_sums(_ACTIONS), **{name: _number(name) for name in names}}
    counted = added_up(reading(BY_ASSET, _ACTIONS, sums), summary.data)
    used_by = users(summary.data, {action.lower(): (action,) for action in _ACTIONS})
    told = (
        select(*(func.count(used_by.c.member_id).filter(used_by.c[name]).label(name) for name in names))
        .where(used_by.c.asset_id == summary.c.asset_id)
        .correlate(summary.row)
        .lateral()
    )
    each = (
        func.unnest(
            array([constant(action) for action in _ACTIONS]),
            array([counted.c[name] for name in names]),
            array([told.c[name] for name in names]),
        )
        .table_valued(column("action", Text()), column("uses", Integer()), column("users", Integer()), name="each")
        .render_derived()
    )
    rows = (
        select(each.c.action, each.c.uses, each.c.users)
        .select_from(counted.join(told, true()).join(each, true()))
        .where(counted.c.asset_id == summary.c.asset_id, each.c.uses > _ZERO)
        .order_by(each.c.action)
    )
    return Rows(rows.correlate(summary.row), estimate=len(_ACTIONS))


def ranking(_root: Source, arguments: Arguments) -> Rows:
    """The ranking as one row that holds nothing itself."""
    return Rows(select(literal_column("1", Integer).label("one")), (scope(arguments), size(arguments)))


def ranked(report: Source, _arguments: Arguments) -> Rows:
    """The most used assets of the period, the most uses first."""
    span, first = report.data
    used = added_up(reading(BY_ASSET, USES, usage_sums(USES)), span)
    top = (
        select(used.c.asset_id, used.c.events.label("uses"))
        .order_by(used.c.events.desc(), used.c.asset_id)
        .limit(limit(first))
        .subquery()
    )
    by = users(span, {"uses": USES})
    number = select(func.count(by.c.member_id)).where(by.c.asset_id == top.c.asset_id).correlate(top).scalar_subquery()
    rows = select(top.c.asset_id, top.c.uses, number.label("users")).order_by(top.c.uses.desc(), top.c.asset_id)
    return Rows(rows, estimate=first)


def _number(name: str) -> Any:
    return lambda row: row[name]


def _total(value: ColumnElement[Any], type_: Any) -> ColumnElement[Any]:
    return func.coalesce(func.sum(value), _ZERO, type_=type_)
