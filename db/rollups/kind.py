"""The kinds of events that are rolled up, each with its deltas and its roll-ups: the only place that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, Text, Uuid, case, func, literal_column, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    NOBODY,
    ContentUsage,
    Entity,
    EntriesByStage,
    EntryDelta,
    StageTransition,
    Tenant,
    Touchpoint,
    TouchpointDelta,
    TouchpointsByCampaign,
    TouchpointsByChannel,
    UsageAction,
    UsageByAsset,
    UsageByMember,
    UsageDelta,
    UsersByAsset,
)
from db.rollups.days import day_of
from db.voids import happened


def table_of(model: type[Tenant]) -> Table:
    """The table of a model."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


Measure = Callable[[Any], ColumnElement[Any]]
"""What one event adds to a column of the roll-ups, from the event's columns."""

Key = Callable[[Any, ColumnElement[str]], ColumnElement[Any]]
"""An event's value in a roll-up's key, which has no nulls, from the event's columns and the zone of days."""


@dataclass(frozen=True, eq=False)
class Rollup:
    """A table with sums of events, one row a key and day or month."""

    model: type[Tenant]
    keys: tuple[str, ...]
    """By which it tells events apart."""


@dataclass(frozen=True, eq=False)
class Sets:
    """A table with sets of members who did something, a bit each: one row a key, day or month, and block of members."""

    model: type[Tenant]
    key: str
    """The event's column by which it tells events apart."""
    actions: Mapping[str, Callable[[Any], ColumnElement[bool]]]
    """By the table's columns, which events are in the sets there."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A table of events, and what is derived from it.

    A delta is a copy of what matters of an event. All of a kind's roll-ups have the same measures. Events that are
    alike in the columns of a ``chain`` follow each other, and a delta's ``previous_at`` is when the one before it was.
    """

    event: type[Entity]
    delta: type[Tenant]
    copied: tuple[str, ...]
    keys: Mapping[str, Key]
    measures: Mapping[str, Measure]
    rollups: tuple[Rollup, ...]
    sets: Sets | None = None
    chain: tuple[str, ...] = ()

    def copy(self, event: Any) -> list[ColumnElement[Any]]:
        """What a delta has of an event, from a table's columns in a selection of whole chains."""
        return [self._previous(event) if name == "previous_at" else event[name] for name in self.copied]

    def _previous(self, event: Any) -> ColumnElement[Any]:
        in_order = (event.occurred_at, event.sequence)
        before = func.lag(event.occurred_at).over(partition_by=[event[name] for name in self.chain], order_by=in_order)
        return before.label("previous_at")

    def events(self, workspace_id: UUID) -> Select[Any]:
        """All events that count, as deltas would have them."""
        event = table_of(self.event).c
        sign: ColumnElement[int] = literal_column("1").label("sign")
        counted = happened(table_of(self.event), workspace_id)
        return select(sign, *self.copy(event)).where(event.workspace_id == workspace_id, counted)

    def deltas(self, workspace_id: UUID) -> Select[Any]:
        """The events that are not in the roll-ups yet, or no longer to be."""
        delta = table_of(self.delta).c
        columns = (delta[name] for name in self.copied)
        return select(delta.sign, *columns).where(delta.workspace_id == workspace_id)


def _itself(name: str) -> Key:
    return lambda event, _zone: event[name]


def _or_nobody(name: str) -> Key:
    return lambda event, _zone: or_nobody(event[name])


def or_nobody(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """An id, or :data:`db.models.NOBODY` where there is none."""
    return func.coalesce(value, literal_column(f"'{NOBODY}'::uuid", Uuid()))


def _done(action: UsageAction) -> Callable[[Any], ColumnElement[bool]]:
    return lambda event: type_coerce(event.action, Text()) == literal_column(f"'{action}'", Text())


def _minutes(event: Any) -> ColumnElement[Any]:
    return func.coalesce(event.minutes, _ZERO)


def _number_of(action: UsageAction) -> Measure:
    return lambda event: case((_done(action)(event), _ONE), else_=_ZERO)


def _minutes_of(action: UsageAction) -> Measure:
    return lambda event: case((_done(action)(event), _minutes(event)), else_=_ZERO)


_ZERO: ColumnElement[Any] = literal_column("0")
_ONE: ColumnElement[Any] = literal_column("1")
_NEVER: ColumnElement[Any] = literal_column("date '-infinity'")

USAGE = Kind(
    event=ContentUsage,
    delta=UsageDelta,
    copied=("asset_id", "member_id", "action", "minutes", "occurred_at"),
    keys={"asset_id": _itself("asset_id"), "member_id": _or_nobody("member_id")},
    measures={
        **{action.lower(): _number_of(action) for action in UsageAction},
        "minutes": _minutes,
        **{
            f"{action.lower()}_minutes": _minutes_of(action)
            for action in (UsageAction.CUSTOMIZED, UsageAction.RECREATED)
        },
    },
    rollups=(Rollup(UsageByAsset, ("asset_id",)), Rollup(UsageByMember, ("member_id",))),
    sets=Sets(UsersByAsset, "asset_id", {action.lower(): _done(action) for action in UsageAction}),
)

TOUCHPOINTS = Kind(
    event=Touchpoint,
    delta=TouchpointDelta,
    copied=("channel_id", "campaign_id", "cost", "currency_code", "occurred_at"),
    keys={
        "channel_id": _or_nobody("channel_id"),
        "of_campaign": lambda event, _zone: event.campaign_id.is_not(None),
        "campaign_id": _or_nobody("campaign_id"),
        "currency_code": lambda event, _zone: func.coalesce(event.currency_code, literal_column("''")),
    },
    measures={"touchpoints": lambda _event: _ONE, "cost": lambda event: func.coalesce(event.cost, _ZERO)},
    rollups=(
        Rollup(TouchpointsByChannel, ("channel_id", "of_campaign", "currency_code")),
        Rollup(TouchpointsByCampaign, ("campaign_id", "channel_id", "currency_code")),
    ),
)

ENTRIES = Kind(
    event=StageTransition,
    delta=EntryDelta,
    copied=("to_stage_id", "previous_at", "occurred_at"),
    keys={
        "to_stage_id": _itself("to_stage_id"),
        "previous_on": lambda event, zone: func.coalesce(day_of(event.previous_at, zone), _NEVER),
    },
    measures={"entries": lambda _event: _ONE},
    rollups=(Rollup(EntriesByStage, ("to_stage_id", "previous_on")),),
    chain=("journey_id", "to_stage_id"),
)

KINDS = (USAGE, TOUCHPOINTS, ENTRIES)
