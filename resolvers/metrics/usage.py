"""Content usage: how often assets are used, and by how many members. RECREATED is not a use of the asset."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from sqlalchemy import Alias, FromClause, Integer, Numeric, Select, Text, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.elements import ColumnElement

from db.models import UsageAction
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.vocabulary import Rows, Source
from resolvers.metrics.events import BY_ASSET, BY_MEMBER, USES, reading, usage_sums
from resolvers.metrics.measure import exact
from resolvers.metrics.period import scope
from resolvers.metrics.rollup import Sums, added_up, known
from resolvers.metrics.users import users
from resolvers.ranking import limit, size

_ZERO: ColumnElement[Any] = literal_column("0")
_ACTIONS = tuple(UsageAction)
_NAMED = {action.lower(): action for action in _ACTIONS}
"""The actions by the names of the roll-ups' columns."""
_EACH: Sums = {"events": usage_sums(_ACTIONS)["events"], **{name: itemgetter(name) for name in _NAMED}}


def is_use(usage: Alias) -> ColumnElement[bool]:
    """Whether an event is a use of its asset."""
    return usage.c.action != constant(UsageAction.RECREATED)


def of_asset(asset: Source, arguments: Arguments) -> Rows:
    """The uses of one asset in a period, in one row."""
    span = scope(arguments)
    sums: Sums = {**usage_sums(_ACTIONS), "uses": usage_sums(USES)["events"], "recreated": itemgetter("recreated")}
    done_ = added_up(reading(BY_ASSET, _ACTIONS, sums), span)
    used_by = users(span, {"uses": USES})
    number = select(func.count(used_by.c.member_id)).where(used_by.c.asset_id == asset.c.id).correlate(asset.row)
    counted = select(
        _total(done_.c.uses, Integer()).label("uses"),
        number.scalar_subquery().label("users"),
        _total(done_.c.recreated, Integer()).label("recreated"),
        exact(_total(done_.c.minutes, Numeric())).label("minutes"),
        asset.c.id.label("asset_id"),
    )
    return Rows(counted.where(done_.c.asset_id == asset.c.id).correlate(asset.row), span)


def by_action(summary: Source, _arguments: Arguments) -> Rows:
    """The asset's events of each action that occurred, by the action's name."""
    counted = added_up(reading(BY_ASSET, _ACTIONS, _EACH), summary.data)
    used_by = users(summary.data, {name: (action,) for name, action in _NAMED.items()})
    told = (
        select(array([func.count(used_by.c.member_id).filter(used_by.c[name]) for name in _NAMED]).label("users"))
        .where(used_by.c.asset_id == summary.c.asset_id)
        .correlate(summary.row)
        .lateral()
    )
    rows = _each_action(counted.join(told, true()), array([counted.c[name] for name in _NAMED]), told.c.users)
    return Rows(rows.where(counted.c.asset_id == summary.c.asset_id).correlate(summary.row), estimate=len(_ACTIONS))


def by_action_of_all(report: Source, _arguments: Arguments) -> Rows:
    """The same of all assets together, where a member counts once an action, whatever assets it was done with."""
    span, _first = report.data
    did = added_up(reading(BY_MEMBER, _ACTIONS, _EACH), span)
    member = known(did.c.member_id)
    total = select(
        array([func.sum(did.c[name]) for name in _NAMED]).label("uses"),
        array([func.count(member).filter(did.c[name] > _ZERO) for name in _NAMED]).label("users"),
    ).subquery()
    return Rows(_each_action(total, total.c.uses, total.c.users), estimate=len(_ACTIONS))


def _each_action(row: FromClause, uses: ColumnElement[Any], users: ColumnElement[Any]) -> Select[Any]:
    """A row each action that occurred, by its name, of two arrays in ``row`` that have a number for each action."""
    actions = array([constant(action) for action in _ACTIONS])
    columns = (column("action", Text()), column("uses", Integer()), column("users", Integer()))
    each = func.unnest(actions, uses, users).table_valued(*columns, name="each").render_derived()
    found = select(each.c.action, each.c.uses, each.c.users).select_from(row.join(each, true()))
    return found.where(each.c.uses > _ZERO).order_by(each.c.action)


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


def _total(value: ColumnElement[Any], type_: Any) -> ColumnElement[Any]:
    return func.coalesce(func.sum(value), _ZERO, type_=type_)
