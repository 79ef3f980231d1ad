"""The kinds of people who buy, and what they ask on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import models
from db.models import BuyingRole
from schema.connection import Connection
from schema.entity import EVERYONE, Node, entity
from schema.fields import column, to_many, to_one
from schema.search import Searchable
from schema.terms import describe

if TYPE_CHECKING:
    from schema.account import Contact
    from schema.content import ContentMapping
    from schema.lead import Lead
    from schema.message import Message
    from schema.request import ContentRequest
    from schema.stage import BuyingStage

describe(BuyingRole, "The part that a person takes in a purchase.")


@entity(models.Persona, plural="personas", roles=EVERYONE)
class Persona(Searchable):
    """A kind of person who takes part in buying: what they want, fear and ask."""

    name: str = column("Name of the persona.")
    job_titles: list[str] = column("Job titles that such people have.")
    goals: list[str] = column("What they want to achieve.")
    pains: list[str] = column("What troubles them.")
    default_buying_role: BuyingRole | None = column("The part they usually take in a purchase.")
    active: bool = column("Whether the persona is still used.")
    questions: Connection[PersonaQuestion] = to_many(
        models.PersonaQuestion.persona_id, "What such people ask, per buying stage."
    )
    contacts: Connection[Contact] = to_many(models.Contact.persona_id, "Contacts of this kind.")
    leads: Connection[Lead] = to_many(models.Lead.persona_id, "Leads of this kind.")
    messages: Connection[Message] = to_many(models.Message.persona_id, "Key messages meant for this kind alone.")
    content_mappings: Connection[ContentMapping] = to_many(
        models.ContentMapping.persona_id, "Content made for this persona, per buying stage."
    )
    content_requests: Connection[ContentRequest] = to_many(
        models.ContentRequest.persona_id, "Content that was asked for, for this persona."
    )


@entity(models.PersonaQuestion, plural="personaQuestions", roles=EVERYONE)
class PersonaQuestion(Node):
    """A question that a persona asks in one buying stage."""

    persona: Persona = to_one(models.PersonaQuestion.persona_id, "Who asks.")
    buying_stage: BuyingStage = to_one(models.PersonaQuestion.buying_stage_id, "The stage in which it is asked.")
    position: int = column("Its place among the persona's questions in that stage.")
    question: str = column("The question in the buyer's words.")
