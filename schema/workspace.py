"""The tenant, the people in it and its keys."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from db import models
from db.models import Department, Role
from resolvers import viewer as viewers
from schema.connection import Connection
from schema.entity import EVERYONE, Node, computed_type, entity
from schema.fields import column, objects, to_many, to_one
from schema.terms import describe

if TYPE_CHECKING:
    from schema.account import Account
    from schema.content import ContentAsset
    from schema.lead import Lead
    from schema.opportunity import Opportunity
    from schema.stage import StageTransition
    from schema.usage import ContentUsage

describe(Department, "Which side of the house a member, team, channel or stage belongs to.")
describe(Role, "What a member or token may do.")


@entity(models.Workspace, plural="workspaces", roles=EVERYONE)
class Workspace(Node):
    """The company whose data this is: everything else belongs to exactly one workspace."""

    slug: str = column("The short name that commands and tokens use.")
    name: str = column("The name for people.")
    time_zone: str = column("The IANA time zone whose days and months metrics count in.")
    currency_code: str = column("The ISO 4217 code of the currency that reports are in.")
    fiscal_year_start_month: int = column("The month, 1 to 12, in which the fiscal year begins.")


@entity(models.Team, plural="teams")
class Team(Node):
    """A group of members of one department."""

    name: str = column("Name of the team.")
    department: Department = column("The department it belongs to.")
    members: Connection[Member] = to_many(models.Member.team_id, "Its members.")


@entity(models.Member, plural="members")
class Member(Node):
    """A person who works with the shared data; every owner is a member."""

    name: str = column("Name of the member.")
    email: str | None = column("E-mail address of the member.")
    department: Department = column("The department whose side the member takes in approvals.")
    role: Role = column("What the member may do.")
    active: bool = column("Whether the member still works here.")
    team: Team | None = to_one(models.Member.team_id, "The member's team.")
    content_assets: Connection[ContentAsset] = to_many(models.ContentAsset.owner_id, "Content the member owns.")
    accounts: Connection[Account] = to_many(models.Account.owner_id, "Accounts the member owns.")
    leads: Connection[Lead] = to_many(models.Lead.owner_id, "Leads the member owns.")
    sales_leads: Connection[Lead] = to_many(models.Lead.sales_owner_id, "Leads the member owns on the side of sales.")
    opportunities: Connection[Opportunity] = to_many(models.Opportunity.owner_id, "Opportunities the member owns.")
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.member_id, "What the member did with content.")
    transitions: Connection[StageTransition] = to_many(
        models.StageTransition.member_id, "Stage transitions the member brought about."
    )
    api_tokens: Connection[ApiToken] = to_many(models.ApiToken.member_id, "Tokens that act as the member.")


@entity(models.ApiToken, plural="apiTokens", roles={Role.ADMIN})
class ApiToken(Node):
    """A key to the workspace. Its secret is shown once, when it is made, and never kept."""

    name: str = column("What the token is for.")
    role: Role = column("What the token may do.")
    member: Member | None = to_one(models.ApiToken.member_id, "The member it acts as; null for a program.")
    expires_at: datetime | None = column("When it stops working; null for never.")
    revoked_at: datetime | None = column("When it was taken back; null while it works.")


@computed_type
class Viewer:
    """Who is asking."""

    role: Role = column("What the viewer may do.")
    member: Member | None = to_one(models.ApiToken.member_id, "The member whose token it is; null for a program's.")
    workspace: Workspace = objects(viewers.workspace, "The workspace that the token reads.")


@strawberry.type
class Queries:
    viewer: Viewer = objects(viewers.current, "Who is asking, and what they may do.", roles=EVERYONE)
