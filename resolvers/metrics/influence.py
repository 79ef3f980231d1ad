"""Influence: the opportunities that something touched before they were closed.

A touch is a touchpoint or a use of content; it is the opportunity's if it names the opportunity, its lead, or a contact
of its buying group. docs/metrics.md has the definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    Alias,
    Select,
    Subquery,
    Uuid,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from db.models import ContentUsage, FunnelStage, Opportunity, StageKind, StageTransition, Touchpoint
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import Axis, Fact, Facts, Many, Scope, is_, selected
from resolvers.metrics.measure import Aggregate
from resolvers.metrics.metric import Metric, Unit
from resolvers.metrics.opportunities import CLOSED, OPEN
from resolvers.metrics.touches import touching
from resolvers.metrics.usage import is_use
from resolvers.metrics.void import happened

_WITH = ("asset_id", "campaign_id", "channel_id")
"""What a touch may be with."""


def _touched_with(column: str, facts: Facts) -> Select[Any]:
    """What an opportunity was touched with, each once."""
    value = _touches(facts).c[column]
    return select(value.label("value")).where(value.is_not(None)).distinct()


def _touches(facts: Facts) -> Subquery:
    """The touches of an opportunity before the moment ``until``."""

    def before(event: Alias) -> ColumnElement[bool]:
        return event.c.occurred_at < facts.values["until"]

    touchpoints = touching(Touchpoint, facts.refs, _with, before)
    uses = touching(ContentUsage, facts.refs, _with, lambda event: before(event) & is_use(event))
    return union_all(*touchpoints, *uses).subquery()


def _with(event: Alias) -> list[ColumnElement[Any]]:
    return [event.c[name] if name in event.c else cast(null(), Uuid()).label(name) for name in _WITH]


def _influenced(scope: Scope) -> Facts:
    """Opportunities closed in the span or open at its end, with a touch before they were closed, or else before ``as_of``.

    ``won`` and ``open`` tell which they are. None is both: what was closed in the span is not open at its end.
    """
    closed, pending = CLOSED.make(scope), OPEN.make(scope)
    names = tuple(closed.refs)
    counted = union_all(
        _counted(closed, scope, names, closed.at, won=closed.values["won"], open=false()),
        _counted(pending, scope, names, _end_of_touches(pending, scope), won=false(), open=true()),
    ).subquery()
    facts = Facts(
        counted,
        counted.c.opportunity_id,
        counted.c.at,
        {name: counted.c[name] for name in names},
        [],
        {name: counted.c[name] for name in ("amount", "unrated", "until", "won", "open")},
    )
    facts.conditions.append(exists().select_from(_touches(facts)))
    return facts


def _counted(
    facts: Facts, scope: Scope, refs: Sequence[str], until: ColumnElement[Any], **states: ColumnElement[bool]
) -> Select[Any]:
    """The facts with all that is asked of them."""
    columns = {name: facts.refs[name] for name in refs} | states | {"at": facts.at, "until": until}
    columns |= {name: facts.values[name] for name in ("amount", "unrated")}
    return selected(facts, scope, *(column.label(name) for name, column in columns.items()))


def _end_of_touches(facts: Facts, scope: Scope) -> ColumnElement[Any]:
    """When an opportunity that was open at the end of the span was closed since, or else ``as_of``.

    Looked up for each opportunity: PostgreSQL takes the stays of all for so few that it would read them through for each.
    """
    event, stage = open_table(StageTransition), open_table(FunnelStage)
    closes = is_(stage.c.kind, StageKind.WON) | is_(stage.c.kind, StageKind.LOST)
    latest = (
        select(case((closes, event.c.occurred_at)))
        .select_from(event.join(stage, stage.c.id == event.c.to_stage_id))
        .where(in_workspace(event, stage), happened(event), event.c.occurred_at < scope.as_of)
        .where(event.c.opportunity_id == facts.refs["opportunity_id"])
        .where(closes | is_(stage.c.kind, StageKind.OPPORTUNITY))
        .order_by(event.c.occurred_at.desc(), event.c.sequence.desc())
        .limit(literal_column("1"))
        .correlate_except(event, stage)
    )
    return func.coalesce(latest.scalar_subquery(), scope.as_of)


_TOUCHED: dict[Dimension, Axis] = {
    Dimension.TOUCHED_ASSET: Many(partial(_touched_with, "asset_id")),
    Dimension.TOUCHED_CAMPAIGN: Many(partial(_touched_with, "campaign_id")),
    Dimension.TOUCHED_CHANNEL: Many(partial(_touched_with, "channel_id")),
}

INFLUENCED = Fact(Opportunity, _influenced, {**CLOSED.axes, **_TOUCHED})

METRICS = (
    Metric(
        "INFLUENCED_OPPORTUNITIES",
        "Influenced opportunities",
        "Opportunities closed in the period or open at its end, with a touch or use before they closed.",
        Unit.COUNT,
        Aggregate(INFLUENCED),
    ),
    Metric(
        "INFLUENCED_PIPELINE",
        "Influenced pipeline",
        "Sum of the amounts of the opportunities open at the end of the period that had a touch or use.",
        Unit.MONEY,
        Aggregate(INFLUENCED, "amount", where="open"),
    ),
    Metric(
        "INFLUENCED_REVENUE",
        "Influenced revenue",
        "Sum of the amounts of the opportunities won in the period that had a touch or use before they closed.",
        Unit.MONEY,
        Aggregate(INFLUENCED, "amount", where="won"),
    ),
)
