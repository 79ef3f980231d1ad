"""The kinds of events that are rolled up, each with its deltas and its roll-ups: the only place that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, Text, case, exists, func, literal_column, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    NOBODY,
    ContentUsage,
    Entity,
    EventVoid,
    Span,
    Tenant,
    UsageAction,
    UsageByAsset,
    UsageByAssetAndMember,
    UsageByMember,
    UsageDelta,
)


def table_of(model: type[Tenant]) -> Table:
    """The table of a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


Measure = Callable[[Any], ColumnElement[Any]]
"""What one event adds to a column of the roll-ups, from the event's columns."""


@dataclass(frozen=True, eq=False)
class Rollup:
    """A table with sums of events, one row a key and day or month."""

    model: type[Tenant]
    keys: tuple[str, ...]
    """Of the event's columns, those by which it tells events apart."""
    spans: tuple[Span, ...] = (Span.DAY, Span.MONTH)


@dataclass(frozen=True, eq=False)
class Kind:
    """A table of events, and what is derived from it.

    A delta is a copy of what matters of an event. All of a kind's roll-ups have the same measures.
    """

    event: type[Entity]
    delta: type[Tenant]
    copied: tuple[str, ...]
    measures: Mapping[str, Measure]
    rollups: tuple[Rollup, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """By what any of the roll-ups tells events apart."""
        return tuple(dict.fromkeys(key for rollup in self.rollups for key in rollup.keys))

    def key(self, name: str, event: Any) -> ColumnElement[Any]:
        """An event's value in a roll-up's key, which has no nulls; a column that has none itself can use its index."""
        column: ColumnElement[Any] = event[name]
        if not table_of(self.event).c[name].nullable:
            return column
        return func.coalesce(column, literal_column(f"'{NOBODY}'::uuid"))

    def events(self, workspace_id: UUID) -> Select[Any]:
        """All events that count, as deltas would have them."""
        event = table_of(self.event).c
        void = exists().where(
            EventVoid.workspace_id == workspace_id,
            type_coerce(EventVoid.event_table, Text()) == self.event.__tablename__,
            EventVoid.event_id == event.id,
        )
        sign: ColumnElement[int] = literal_column("1").label("sign")
        return select(sign, *(event[name] for name in self.copied)).where(event.workspace_id == workspace_id, ~void)

    def deltas(self, workspace_id: UUID) -> Select[Any]:
        """The events that are not in the roll-ups yet, or no longer to be."""
        delta = table_of(self.delta).c
        columns = (delta[name] for name in self.copied)
        return select(delta.sign, *columns).where(delta.workspace_id == workspace_id)


def _done(action: UsageAction) -> Callable[[Any], ColumnElement[bool]]:
    return lambda event: type_coerce(event.action, Text()) == literal_column(f"'{action}'", Text())


def _minutes(event: Any) -> ColumnElement[Any]:
    return func.coalesce(event.minutes, literal_column("0"))


def _number_of(action: UsageAction) -> Measure:
    return lambda event: case((_done(action)(event), literal_column("1")), else_=literal_column("0"))


def _minutes_of(action: UsageAction) -> Measure:
    return lambda event: case((_done(action)(event), _minutes(event)), else_=literal_column("0"))


USAGE = Kind(
    event=ContentUsage,
    delta=UsageDelta,
    copied=("asset_id", "member_id", "action", "minutes", "occurred_at"),
    measures={
        **{action.lower(): _number_of(action) for action in UsageAction},
        "minutes": _minutes,
        **{
            f"{action.lower()}_minutes": _minutes_of(action)
            for action in (UsageAction.CUSTOMIZED, UsageAction.RECREATED)
        },
    },
    rollups=(
        Rollup(UsageByAsset, ("asset_id",)),
        Rollup(UsageByMember, ("member_id",)),
        Rollup(UsageByAssetAndMember, ("asset_id", "member_id"), (Span.MONTH,)),
    ),
)

KINDS = (USAGE,)
