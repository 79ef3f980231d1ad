"""Journeys, and what leads and opportunities keep of the transitions on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from db import standing
from db.imports.plan import Record
from db.imports.scope import Scope, place
from db.imports.staging import analyze, create, temporary
from db.models import Base, Journey, Opportunity

_tables = Base.metadata.tables
journey = _tables[Journey.__tablename__]
opportunity = _tables[Opportunity.__tablename__]


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
    last = standing.of_leads(scope.workspace_id, gathered, "rank", "line").subquery()
    return await _standing(scope, standing.OF_LEADS, new, last, new.c.journey_id)


async def standing_of_opportunities(scope: Scope, new: sa.Table, gathered: sa.Table) -> sa.Table:
    """Where each new opportunity stands after the gathered transitions of its own, and when it was closed."""
    last = standing.of_opportunities(scope.workspace_id, gathered, "rank", "line").subquery()
    return await _standing(scope, standing.OF_OPPORTUNITIES, new, last, new.c.id)


async def _standing(
    scope: Scope, kept: Sequence[str], new: sa.Table, last: sa.Subquery, subject: sa.Column[Any]
) -> sa.Table:
    stands = temporary(
        "standing",
        sa.Column("subject_id", sa.Uuid, primary_key=True),
        *(sa.Column(name, opportunity.c[name].type) for name in kept),
    )
    await create(scope.connection, stands)
    rows = sa.select(new.c.id, *(last.c[name] for name in kept)).join(last, last.c.subject == subject)
    await scope.execute(sa.insert(stands).from_select(["subject_id", *kept], rows))
    await analyze(scope.connection, stands)
    return stands


async def lock(scope: Scope, gathered: sa.Table) -> None:
    """Hold what is on the journeys that are about to change."""
    await standing.lock(scope.connection, scope.workspace_id, sa.select(gathered.c.journey_id))


async def move(scope: Scope, gathered: sa.Table, new_leads: sa.Table, new_opportunities: sa.Table) -> None:
    """Bring what was there before the import up to the transitions that came: stages, and when each closed."""
    on_new, is_new = sa.select(new_leads.c.journey_id), sa.select(new_opportunities.c.id)
    journeys = sa.select(gathered.c.journey_id).where(gathered.c.journey_id.not_in(on_new))
    own = gathered.c.opportunity_id
    opportunities = sa.select(own).where(own.is_not(None), own.not_in(is_new))
    await standing.move(scope.connection, scope.workspace_id, journeys, opportunities)
