"""What a seller should know of an account before a call, in one object."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from db import models
from db.models import BuyingRole
from resolvers import brief
from schema.entity import READERS, ExternalRefInput, computed_type
from schema.fields import argument, column, objects, to_one
from schema.period import AS_OF
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.account import Account, Contact
    from schema.content import ContentAsset, Recommendation
    from schema.touchpoint import Touchpoint

_PEOPLE = argument(int, "How many people, 1 to 100.", name="first", default=10)
_ASSETS = argument(int, "How many assets, 1 to 100.", name="first", default=5)


@computed_type
class KeyPerson:
    """A contact who takes part in the decision on open opportunities of the account."""

    contact: Contact = to_one(models.BuyingGroupMember.contact_id, "The person.")
    roles: list[BuyingRole] = column("The parts the person takes, each once, in the order of the alphabet.")
    is_primary: bool = column("Whether the person is our first contact in any of these decisions.")


@computed_type
class UsedContent:
    """An asset that was used for an account or by its people."""

    asset: ContentAsset = to_one(models.ContentUsage.asset_id, "The asset.")
    uses: int = column("Uses: events of any action but RECREATED.")
    last_used_at: datetime = column("When it was last used.")


@computed_type
class AccountBrief:
    """What a seller should know of an account before a call.

    What happened belongs to the account if it names the account itself, or a contact, a lead or an opportunity of it.
    """

    account: Account = to_one(models.Contact.account_id, "The account.")
    open_leads: int = column("Its leads that are in a stage of kind LEAD now.")
    open_opportunities: int = column("Its opportunities that are in a stage of kind OPPORTUNITY now.")
    won_opportunities: int = column("Its opportunities that are in a stage of kind WON now.")
    lost_opportunities: int = column("Its opportunities that are in a stage of kind LOST now.")
    open_pipeline: list[Money] = objects(
        brief.open_pipeline,
        "What its open opportunities are worth: one amount for each currency, by the currency's code.",
    )
    won_revenue: list[Money] = objects(
        brief.won_revenue, "What its won opportunities were sold for: one amount for each currency, by its code."
    )
    last_touch: Touchpoint | None = objects(
        brief.last_touch, "The latest interaction with it on any channel; null if there was none."
    )
    touchpoints_last_90_days: int = column("Interactions in the 90 complete days before the day of `asOf`.")
    key_people: list[KeyPerson] = objects(
        brief.key_people, "Who decides on its open opportunities: our first contacts first, then by name.", _PEOPLE
    )
    used_content: list[UsedContent] = objects(
        brief.used_content, "What was used for it or by its people, the most used first.", _ASSETS
    )
    next_content: list[Recommendation] = objects(
        brief.next_content,
        "What to use next: recommended for its open opportunities, each asset once, best first.",
        _ASSETS,
    )


@strawberry.type
class Queries:
    account_brief: AccountBrief | None = objects(
        brief.of_account,
        "What to know of an account before a call, by exactly one of `id` and `externalRef`; null if there is none.",
        argument(strawberry.ID | None, "The id of the account.", name="id"),
        argument(ExternalRefInput | None, "The id that another system gave it.", name="external_ref"),
        AS_OF,
        roles=READERS,
    )
