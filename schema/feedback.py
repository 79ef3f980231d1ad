"""What members say of the content that they use, and of the leads that marketing hands over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from db import models
from schema.entity import entity
from schema.fields import column, to_one
from schema.timeline import TimelineEvent

if TYPE_CHECKING:
    from schema.content import ContentAsset
    from schema.handoff import Handoff
    from schema.lead import Lead
    from schema.opportunity import Opportunity
    from schema.workspace import Member


@entity(models.ContentFeedback, plural="contentFeedbacks")
class ContentFeedback(TimelineEvent):
    """A member's opinion of an asset. Feedback is never changed."""

    asset: ContentAsset = to_one(models.ContentFeedback.asset_id, "The asset.")
    member: Member = to_one(models.ContentFeedback.member_id, "Whose opinion it is.")
    opportunity: Opportunity | None = to_one(
        models.ContentFeedback.opportunity_id, "The opportunity that the member used it in; null where it was none."
    )
    rating: int = column("How good the asset is, 1 to 5; higher is better.")
    comment: str | None = column("Why, in words.")
    occurred_at: datetime = column("When it was said.")


@entity(models.LeadFeedback, plural="leadFeedbacks")
class LeadFeedback(TimelineEvent):
    """What a member of sales found the quality of a lead to be. Feedback is never changed."""

    lead: Lead = to_one(models.LeadFeedback.lead_id, "The lead.")
    member: Member = to_one(models.LeadFeedback.member_id, "Whose opinion it is.")
    handoff: Handoff | None = to_one(
        models.LeadFeedback.handoff_id, "The hand-off that it answers; null where the lead was never handed over."
    )
    quality: int = column("How good the lead is, 1 to 5; higher is better.")
    reasons: list[str] = column("Why, as short codes.")
    comment: str | None = column("Why, in words.")
    occurred_at: datetime = column("When it was said.")
