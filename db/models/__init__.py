"""The tables, as typed models: one file a noun."""

from db.models.account import Account, Contact
from db.models.base import Base, Entity, Tenant, Term
from db.models.channel import Channel
from db.models.content import (
    ContentAsset,
    ContentKind,
    ContentMapping,
    ContentStatus,
    ContentUsage,
    UsageAction,
)
from db.models.external_ref import ExternalRef
from db.models.lead import Lead
from db.models.opportunity import BuyingGroupMember, Opportunity
from db.models.persona import BuyingRole, Persona, PersonaQuestion
from db.models.stage import BuyingStage, FunnelStage, Journey, StageKind, StageTransition
from db.models.workspace import ApiToken, Department, Member, Role, Team, Workspace

__all__ = [
    "Account",
    "ApiToken",
    "Base",
    "BuyingGroupMember",
    "BuyingRole",
    "BuyingStage",
    "Channel",
    "Contact",
    "ContentAsset",
    "ContentKind",
    "ContentMapping",
    "ContentStatus",
    "ContentUsage",
    "Department",
    "Entity",
    "ExternalRef",
    "FunnelStage",
    "Journey",
    "Lead",
    "Member",
    "Opportunity",
    "Persona",
    "PersonaQuestion",
    "Role",
    "StageKind",
    "StageTransition",
    "Team",
    "Tenant",
    "Term",
    "UsageAction",
    "Workspace",
]
