"""The good rows into the workspace's tables, in an order in which each finds what it refers to."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from db import rollups
from db.imports import journeys, merge, transitions
from db.imports.keys import allocate
from db.imports.plan import Record
from db.imports.report import Change
from db.imports.scope import Scope
from db.imports.targets import targets
from db.imports.usages import count_won_uses


async def write(scope: Scope, records: Sequence[Record]) -> list[Change]:
    """Make what the records say; return what each of them changed.

    Ids come first, for all: so leads and opportunities are written once, in the stage where the file leaves them.
    """
    return await _Writer(scope, records).write()


class _Writer:
    def __init__(self, scope: Scope, records: Sequence[Record]) -> None:
        self._scope = scope
        self._targets = {name: target for name, target in targets().items() if name in scope.known}
        self._records = {name: _in_order(records, name) for name in targets()}
        self._new: dict[str, sa.Table] = {}

    async def write(self) -> list[Change]:
        scope, new, changes = self._scope, self._new, []
        for name, target in self._targets.items():
            new[name] = await allocate(scope, target, self._records[name])
            if target.travels:
                await journeys.join_leads(scope, self._makers(name), new[name])
                await journeys.learn(scope, name, new[name])
        gathered, counts = await transitions.gather(scope, self._records["stage_transition"], new["stage_transition"])
        await journeys.lock(scope, gathered)
        for name, target in self._targets.items():
            if not target.event:
                changes += await self._write_entities(name, await self._standing(name, gathered))
        await transitions.insert(scope, gathered)
        await journeys.move(scope, gathered, new["lead"], new["opportunity"])
        changes += await self._changes_of_events("stage_transition", counts)
        for name in ("content_usage", "touchpoint"):
            counts = [await merge.insert(scope, record, new[name]) for record in self._records[name]]
            changes += await self._changes_of_events(name, counts)
        for kind in rollups.KINDS:
            if (events := new.get(kind.event.__tablename__)) is not None:
                await rollups.add(scope.connection, scope.workspace_id, kind, sa.select(events.c.id))
        await count_won_uses(scope, new["content_usage"], gathered, self._records["opportunity"])
        return changes

    def _makers(self, name: str) -> list[Record]:
        return [record for record in self._records[name] if record.creates]

    async def _standing(self, name: str, gathered: sa.Table) -> sa.Table | None:
        if name == "lead":
            return await journeys.standing_of_leads(self._scope, self._new[name], gathered)
        if name == "opportunity":
            return await journeys.standing_of_opportunities(self._scope, self._new[name], gathered)
        return None

    async def _write_entities(self, name: str, standing: sa.Table | None) -> list[Change]:
        scope, new, changes = self._scope, self._new[name], []
        if standing is not None:
            await journeys.begin(scope, new)
        makers = self._makers(name)
        for record in self._records[name]:
            created = updated = 0
            if record.creates:
                again = record is not makers[0]
                created = await merge.insert(scope, record, new, again=again, standing=standing)
            named = await merge.count_named(scope, record)
            if record.updates and created < named:
                updated = await merge.update(scope, record)
            changes.append(_change(record, named, created, updated))
        return changes

    async def _changes_of_events(self, name: str, counts: Sequence[int]) -> list[Change]:
        return [
            _change(record, await merge.count_named(self._scope, record), created, 0)
            for record, created in zip(self._records[name], counts, strict=True)
        ]


def _in_order(records: Sequence[Record], name: str) -> list[Record]:
    """The records of one kind, those that refer to others of the kind last."""
    refers_to_itself = {
        id(record): any(entity == name for entity, _ in record.references.values()) for record in records
    }
    return sorted(
        (record for record in records if record.target.name == name), key=lambda each: refers_to_itself[id(each)]
    )


def _change(record: Record, named: int, created: int, updated: int) -> Change:
    return Change(record.file.name, record.target.name, created, updated, named - created - updated)
