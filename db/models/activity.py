"""The parts of a campaign: events, calls, mailings, and who is invited to them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Entity, Term, linked, money, one_of, references, term
from db.models.campaign import CampaignStatus


class ActivityKind(Term):
    EVENT = "EVENT", "A meeting in one place."
    WEBINAR = "WEBINAR", "A talk on-line."
    CALL_OUT = "CALL_OUT", "Calls to a list."
    MAILING = "MAILING", "A mail or letter to a list."
    ADVERTISEMENT = "ADVERTISEMENT", "Paid space."
    PUBLICATION = "PUBLICATION", "Something is published."
    OTHER = "OTHER", "Anything else."


class InvitationStatus(Term):
    INVITED = "INVITED", "Asked; no answer yet."
    ACCEPTED = "ACCEPTED", "Said yes."
    ATTENDED = "ATTENDED", "The invited came."
    DECLINED = "DECLINED", "Said no."


class Activity(Entity):
    """Something that is done within a campaign.

    ``list_ready_by`` is the day before which both departments approve the list of invitees.
    """

    __tablename__ = "activity"
    __prefix__ = "actv"

    campaign_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[ActivityKind] = term("kind", ActivityKind)
    status: Mapped[CampaignStatus] = term("status", CampaignStatus)
    owner_id: Mapped[UUID | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    list_ready_by: Mapped[date | None]
    cost: Mapped[Decimal | None]
    currency_code: Mapped[str | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            *linked(campaign_id="campaign", owner_id="member"),
            *money("cost"),
            CheckConstraint("ends_at >= starts_at", name="times_in_order"),
        )


class Milestone(Entity):
    """Something that must be done by a day for an activity to succeed."""

    __tablename__ = "milestone"
    __prefix__ = "mile"

    activity_id: Mapped[UUID]
    name: Mapped[str]
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    owner_id: Mapped[UUID | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return tuple(linked(activity_id="activity", owner_id="member"))


class Invitation(Entity):
    """A contact, or an account as a whole, is invited to an activity."""

    __tablename__ = "invitation"
    __prefix__ = "inv"

    activity_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    status: Mapped[InvitationStatus] = term("status", InvitationStatus)
    invited_at: Mapped[datetime]
    responded_at: Mapped[datetime | None]

    @classmethod
    def constraints(cls) -> tuple[object, ...]:
        return (
            references("activity_id", "activity"),
            *linked(contact_id="contact", account_id="account"),
            one_of("contact_id", "account_id", name="one_invitee"),
            UniqueConstraint("workspace_id", "activity_id", "contact_id"),
            UniqueConstraint("workspace_id", "activity_id", "account_id"),
        )
