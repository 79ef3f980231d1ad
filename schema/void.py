"""Events that were recorded by mistake, and how that is said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import strawberry

from db import models
from resolvers.commands import void as command
from resolvers.commands.rows import RowStatus
from resolvers.metrics import void
from schema.commands import EntityRefInput, Info, Read, UserError, execute, user_errors
from schema.entity import Node, entity
from schema.fields import column, objects, to_any, to_one
from schema.timeline import TimelineEvent

if TYPE_CHECKING:
    from schema.workspace import Member


@entity(models.EventVoid, plural="eventVoids")
class EventVoid(Node):
    """An event is void: it should not have been recorded. It stays readable, and counts in no metric."""

    event: TimelineEvent = to_any("The event.", entity="event_table", key="event_id")
    reason: str = column("Why it should not have been recorded.")
    voided_at: datetime = column("When somebody said so.")
    member: Member | None = to_one(models.EventVoid.member_id, "The member who said so; null where a program did.")


def voided() -> Any:
    """The field of an event that says why it is void."""
    return objects(void.of_event, "Why it counts in no metric; null for all that counts.")


@strawberry.input
class VoidInput:
    """What the inputs of all mutations share that void an event."""

    event: EntityRefInput = strawberry.field(description="The event.")
    reason: str = strawberry.field(description="Why it should not have been recorded, in up to 1,000 characters.")


@strawberry.type
class VoidPayload:
    """What their payloads share; each has the event besides."""

    entity: strawberry.Private[Read]
    status: RowStatus = strawberry.field(
        description="CREATED where it is void now; UNCHANGED where it was so before: the first reason stays."
    )
    user_errors: list[UserError] = strawberry.field(description="Why it failed.")


Payload = TypeVar("Payload", bound=VoidPayload)


async def void_event(
    info: Info, model: type[models.Entity], given: VoidInput, place: str, payload: type[Payload]
) -> Payload:
    """Void an event of ``model``; the payload shows it in its field ``place``."""
    event, member_id = given.event.reference(), info.context.viewer.member_id
    voiding, entity_of = await execute(
        info,
        (place,),
        lambda connection, workspace_id, now: command.void(
            connection, workspace_id, model, event, given.reason, member_id=member_id, now=now
        ),
    )
    entity = entity_of(model, voiding.event_id)
    return payload(entity=entity, status=voiding.status, user_errors=user_errors(voiding.errors))
