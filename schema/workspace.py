"""The tenant, the people in it and its keys."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from db import models
from db.models import Department, Role
from resolvers import sharing
from resolvers import viewer as viewers
from schema.connection import Connection
from schema.countable import Countable
from schema.entity import EVERYONE, READERS, Node, computed_type, entity
from schema.fields import column, objects, through, to_many, to_one
from schema.terms import describe

if TYPE_CHECKING:
    from schema.account import Account
    from schema.activity import Activity, Milestone
    from schema.alignment import SurveyAnswer
    from schema.approval import Approval
    from schema.audit import AuditEntry
    from schema.budget import Budget
    from schema.campaign import Campaign
    from schema.content import ContentAsset
    from schema.definition import LeadDefinition
    from schema.feedback import ContentFeedback, LeadFeedback
    from schema.glossary import GlossaryTerm, GlossaryVersion
    from schema.goal import JointGoal
    from schema.handoff import Handoff
    from schema.lead import Lead
    from schema.opportunity import Opportunity
    from schema.plan import PlanComment, PlanCommitment
    from schema.recognition import Contribution, Recognition
    from schema.request import ContentRequest
    from schema.review import Review, ReviewAction
    from schema.stage import StageTransition
    from schema.target_list import TargetList
    from schema.touchpoint import Touchpoint
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
    margin_rate: Decimal = column(
        "The share of a revenue, 0 to 1, that is left after the cost of what was sold; 1 counts it in full.",
        filterable=False,
        sortable=False,
        roles=READERS,
    )


@entity(models.Team, plural="teams", roles=EVERYONE, shared=sharing.own_team)
class Team(Node):
    """A group of members of one department."""

    name: str = column("Name of the team.")
    department: Department = column("The department it belongs to.")
    members: Connection[Member] = to_many(models.Member.team_id, "Its members.")
    shared_accounts: Connection[Account] = to_many(
        models.Account.partner_team_id, "Accounts that are shared with it, where it is a team of partners."
    )
    shared_leads: Connection[Lead] = to_many(
        models.Lead.partner_team_id, "Leads that are shared with it, where it is a team of partners."
    )
    shared_opportunities: Connection[Opportunity] = to_many(
        models.Opportunity.partner_team_id, "Opportunities that are shared with it, where it is a team of partners."
    )
    handoffs: Connection[Handoff] = to_many(models.Handoff.to_team_id, "Leads handed over to the team as a whole.")


@entity(models.Member, plural="members", roles=EVERYONE, shared=sharing.colleagues)
class Member(Countable):
    """A person who works with the shared data; every owner is a member."""

    name: str = column("Name of the member.")
    email: str | None = column("E-mail address of the member.")
    department: Department = column("The department whose side the member takes in approvals.")
    role: Role = column("What the member may do.")
    active: bool = column("Whether the member still works here.")
    team: Team | None = to_one(models.Member.team_id, "The member's team.")
    manager: Member | None = to_one(models.Member.manager_id, "The member whom this one answers to.")
    reports: Connection[Member] = to_many(models.Member.manager_id, "The members who answer to this one.")
    content_assets: Connection[ContentAsset] = to_many(models.ContentAsset.owner_id, "Content the member owns.")
    accounts: Connection[Account] = to_many(models.Account.owner_id, "Accounts the member owns.")
    leads: Connection[Lead] = to_many(models.Lead.owner_id, "Leads the member owns.")
    sales_leads: Connection[Lead] = to_many(models.Lead.sales_owner_id, "Leads the member owns on the side of sales.")
    opportunities: Connection[Opportunity] = to_many(models.Opportunity.owner_id, "Opportunities the member owns.")
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.member_id, "What the member did with content.")
    transitions: Connection[StageTransition] = to_many(
        models.StageTransition.member_id, "Stage transitions the member brought about."
    )
    glossary_terms: Connection[GlossaryTerm] = to_many(
        models.GlossaryTerm.owner_id, "Terms of the glossary that the member looks after."
    )
    glossary_versions: Connection[GlossaryVersion] = to_many(
        models.GlossaryVersion.author_id, "Versions of glossary terms that the member wrote."
    )
    lead_definitions: Connection[LeadDefinition] = to_many(
        models.LeadDefinition.author_id, "Definitions of a qualified lead that the member wrote."
    )
    approvals: Connection[Approval] = to_many(
        models.Approval.member_id, "What the member decided on behalf of a department."
    )
    audit_entries: Connection[AuditEntry] = to_many(models.AuditEntry.member_id, "Changes that the member made.")
    marketing_goals: Connection[JointGoal] = to_many(
        models.JointGoal.marketing_owner_id, "Joint goals that the member answers for in marketing."
    )
    sales_goals: Connection[JointGoal] = to_many(
        models.JointGoal.sales_owner_id, "Joint goals that the member answers for in sales."
    )
    budgets: Connection[Budget] = to_many(models.Budget.owner_id, "Budgets that the member answers for.")
    plan_commitments: Connection[PlanCommitment] = to_many(
        models.PlanCommitment.owner_id, "Commitments of plans that the member sees to."
    )
    plan_comments: Connection[PlanComment] = to_many(models.PlanComment.member_id, "What the member said of plans.")
    reviews: Connection[Review] = through(
        models.ReviewAttendee.member_id, models.ReviewAttendee.review_id, "Reviews that the member took part in."
    )
    review_actions: Connection[ReviewAction] = to_many(
        models.ReviewAction.owner_id, "What reviews asked the member to do."
    )
    survey_answers: Connection[SurveyAnswer] = to_many(
        models.SurveyAnswer.member_id, "How well the member thinks that the departments work together."
    )
    content_requests: Connection[ContentRequest] = to_many(
        models.ContentRequest.requester_id, "Content that the member asked for."
    )
    content_decisions: Connection[ContentRequest] = to_many(
        models.ContentRequest.decided_by_id, "Requests for content that the member decided on."
    )
    target_lists: Connection[TargetList] = to_many(models.TargetList.owner_id, "Target lists the member owns.")
    campaigns: Connection[Campaign] = to_many(models.Campaign.owner_id, "Campaigns the member owns.")
    activities: Connection[Activity] = to_many(models.Activity.owner_id, "Activities the member owns.")
    milestones: Connection[Milestone] = to_many(models.Milestone.owner_id, "Milestones the member sees to.")
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.member_id, "The member's interactions with buyers.")
    handoffs_given: Connection[Handoff] = to_many(
        models.Handoff.from_member_id, "Leads the member handed over to sales."
    )
    handoffs_received: Connection[Handoff] = to_many(
        models.Handoff.to_member_id, "Leads that were handed over to the member."
    )
    handoffs_decided: Connection[Handoff] = to_many(
        models.Handoff.decided_by_id, "Hand-offs that the member accepted or rejected."
    )
    lead_feedback: Connection[LeadFeedback] = to_many(
        models.LeadFeedback.member_id, "What the member says of the quality of leads."
    )
    content_feedback: Connection[ContentFeedback] = to_many(
        models.ContentFeedback.member_id, "What the member says of content."
    )
    contributions: Connection[Contribution] = to_many(
        models.Contribution.member_id, "The member's shares in opportunities."
    )
    recognitions_given: Connection[Recognition] = to_many(
        models.Recognition.from_member_id, "The thanks that the member gave to others."
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
    audit_entries: Connection[AuditEntry] = to_many(models.AuditEntry.api_token_id, "Changes made with it.")


@computed_type
class Viewer:
    """Who is asking."""

    role: Role = column("What the viewer may do.")
    member: Member | None = to_one(models.ApiToken.member_id, "The member whose token it is; null for a program's.")
    workspace: Workspace = objects(viewers.workspace, "The workspace that the token reads.", roles=EVERYONE)


@strawberry.type
class Queries:
    viewer: Viewer = objects(viewers.current, "Who is asking, and what they may do.", roles=EVERYONE)
