"""The tables, as typed models: one file a noun."""

from db.models.account import Account, Contact
from db.models.activity import Activity, ActivityKind, Invitation, InvitationStatus, Milestone
from db.models.alignment import AlignmentSurvey, SurveyAnswer
from db.models.approval import Approval, ApprovalDecision
from db.models.audit import AuditAction, AuditEntry
from db.models.base import Base, Entity, Link, Tenant, Term
from db.models.budget import Budget, BudgetAllocation
from db.models.campaign import Campaign, CampaignKind, CampaignStatus
from db.models.channel import Channel
from db.models.content import ContentAsset, ContentKind, ContentMapping, ContentStatus, ContentUsage, UsageAction
from db.models.currency import ExchangeRate
from db.models.definition import CriterionOperator, DefinitionStatus, LeadCriterion, LeadDefinition
from db.models.external_ref import ExternalRef
from db.models.feedback import ContentFeedback, LeadFeedback
from db.models.glossary import GlossaryTerm, GlossaryVersion
from db.models.goal import Horizon, JointGoal
from db.models.handoff import Handoff, HandoffDecision, RejectionReason, ServiceLevel
from db.models.lead import Lead
from db.models.message import CampaignMessage, ContentMessage, Message
from db.models.opportunity import BuyingGroupMember, Opportunity
from db.models.persona import BuyingRole, Persona, PersonaQuestion
from db.models.pipeline import Pipeline
from db.models.plan import Plan, PlanComment, PlanCommitment
from db.models.product import OpportunityLine, Product
from db.models.recognition import Contribution, Recognition
from db.models.request import ContentRequest, RequestDecision
from db.models.review import Review, ReviewAction, ReviewAttendee, ReviewValue
from db.models.rollup import (
    BLOCK,
    NOBODY,
    EntriesByStage,
    EntryDelta,
    RollupState,
    Span,
    TouchpointDelta,
    TouchpointsByCampaign,
    TouchpointsByChannel,
    UsageByAsset,
    UsageByMember,
    UsageDelta,
    UsagePlace,
    UsersByAsset,
)
from db.models.search import SearchTerm
from db.models.stage import BuyingStage, FunnelStage, Journey, StageKind, StageTransition
from db.models.target_list import TargetList, TargetListAccount
from db.models.touchpoint import Direction, Touchpoint, TouchpointKind
from db.models.void import EventTable, EventVoid
from db.models.workspace import ApiToken, Department, Member, Role, Team, Workspace

__all__ = [
    "BLOCK",
    "NOBODY",
    "Account",
    "Activity",
    "ActivityKind",
    "AlignmentSurvey",
    "ApiToken",
    "Approval",
    "ApprovalDecision",
    "AuditAction",
    "AuditEntry",
    "Base",
    "Budget",
    "BudgetAllocation",
    "BuyingGroupMember",
    "BuyingRole",
    "BuyingStage",
    "Campaign",
    "CampaignKind",
    "CampaignMessage",
    "CampaignStatus",
    "Channel",
    "Contact",
    "ContentAsset",
    "ContentFeedback",
    "ContentKind",
    "ContentMapping",
    "ContentMessage",
    "ContentRequest",
    "ContentStatus",
    "ContentUsage",
    "Contribution",
    "CriterionOperator",
    "DefinitionStatus",
    "Department",
    "Direction",
    "Entity",
    "EntriesByStage",
    "EntryDelta",
    "EventTable",
    "EventVoid",
    "ExchangeRate",
    "ExternalRef",
    "FunnelStage",
    "GlossaryTerm",
    "GlossaryVersion",
    "Handoff",
    "HandoffDecision",
    "Horizon",
    "Invitation",
    "InvitationStatus",
    "JointGoal",
    "Journey",
    "Lead",
    "LeadCriterion",
    "LeadDefinition",
    "LeadFeedback",
    "Link",
    "Member",
    "Message",
    "Milestone",
    "Opportunity",
    "OpportunityLine",
    "Persona",
    "PersonaQuestion",
    "Pipeline",
    "Plan",
    "PlanComment",
    "PlanCommitment",
    "Product",
    "Recognition",
    "RejectionReason",
    "RequestDecision",
    "Review",
    "ReviewAction",
    "ReviewAttendee",
    "ReviewValue",
    "Role",
    "RollupState",
    "SearchTerm",
    "ServiceLevel",
    "Span",
    "StageKind",
    "StageTransition",
    "SurveyAnswer",
    "TargetList",
    "TargetListAccount",
    "Team",
    "Tenant",
    "Term",
    "Touchpoint",
    "TouchpointDelta",
    "TouchpointKind",
    "TouchpointsByCampaign",
    "TouchpointsByChannel",
    "UsageAction",
    "UsageByAsset",
    "UsageByMember",
    "UsageDelta",
    "UsagePlace",
    "UsersByAsset",
    "Workspace",
]
