"""Any interaction with a buyer, on any channel."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db import models
from db.models import Department, Direction, TouchpointKind
from schema.commands import CONTRIBUTORS, Info, changed, mutation
from schema.countable import Countable
from schema.entity import entity
from schema.fields import column, money, to_one
from schema.scalars import Money
from schema.terms import describe
from schema.timeline import TimelineEvent
from schema.void import EventVoid, VoidInput, VoidPayload, void_event, voided

if TYPE_CHECKING:
    from schema.account import Account, Contact
    from schema.activity import Activity
    from schema.campaign import Campaign
    from schema.channel import Channel
    from schema.content import ContentAsset
    from schema.lead import Lead
    from schema.opportunity import Opportunity
    from schema.workspace import Member

describe(TouchpointKind, "What kind of interaction a touchpoint is.")
describe(Direction, "Who went to whom.")


@entity(models.Touchpoint, plural="touchpoints")
class Touchpoint(TimelineEvent, Countable):
    """An interaction with a buyer, such as a mail, a call, a meeting or a click. Touchpoints are never changed."""

    kind: TouchpointKind = column("What kind of interaction it is.")
    direction: Direction | None = column("Who went to whom; null where that makes no sense, as for a note.")
    department: Department | None = column("The department on our side; null where it is nobody's.")
    subject: str | None = column("What it was about.")
    occurred_at: datetime = column("When it happened.")
    channel: Channel | None = to_one(models.Touchpoint.channel_id, "The channel it happened on.")
    member: Member | None = to_one(models.Touchpoint.member_id, "The member on our side; null where it was a program.")
    contact: Contact | None = to_one(models.Touchpoint.contact_id, "The person on the buyer's side.")
    lead: Lead | None = to_one(models.Touchpoint.lead_id, "The lead it was with.")
    opportunity: Opportunity | None = to_one(models.Touchpoint.opportunity_id, "The opportunity it was about.")
    account: Account | None = to_one(models.Touchpoint.account_id, "The company on the buyer's side.")
    campaign: Campaign | None = to_one(models.Touchpoint.campaign_id, "The campaign it was part of.")
    activity: Activity | None = to_one(models.Touchpoint.activity_id, "The activity it was part of.")
    asset: ContentAsset | None = to_one(models.Touchpoint.asset_id, "The content it was about.")
    cost: Money | None = money("What it cost us by itself, such as the price of a click.", amount="cost")
    voided: EventVoid | None = voided()


@strawberry.input(description="A touchpoint that should not have been recorded.")
class TouchpointVoidInput(VoidInput):
    pass


@strawberry.type(description="What became of the touchpoint.")
class TouchpointVoidPayload(VoidPayload):
    touchpoint: Touchpoint | None = changed("The touchpoint; null where it was not found.")


_VoidInput = Annotated[TouchpointVoidInput, strawberry.argument(description="The touchpoint, and the reason.")]


async def _void(info: Info, input: _VoidInput) -> TouchpointVoidPayload:
    return await void_event(info, models.Touchpoint, input, "touchpoint", TouchpointVoidPayload)


@strawberry.type
class Mutations:
    touchpoint_void: TouchpointVoidPayload = mutation(
        _void, "Voids a touchpoint: it stays readable, and counts nowhere.", roles=CONTRIBUTORS
    )
