"""Who helped to win an opportunity, and the thanks for it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from db import models
from db.models import Department
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, to_many, to_one

if TYPE_CHECKING:
    from schema.opportunity import Opportunity
    from schema.workspace import Member


@entity(models.Contribution, plural="contributions")
class Contribution(Node):
    """A member's share in an opportunity, given on behalf of a department."""

    opportunity: Opportunity = to_one(models.Contribution.opportunity_id, "The opportunity.")
    member: Member = to_one(models.Contribution.member_id, "Who contributed.")
    department: Department = column("The department on whose side the member contributed.")
    share: Decimal = column("The member's share, 0 to 1; the shares of an opportunity need not add up to 1.")
    note: str | None = column("What the member did.")
    recognitions: Connection[Recognition] = to_many(models.Recognition.contribution_id, "The thanks for it.")


@entity(models.Recognition, plural="recognitions")
class Recognition(Node):
    """One member thanks another for a contribution. Thanks are never changed."""

    contribution: Contribution = to_one(models.Recognition.contribution_id, "What the thanks are for.")
    from_member: Member = to_one(models.Recognition.from_member_id, "Who gives thanks.")
    message: str = column("The thanks, in words.")
    occurred_at: datetime = column("When it was said.")
