"""One import from beginning to end, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from db import rollups, search
from db.engine import workspace_transaction
from db.imports.aliases import use_ids
from db.imports.bind import bind
from db.imports.checks import reject_changed_events, reject_dangling, reject_duplicates
from db.imports.keys import look_up
from db.imports.lookups import LookUps
from db.imports.map import load
from db.imports.plan import Record, StagedFile, Vocabulary
from db.imports.report import ImportRefusedError, Report
from db.imports.rules import reject_rule_breakers
from db.imports.scope import Scope
from db.imports.spec import ImportMap
from db.imports.staging import load as load_file
from db.imports.staging import note_unused, open_files
from db.imports.transitions import pass_over_repeats
from db.imports.write import write
from db.models import FunnelStage, Workspace
from db.statistics import WORTH_IT, analyze

WORK_MEMORY = "64MB"
"""What PostgreSQL may use for each sort and hash of an import: more than a query of the server gets."""

Progress = Callable[[str], None]


async def run(
    engine: AsyncEngine,
    workspace_id: UUID,
    map_path: Path,
    files: Sequence[Path],
    *,
    strict: bool = False,
    progress: Progress,
    rejections_to: TextIO | None = None,
) -> Report:
    """Take ``files`` into a workspace as the map at ``map_path`` says: all good rows, or nothing.

    Rows that cannot be taken are left out and told in the report, and in full on ``rejections_to``, a line each.
    With ``strict`` one such row is enough to leave everything as it was; the report then says ``imported=False``.

    Raises :class:`ImportRefusedError` where the map or the files as a whole cannot be used: nothing is written then.
    """
    chart = load(map_path)
    report = Report(sink=rejections_to)
    try:
        with ExitStack() as stack:
            staged = open_files(chart, files, stack)
            async with workspace_transaction(engine, workspace_id) as connection:
                now = (await connection.execute(sa.select(sa.func.now()))).scalar_one()
                scope = Scope(connection, workspace_id, chart.source, now)
                await _import(scope, chart, map_path, staged, strict=strict, progress=progress, report=report)
                if not report.imported:
                    await connection.rollback()
        await rollups.merge_all(engine, workspace_id)
        if report.imported and sum(change.created for change in report.changes) >= WORTH_IT:
            await analyze(engine)
    except IntegrityError as error:
        constraint = getattr(error.orig.__cause__ if error.orig else None, "constraint_name", None)
        raise ImportRefusedError(f"conflicts with what was written meanwhile ({constraint}): import again") from error
    return report


async def _import(
    scope: Scope,
    chart: ImportMap,
    map_path: Path,
    files: Mapping[str, StagedFile],
    *,
    strict: bool,
    progress: Progress,
    report: Report,
) -> None:
    await _wait_for_turn(scope)
    await scope.connection.execute(sa.select(sa.func.set_config("work_mem", WORK_MEMORY, True)))
    try:
        records = bind(chart, files, await _vocabulary(scope))
    except ImportRefusedError as error:
        raise ImportRefusedError(f"{map_path}: {error}") from error
    note_unused(files, report)
    look_ups = LookUps(files, records)
    look_ups.require_keys()
    for file in files.values():
        ids = {record.id for record in records if record.file is file}
        await load_file(scope.connection, file, ids, report, progress)
    progress("checking")
    await pass_over_repeats(scope, records, report)
    await reject_duplicates(scope, records, report)
    await look_ups.prepare(scope, report)
    await use_ids(scope, records)
    await look_up(scope, records)
    await _reject(scope, records, look_ups, report)
    if strict and report.rejected:
        return
    progress("writing")
    report.changes += await write(scope, records)
    await search.refresh(scope.connection, scope.workspace_id, scope.now)
    report.imported = True


async def _reject(scope: Scope, records: Sequence[Record], look_ups: LookUps, report: Report) -> None:
    """Reject all rows that cannot be written: again until none is, since each may have been needed by others."""
    before = -1
    while before != report.rejected:
        before = report.rejected
        await look_ups.fill(scope)
        await look_ups.reject_unfilled(scope, report)
        await reject_dangling(scope, records, report)
        await look_ups.reject_unused(scope, report)
        # What an event says is certain only when all that it looks up is.
        if before == report.rejected:
            await reject_changed_events(scope, records, report)
            await reject_rule_breakers(scope, records, report)


async def _wait_for_turn(scope: Scope) -> None:
    """Imports into one workspace follow each other: two would both create what both find missing."""
    key = sa.func.hashtextextended(str(scope.workspace_id), 0)
    await scope.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


async def _vocabulary(scope: Scope) -> Vocabulary:
    connection = scope.connection
    of_workspace = sa.select(Workspace.time_zone, Workspace.currency_code).where(Workspace.id == scope.workspace_id)
    workspace = (await connection.execute(of_workspace)).one_or_none()
    if workspace is None:
        raise ImportRefusedError(f"there is no workspace {scope.workspace_id}")
    stages = sa.select(FunnelStage.key, FunnelStage.id, FunnelStage.kind).where(
        FunnelStage.workspace_id == scope.workspace_id
    )
    rows = await connection.execute(stages.order_by(FunnelStage.position))
    return Vocabulary(
        time_zone=workspace.time_zone,
        currency_code=workspace.currency_code,
        stages={row.key: (row.id, row.kind) for row in rows},
    )
