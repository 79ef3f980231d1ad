"""Record what was done with content: one event or many, each exactly once if it has an external id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from db import rollups, won_uses
from db.models import (
    Account,
    Channel,
    Contact,
    ContentAsset,
    ContentUsage,
    Entity,
    ExternalRef,
    Lead,
    Member,
    Opportunity,
    UsageAction,
)
from resolvers.commands.references import ExternalKey, Reference, external, resolve
from resolvers.commands.rows import OnError, RowErrors, RowStatus, UserErrorCode
from resolvers.compiler.errors import bad_user_input

MAX_EVENTS = 500
MAX_KEY = 255
_CLOCK_SKEW = timedelta(minutes=5)

REFERENCES: Mapping[str, type[Entity]] = {
    "asset": ContentAsset,
    "member": Member,
    "contact": Contact,
    "lead": Lead,
    "opportunity": Opportunity,
    "account": Account,
    "channel": Channel,
}
"""The fields of an event that name an entity; each goes to the column of that name and ``_id``."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a client tells it; ``references`` are by the names in :data:`REFERENCES`."""

    action: UsageAction
    occurred_at: datetime
    minutes: Decimal | None
    references: Mapping[str, Reference]
    key: ExternalKey | None


@dataclass(slots=True)
class Row:
    """What became of one event."""

    status: RowStatus
    usage_id: UUID | None = None


@dataclass(slots=True)
class Recording:
    """What became of all events of one command, in their order."""

    rows: list[Row]
    errors: RowErrors

    @property
    def changed(self) -> list[UUID]:
        """The usages that are recorded, now or before."""
        return [row.usage_id for row in self.rows if row.usage_id is not None]


