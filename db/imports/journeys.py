"""Journeys, and what leads and opportunities keep of the transitions on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from db.imports.plan import Record
from db.imports.scope import Scope, place
from db.imports.staging import analyze, create, temporary
from db.imports.transitions import last_of, transition
from db.models import Base, Journey, Lead, Opportunity, StageKind

_tables = Base.metadata.tables
journey = _tables[Journey.__tablename__]
lead = _tables[Lead.__tablename__]
opportunity = _tables[Opportunity.__tablename__]

_DECISIVE = (StageKind.OPPORTUNITY, StageKind.WON, StageKind.LOST)
"""The kinds that close or reopen an opportunity: whichever came last decides."""


async def join_leads(scope: Scope, makers: Sequence[Record], new: sa.Table) -> None:
    """Put new opportunities on the journeys of their origin leads, the first one on each; others get their own."""
    claims = [
        _claims(scope, record, rank, new) for rank, record in enumerate(makers) if "origin_lead" in record.references
    ]
    if not claims:
        return
    every = sa.union_all(*claims).subquery()
    first = sa.select(every).ext(distinct_on(every.c.id)).order_by(every.c.id, every.c.place).subquery()
    comes_first = sa.func.row_number().over(partition_by=first.c.lead_id, order_by=first.c.place) == 1
    taken = opportunity.alias()
    on_it_already = sa.select(1).where(scope.of(taken), taken.c.journey_id == first.c.journey_id)
    claim = sa.select(first, sa.and_(comes_first, ~sa.exists(on_it_already)).label("free")).subquery()
    await scope.execute(
        sa.update(new)
        .where(new.c.id == claim.c.id)
        .values(
            own_journey=~claim.c.free,
            journey_id=sa.case((claim.c.free, claim.c.journey_id), else_=new.c.journey_id),
            origin_lead_id=claim.c.lead_id,
        )
    )


def _claims(scope: Scope, record: Record, rank: int, new: sa.Table) -> sa.Select[Any]:
    """The new opportunities of ``record`` that came from a lead, and that lead's journey."""
    entity, external_id = record.references["origin_lead"]
    origin = scope.known[entity].alias()
    rows = record.file.table.join(new, new.c.name == record.id).join(origin, origin.c.external_id == external_id)
    return sa.select(
        new.c.id, origin.c.id.label("lead_id"), origin.c.journey_id, place(record, rank).label("place")
    ).select_from(rows)


async def learn(scope: Scope, entity: str, new: sa.Table) -> None:
    """Tell which journeys the new leads or opportunities are on."""
    known = scope.known[entity]
    await scope.execute(sa.update(known).where(known.c.id == new.c.id).values(journey_id=new.c.journey_id))
    await analyze(scope.connection, new, known)


async def begin(scope: Scope, new: sa.Table) -> None:
    """Begin the journeys of new leads or opportunities."""
    own = sa.select(sa.literal(scope.workspace_id), new.c.journey_id, new.c.origin_lead_id).where(new.c.own_journey)
    await scope.execute(sa.insert(journey).from_select(["workspace_id", "id", "origin_lead_id"], own))


async def standing_of_leads(scope: Scope, new: sa.Table, gathered: sa.Table) -> sa.Table:
    """Where each new lead stands after the gathered transitions: on a new journey there are no others."""
    last = last_of(scope, gathered, gathered.c.journey_id, (gathered.c.rank, gathered.c.line)).subquery()
    rows = sa.select(new.c.id, last.c.to_stage_id, last.c.occurred_at).join(last, last.c.subject == new.c.journey_id)
    return await _standing(scope, ["stage_id", "stage_entered_at"], rows)


async def standing_of_opportunities(scope: Scope, new: sa.Table, gathered: sa.Table) -> sa.Table:
    """Where each new opportunity stands after the gathered transitions of its own, and when it was closed."""
    own, arrival = gathered.c.opportunity_id, (gathered.c.rank, gathered.c.line)
    last = last_of(scope, gathered, own, arrival).subquery()
    deciding = last_of(scope, gathered, own, arrival, *_DECISIVE).subquery()
    rows = (
        sa.select(new.c.id, last.c.to_stage_id, last.c.occurred_at, _closed_at(deciding))
        .join(last, last.c.subject == new.c.id)
        .outerjoin(deciding, deciding.c.subject == new.c.id)
    )
    return await _standing(scope, ["stage_id", "stage_entered_at", "closed_at"], rows)


def _closed_at(deciding: sa.Subquery) -> sa.ColumnElement[Any]:
    return sa.case((deciding.c.kind != StageKind.OPPORTUNITY, deciding.c.occurred_at))


async def _standing(scope: Scope, kept: list[str], rows: sa.Select[Any]) -> sa.Table:
    standing = temporary(
        "standing",
        sa.Column("subject_id", sa.Uuid, primary_key=True),
        *(sa.Column(name, opportunity.c[name].type) for name in kept),
    )
    await create(scope.connection, standing)
    await scope.execute(sa.insert(standing).from_select(["subject_id", *kept], rows))
    await analyze(scope.connection, standing)
    return standing


async def lock(scope: Scope, gathered: sa.Table) -> None:
    """Hold the leads and opportunities on the journeys that are about to change, so that nobody moves them meanwhile."""
    touched = sa.select(gathered.c.journey_id)
    for table in (lead, opportunity):
        rows = sa.select(table.c.id).where(scope.of(table), table.c.journey_id.in_(touched)).order_by(table.c.id)
        held = rows.with_for_update(key_share=True).cte("held")
        await scope.connection.execute(sa.select(sa.func.count()).select_from(held))


async def move(scope: Scope, gathered: sa.Table, new_leads: sa.Table, new_opportunities: sa.Table) -> None:
    """Bring what was there before the import up to the transitions that came: stages, and when each closed."""
    arrival = (transition.c.sequence,)
    on_new = sa.select(new_leads.c.journey_id)
    journeys = sa.select(gathered.c.journey_id).where(gathered.c.journey_id.not_in(on_new))
    last = _written(scope, last_of(scope, transition, transition.c.journey_id, arrival), journeys)
    await _write(scope, lead, lead.c.journey_id == last.c.subject, _stage(last))

    own, is_new = gathered.c.opportunity_id, sa.select(new_opportunities.c.id)
    moved = sa.select(own).where(own.is_not(None), own.not_in(is_new))
    last = _written(scope, last_of(scope, transition, transition.c.opportunity_id, arrival), moved)
    await _write(scope, opportunity, opportunity.c.id == last.c.subject, _stage(last))
    decisive = last_of(scope, transition, transition.c.opportunity_id, arrival, *_DECISIVE)
    deciding = _written(scope, decisive, moved)
    await _write(scope, opportunity, opportunity.c.id == deciding.c.subject, {"closed_at": _closed_at(deciding)})


def _written(scope: Scope, last: sa.Select[Any], subjects: sa.Select[Any]) -> sa.Subquery:
    subject = next(iter(last.selected_columns))
    return last.where(scope.of(transition), subject.in_(subjects)).subquery()


def _stage(last: sa.Subquery) -> dict[str, sa.ColumnElement[Any]]:
    return {"stage_id": last.c.to_stage_id, "stage_entered_at": last.c.occurred_at}


async def _write(
    scope: Scope, table: sa.Table, which: sa.ColumnElement[bool], values: dict[str, sa.ColumnElement[Any]]
) -> None:
    differs = sa.or_(*(table.c[column].is_distinct_from(value) for column, value in values.items()))
    await scope.execute(
        sa.update(table).where(scope.of(table), which, differs).values({**values, "updated_at": scope.now})
    )
