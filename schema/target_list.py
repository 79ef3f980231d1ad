"""The accounts that both departments want to win."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import models
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, through, to_many, to_one

if TYPE_CHECKING:
    from schema.account import Account
    from schema.approval import Approval
    from schema.campaign import Campaign
    from schema.workspace import Member


@entity(models.TargetList, plural="targetLists")
class TargetList(Node):
    """A list of accounts to go for. It holds once marketing and sales have both approved it."""

    name: str = column("Name of the list, unique in the workspace.")
    description: str | None = column("Why these accounts.")
    owner: Member | None = to_one(models.TargetList.owner_id, "The member who looks after it.")
    accounts: Connection[Account] = through(
        models.TargetListAccount.target_list_id, models.TargetListAccount.account_id, "The accounts on it."
    )
    approvals: Connection[Approval] = to_many(
        models.Approval.target_list_id, "What each department decided about it; none yet where nothing is said."
    )
    campaigns: Connection[Campaign] = to_many(models.Campaign.target_list_id, "Campaigns that go for its accounts.")
