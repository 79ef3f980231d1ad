"""What a qualified lead is, agreed between both departments."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from strawberry.scalars import JSON

from db import models
from db.models import CriterionOperator, DefinitionStatus
from schema.connection import Connection
from schema.entity import Node, entity
from schema.fields import column, to_many, to_one
from schema.terms import describe

if TYPE_CHECKING:
    from schema.approval import Approval
    from schema.handoff import Handoff
    from schema.workspace import Member

describe(DefinitionStatus, "How far a definition of a qualified lead has come.")
describe(CriterionOperator, "How a criterion compares the value seen on a lead with its own.")


@entity(models.LeadDefinition, plural="leadDefinitions")
class LeadDefinition(Node):
    """A version of what a qualified lead is: one that reaches the threshold and fails no required criterion."""

    version: int = column("The version, from 1; later ones are greater.")
    status: DefinitionStatus = column("How far it has come; one version at a time is agreed.")
    summary: str = column("The definition in a sentence.")
    threshold: Decimal = column("The sum of weights that a lead must reach to be qualified.")
    proposed_at: datetime | None = column("When it was put to both departments; null while it is a draft.")
    agreed_at: datetime | None = column("When the second department approved it; null before.")
    retired_at: datetime | None = column("When it was no longer in force; null before.")
    author: Member | None = to_one(models.LeadDefinition.author_id, "The member who wrote it.")
    criteria: Connection[LeadCriterion] = to_many(models.LeadCriterion.definition_id, "What a lead is checked for.")
    approvals: Connection[Approval] = to_many(models.Approval.lead_definition_id, "What each department said to it.")
    handoffs: Connection[Handoff] = to_many(models.Handoff.definition_id, "Leads that were handed over under it.")


@entity(models.LeadCriterion, plural="leadCriteria")
class LeadCriterion(Node):
    """One condition of a definition: a field of the lead, compared with a value."""

    definition: LeadDefinition = to_one(models.LeadCriterion.definition_id, "The definition that it is part of.")
    position: int = column("Its place in the definition, from 1.")
    label: str = column("The condition in words.")
    field: str = column("The field of the lead that is looked at; a dot leads to another entity's field.")
    operator: CriterionOperator = column("How the value seen is compared.")
    value: JSON | None = column("What it is compared with, as JSON; null where nothing is needed.", filterable=False)
    weight: Decimal = column("What the lead gains where it holds.")
    required: bool = column("Whether a lead that fails it is not qualified, whatever its score.")
