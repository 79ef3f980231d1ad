"""The transitions of an import: gathered, set in the order of events, and written."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from db.imports.merge import resolved
from db.imports.plan import Record
from db.imports.report import Report
from db.imports.scope import Scope
from db.imports.staging import analyze, create, temporary
from db.models import Base, StageTransition
from db.voids import happened

transition = Base.metadata.tables[StageTransition.__tablename__]

_CONTENT = ("journey_id", "lead_id", "opportunity_id", "to_stage_id", "occurred_at", "member_id", "reason")


async def pass_over_repeats(scope: Scope, records: Sequence[Record], report: Report) -> None:
    """Make nothing of rows that tell the stage of the row before again, where the record wants changes only."""
    for record in records:
        if record.on_change:
            rows = record.file.table.alias()
            subject, to_stage, occurred_at = (
                rows.c[record.fields[name].name] for name in (_subject(record), "to_stage", "occurred_at")
            )
            before = sa.func.lag(to_stage).over(partition_by=subject, order_by=(occurred_at, rows.c.line))
            told = sa.select(rows.c.line, (before == to_stage).label("again")).subquery()
            again = sa.update(record.file.table).where(record.file.line == told.c.line, told.c.again)
            if repeats := await scope.execute(again.values({record.id.name: None})):
                name = record.file.name
                report.passed_over[name] = report.passed_over.get(name, 0) + repeats


def _subject(record: Record) -> str:
    return "lead" if "lead" in record.fields else "opportunity"


async def gather(scope: Scope, records: Sequence[Record], new: sa.Table) -> tuple[sa.Table, list[int]]:
    """Gather the new transitions of all records in a temporary table; return it and how many each record has."""
    gathered = temporary(
        "transition",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("rank", sa.BigInteger),
        sa.Column("line", sa.BigInteger),
        *(sa.Column(name, transition.c[name].type) for name in _CONTENT),
    )
    await create(scope.connection, gathered)
    counts = [await scope.execute(_gather(scope, record, rank, new, gathered)) for rank, record in enumerate(records)]
    await analyze(scope.connection, gathered)
    return gathered, counts


def _gather(scope: Scope, record: Record, rank: int, new: sa.Table, gathered: sa.Table) -> sa.Insert:
    joined, values = resolved(scope, record, record.file.table.join(new, new.c.name == record.id))
    entity, external_id = record.references[_subject(record)]
    subject = scope.known[entity].alias()
    joined = joined.join(subject, subject.c.external_id == external_id)
    values |= {"journey_id": subject.c.journey_id}
    rows = sa.select(new.c.id, sa.literal(rank), record.file.line, *values.values()).select_from(joined)
    return sa.insert(gathered).from_select(["id", "rank", "line", *values], rows)


async def insert(scope: Scope, gathered: sa.Table) -> None:
    """Write the gathered transitions, each from the stage just before it in the order of its journey's events."""
    event = _all_events(scope, gathered)
    # What arrives now comes after what has arrived before at the same moment, as its sequence will say.
    order = (event.c.occurred_at, event.c.is_new, event.c.rank, event.c.line)
    before = sa.func.lag(event.c.to_stage_id).over(partition_by=event.c.journey_id, order_by=order)
    history = sa.select(event.c.id, before.label("from_stage_id")).subquery()
    rows = (
        sa.select(
            sa.literal(scope.workspace_id),
            gathered.c.id,
            history.c.from_stage_id,
            *(gathered.c[name] for name in _CONTENT),
        )
        .join(history, history.c.id == gathered.c.id)
        .order_by(gathered.c.occurred_at, gathered.c.rank, gathered.c.line)
    )
    columns = ["workspace_id", "id", "from_stage_id", *_CONTENT]
    await scope.execute(sa.insert(transition).from_select(columns, rows))


def _all_events(scope: Scope, gathered: sa.Table) -> sa.Subquery:
    """What is written already of the journeys in ``gathered`` and not void, and what is about to be."""
    shared = ("id", "journey_id", "to_stage_id", "occurred_at")
    written = sa.select(
        *(transition.c[name] for name in shared),
        sa.false().label("is_new"),
        transition.c.sequence.label("rank"),
        sa.literal(0, sa.BigInteger).label("line"),
    ).where(
        scope.of(transition),
        happened(transition, scope.workspace_id),
        transition.c.journey_id.in_(sa.select(gathered.c.journey_id)),
    )
    coming = sa.select(*(gathered.c[name] for name in shared), sa.true(), gathered.c.rank, gathered.c.line)
    return sa.union_all(written, coming).subquery()
