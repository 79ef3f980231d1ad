"""What is done with content: the events, what they add up to, and how they are recorded."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from db import models
from db.models import UsageAction
from resolvers.commands import usage as command
from resolvers.commands.rows import OnError, RowStatus
from resolvers.metrics import usage as usage_metric
from schema.commands import (
    CONTRIBUTORS,
    EntityRefInput,
    Info,
    Read,
    UserError,
    changed,
    execute,
    mutation,
    references,
    user_errors,
)
from schema.countable import Countable
from schema.entity import READERS, ExternalRefInput, computed_type, entity
from schema.fields import argument, column, objects, to_one
from schema.period import AS_OF, PERIOD
from schema.terms import describe
from schema.timeline import TimelineEvent
from schema.void import EventVoid, VoidInput, VoidPayload, void_event, voided

if TYPE_CHECKING:
    from schema.account import Account, Contact
    from schema.channel import Channel
    from schema.content import ContentAsset
    from schema.lead import Lead
    from schema.opportunity import Opportunity
    from schema.workspace import Member

describe(UsageAction, "What somebody did with an asset.")


@entity(models.ContentUsage, singular="contentUsageEvent", plural="contentUsageEvents")
class ContentUsage(TimelineEvent, Countable):
    """Somebody did something with an asset. Such events are never changed."""

    asset: ContentAsset = to_one(models.ContentUsage.asset_id, "The asset.")
    action: UsageAction = column("What was done.")
    occurred_at: datetime = column("When it was done.")
    minutes: Decimal | None = column("Minutes that it took.")
    member: Member | None = to_one(models.ContentUsage.member_id, "The member who did it.")
    contact: Contact | None = to_one(models.ContentUsage.contact_id, "The contact who did it.")
    lead: Lead | None = to_one(models.ContentUsage.lead_id, "The lead it was done for.")
    opportunity: Opportunity | None = to_one(models.ContentUsage.opportunity_id, "The opportunity it was done for.")
    account: Account | None = to_one(models.ContentUsage.account_id, "The account it was done for.")
    channel: Channel | None = to_one(models.ContentUsage.channel_id, "The channel on which it was done.")
    voided: EventVoid | None = voided()


@computed_type
class UsageByAction:
    """How often one action was done, with one asset or with all."""

    action: UsageAction = column("The action.")
    uses: int = column("How often it was done.")
    users: int = column("How many different members did it.")


@computed_type
class AssetUsageSummary:
    """How often an asset was used in a period."""

    uses: int = column("Uses: events of any action but RECREATED.")
    users: int = column("Different members who used it.")
    recreated: int = column("How often somebody made it again instead of using it.")
    minutes: Decimal = column("Minutes spent on it, recreating included.")
    by_action: list[UsageByAction] = objects(usage_metric.by_action, "The same per action; only actions that occurred.")


@computed_type
class AssetUsage:
    """An asset in a ranking by use."""

    asset: ContentAsset = to_one(models.ContentUsage.asset_id, "The asset.")
    uses: int = column("Uses in the period: events of any action but RECREATED.")
    users: int = column("Different members who used it in the period.")


@computed_type
class ContentUsageReport:
    """What was done with content in a period."""

    nodes: list[AssetUsage] = objects(usage_metric.ranked, "The most used assets, in this order.")
    by_action: list[UsageByAction] = objects(
        usage_metric.by_action_of_all, "All assets together per action, RECREATED included; only actions that occurred."
    )


@strawberry.type
class Queries:
    content_usage: ContentUsageReport = objects(
        usage_metric.ranking,
        "The most used assets of a period, and what was done with all content.",
        PERIOD,
        argument(int, "How many assets, 1 to 100.", name="first", default=20),
        AS_OF,
        roles=READERS,
    )


@strawberry.input(description="Something that was done with an asset.")
class ContentUsageInput:
    asset: EntityRefInput = strawberry.field(description="The asset.")
    action: UsageAction = strawberry.field(description="What was done.")
    occurred_at: datetime = strawberry.field(description="When it was done; not in the future.")
    minutes: Decimal | None = strawberry.field(description="Minutes that it took.", default=None)
    member: EntityRefInput | None = strawberry.field(description="The member who did it.", default=None)
    contact: EntityRefInput | None = strawberry.field(
        description="The contact who did it; not together with a member.", default=None
    )
    lead: EntityRefInput | None = strawberry.field(description="The lead it was done for.", default=None)
    opportunity: EntityRefInput | None = strawberry.field(description="The opportunity it was done for.", default=None)
    account: EntityRefInput | None = strawberry.field(description="The account it was done for.", default=None)
    channel: EntityRefInput | None = strawberry.field(description="The channel on which it was done.", default=None)
    external_ref: ExternalRefInput | None = strawberry.field(
        description="The event's id in another system: a repeat with it is the same event.", default=None
    )

    def event(self) -> command.Event:
        """The event as the command takes it."""
        key = self.external_ref.key() if self.external_ref else None
        return command.Event(self.action, self.occurred_at, self.minutes, references(self, command.REFERENCES), key)


@strawberry.input(description="What was done with content: one event, or up to 500.")
class ContentUsageRecordInput:
    events: list[ContentUsageInput] = strawberry.field(description="The events, 1 to 500.")
    on_error: OnError = strawberry.field(
        description="What a failing event means for the others.", default=OnError.REJECT_ALL
    )


@strawberry.type(description="What became of one event.")
class ContentUsageRecordResult:
    entity: strawberry.Private[Read]
    status: RowStatus = strawberry.field(description="Whether it was recorded.")
    usage: ContentUsage | None = changed("The event as it is recorded; null if it is not.")
    user_errors: list[UserError] = strawberry.field(description="Why it failed.")


@strawberry.type(description="What became of the events.")
class ContentUsageRecordPayload:
    results: list[ContentUsageRecordResult] = strawberry.field(description="One for each event, in their order.")
    user_errors: list[UserError] = strawberry.field(description="The errors of all events.")


_Input = Annotated[ContentUsageRecordInput, strawberry.argument(description="The events.")]


async def _record(info: Info, input: _Input) -> ContentUsageRecordPayload:
    events = [event.event() for event in input.events]
    recording, entity_of = await execute(
        info,
        ("results", "usage"),
        lambda connection, workspace_id, now: command.record(connection, workspace_id, events, input.on_error, now),
    )
    results = []
    for place, row in enumerate(recording.rows):
        errors = user_errors(recording.errors.of_row.get(place, []))
        entity = entity_of(models.ContentUsage, row.usage_id)
        results.append(ContentUsageRecordResult(entity=entity, status=row.status, user_errors=errors))
    return ContentUsageRecordPayload(results=results, user_errors=user_errors(recording.errors.all()))


@strawberry.input(description="A usage event that should not have been recorded.")
class ContentUsageVoidInput(VoidInput):
    pass


@strawberry.type(description="What became of the event.")
class ContentUsageVoidPayload(VoidPayload):
    usage: ContentUsage | None = changed("The event; null where it was not found.")


_VoidInput = Annotated[ContentUsageVoidInput, strawberry.argument(description="The event, and the reason.")]


async def _void(info: Info, input: _VoidInput) -> ContentUsageVoidPayload:
    return await void_event(info, models.ContentUsage, input, "usage", ContentUsageVoidPayload)


@strawberry.type
class Mutations:
    content_usage_record: ContentUsageRecordPayload = mutation(
        _record, "Records what was done with content; with an external id, exactly once.", roles=CONTRIBUTORS
    )
    content_usage_void: ContentUsageVoidPayload = mutation(
        _void, "Voids a usage event: it stays readable, and counts nowhere.", roles=CONTRIBUTORS
    )
