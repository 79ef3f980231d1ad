"""Who used content: members told apart by asset, from the sets that are kept of them and the events of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import Alias, Select, Subquery, func, literal_column, or_, select, true, union_all
from sqlalchemy.sql.elements import ColumnElement

from db.models import ContentUsage, UsageAction, UsageDelta, UsagePlace, UsersByAsset
from db.rollups.sets import block_of, has, member_of
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.fact import Scope, is_
from resolvers.metrics.rollup import between, kept_rows, known, parts
from resolvers.metrics.void import happened

Groups = Mapping[str, Sequence[UsageAction]]
"""Actions to be asked for together, by a name."""


def done(actions: Sequence[UsageAction], usage: Alias) -> ColumnElement[bool]:
    """Whether an event is of one of these actions."""
    return or_(*(is_(usage.c.action, action) for action in actions))


def users(scope: Scope, groups: Groups) -> Subquery:
    """One row an asset and member who did anything with it in the scope, and whether that is in each group.

    All who are not known are one, whose ``member_id`` is null.
    """
    at = parts(scope)
    rows = union_all(*(one.correlate(at, *scope.outer) for one in _parts(scope, groups, at))).lateral("part")
    did = [func.bool_or(rows.c[name]).label(name) for name in groups]
    by = (rows.c.asset_id, rows.c.member_id)
    found = (
        select(rows.c.asset_id, known(rows.c.member_id).label("member_id"), *did)
        .select_from(at.join(rows, true()))
        .group_by(*by)
    )
    return found.correlate(*scope.outer).subquery()


def _parts(scope: Scope, groups: Groups, at: Subquery) -> list[Select[Any]]:
    delta, before, after = open_table(UsageDelta), open_table(ContentUsage), open_table(ContentUsage)
    covered = (delta.c.sign == literal_column("1")) & between(delta, at.c.begins, at.c.ends)
    return [
        _members(groups, at, scope),
        _doers(groups, delta).where(covered),
        _doers(groups, before).where(between(before, scope.start, at.c.begins), happened(before)),
        _doers(groups, after).where(between(after, at.c.ends, scope.end), happened(after)),
    ]


def _members(groups: Groups, at: Subquery, scope: Scope) -> Select[Any]:
    """The members whose bits are in the sets."""
    branches = [
        select(row.c.asset_id, row.c.block, *(_both(actions, row).label(name) for name, actions in groups.items()))
        .where(covering)
        .correlate(at, *scope.outer)
        for row, covering in kept_rows(UsersByAsset, at)
    ]
    sets = union_all(*branches).subquery()
    by = (sets.c.asset_id, sets.c.block)
    bits = select(*by, *(func.bit_or(sets.c[name]).label(name) for name in groups)).group_by(*by)
    block, place = bits.correlate(at, *scope.outer).subquery(), open_table(UsagePlace)
    did = [has(block.c[name], place.c.place).label(name) for name in groups]
    found = select(block.c.asset_id, place.c.member_id, *did)
    return found.where(in_workspace(place), block_of(place.c.place) == block.c.block, or_(*did))


def _both(actions: Sequence[UsageAction], row: Alias) -> ColumnElement[Any]:
    """Who did one of these actions."""
    return reduce(lambda some, more: some.op("|")(more), (row.c[action.lower()] for action in actions))


def _doers(groups: Groups, row: Alias) -> Select[Any]:
    did = [done(actions, row).label(name) for name, actions in groups.items()]
    return select(row.c.asset_id, member_of(row).label("member_id"), *did).where(or_(*did))