class _RejectedError(Exception):
    """Rolls back what was written; ``rows`` say what would have become of the events."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__()
        self.rows = rows


async def record(
    connection: AsyncConnection, workspace_id: UUID, events: Sequence[Event], on_error: OnError, now: datetime
) -> Recording:
    """Record ``events`` in the connection's transaction; with REJECT_ALL either all of them or none.

    BAD_USER_INPUT unless there are 1 to :data:`MAX_EVENTS`.
    """
    if not 1 <= len(events) <= MAX_EVENTS:
        raise bad_user_input(f"'events' must have between 1 and {MAX_EVENTS} items.")
    errors = RowErrors(("input", "events"))
    for place, event in enumerate(events):
        _check(place, event, now, errors)
    contents = await _contents(connection, workspace_id, events, errors)
    try:
        async with connection.begin_nested():
            rows = await _write(connection, workspace_id, events, contents, errors)
            if errors.of_row and on_error is OnError.REJECT_ALL:
                raise _RejectedError(rows)
    except _RejectedError as rejected:
        # A repeat of an event in the same command is held back with it.
        held_back = {row.usage_id for row in rejected.rows if row.status is RowStatus.CREATED}
        rows = [Row(RowStatus.HELD_BACK) if row.usage_id in held_back else row for row in rejected.rows]
    for place in errors.of_row:
        rows[place] = Row(RowStatus.FAILED)
    return Recording(rows, errors)


def _check(place: int, event: Event, now: datetime, errors: RowErrors) -> None:
    if event.minutes is not None and event.minutes < 0:
        errors.add(place, UserErrorCode.INVALID, "minutes", "Minutes are not negative.")
    if event.occurred_at > now + _CLOCK_SKEW:
        errors.add(place, UserErrorCode.INVALID, "occurredAt", "The event lies in the future.")
    if "member" in event.references and "contact" in event.references:
        errors.add(place, UserErrorCode.INVALID, "contact", "Either a member or a contact did it, not both.")
    if event.key is not None and not all(
        1 <= len(part) <= MAX_KEY for part in (event.key.source, event.key.external_id)
    ):
        message = f"'source' and 'externalId' have 1 to {MAX_KEY} characters."
        errors.add(place, UserErrorCode.INVALID, "externalRef", message)


async def _contents(
    connection: AsyncConnection, workspace_id: UUID, events: Sequence[Event], errors: RowErrors
) -> list[dict[str, Any]]:
    """The columns of each event, with what its references name."""
    contents: list[dict[str, Any]] = [
        {"action": event.action, "occurred_at": event.occurred_at, "minutes": event.minutes} for event in events
    ]
    for name, model in REFERENCES.items():
        named = list(dict.fromkeys(event.references[name] for event in events if name in event.references))
        found = await resolve(connection, workspace_id, model, named) if named else {}
        for place, event in enumerate(events):
            reference = event.references.get(name)
            contents[place][f"{name}_id"] = found.get(reference) if reference is not None else None
            if reference is not None and reference not in found:
                errors.add(place, UserErrorCode.NOT_FOUND, name, f"There is no such {name} in the workspace.")
    return contents


async def _write(
    connection: AsyncConnection,
    workspace_id: UUID,
    events: Sequence[Event],
    contents: Sequence[Mapping[str, Any]],
    errors: RowErrors,
) -> list[Row]:
    """Insert what is right and new. An event whose key is taken is the same event, or a conflict."""
    right = [place for place in range(len(events)) if place not in errors.of_row]
    rows = [Row(RowStatus.CREATED, usage_id) for usage_id in await _new_ids(connection, len(events))]
    owners: dict[ExternalKey, int] = {}
    for place in right:
        if (key := events[place].key) is not None:
            owners.setdefault(key, place)
    taken = await _claim(connection, workspace_id, {key: rows[place].usage_id for key, place in owners.items()})
    recorded = await _recorded(connection, workspace_id, list(taken.values()))
    for place in right:
        key = events[place].key
        if key is None or (key not in taken and owners[key] == place):
            continue
        first = rows[owners[key]].usage_id if key not in taken else taken[key]
        before = contents[owners[key]] if key not in taken else recorded[taken[key]]
        rows[place] = Row(RowStatus.UNCHANGED, first)
        if dict(before) != dict(contents[place]):
            errors.add(place, UserErrorCode.CONFLICT, "externalRef", "Another event was recorded under this id.")
    created = [place for place in right if rows[place].status is RowStatus.CREATED and place not in errors.of_row]
    new = [{"id": rows[place].usage_id, **contents[place]} for place in created]
    if new:
        await rollups.write(connection, workspace_id, rollups.USAGE, new)
        await won_uses.change_by_usages(connection, workspace_id, new)
    return rows


async def _new_ids(connection: AsyncConnection, count: int) -> Sequence[UUID]:
    return (await connection.scalars(text("SELECT uuidv7() FROM generate_series(1, :count)"), {"count": count})).all()


async def _claim(
    connection: AsyncConnection, workspace_id: UUID, ids: Mapping[ExternalKey, UUID | None]
) -> dict[ExternalKey, UUID]:
    """Give each key to its usage; the keys that were taken already, with the usage that has them."""
    if not ids:
        return {}
    rows = [
        {
            "workspace_id": workspace_id,
            "entity": ContentUsage.__tablename__,
            "source": key.source,
            "external_id": key.external_id,
            "entity_id": ids[key],
        }
        # In one order everywhere, so that two commands never wait for each other in a circle.
        for key in sorted(ids, key=lambda key: (key.source, key.external_id))
    ]
    claim = upsert(ExternalRef).on_conflict_do_nothing().returning(ExternalRef.source, ExternalRef.external_id)
    claimed = {ExternalKey(*row) for row in await connection.execute(claim.values(rows))}
    found = await external(connection, workspace_id, ContentUsage, [key for key in ids if key not in claimed])
    return {key: usage_id for key, usage_id in found.items() if isinstance(key, ExternalKey)}


async def _recorded(connection: AsyncConnection, workspace_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The content of usages that were recorded before."""
    columns = [ContentUsage.action, ContentUsage.occurred_at, ContentUsage.minutes]
    columns += [getattr(ContentUsage, f"{name}_id") for name in REFERENCES]
    rows = await connection.execute(
        select(ContentUsage.id, *columns).where(ContentUsage.workspace_id == workspace_id, ContentUsage.id.in_(ids))
    )
    return {row.id: {column.key: getattr(row, column.key) for column in columns} for row in rows}
