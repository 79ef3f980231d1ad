"""What we say to buyers, whom each piece is for, and what to use now."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from db import models
from db.models import ContentKind, ContentStatus
from resolvers import recommendation, sharing
from resolvers.metrics import usage as usage_metric
from resolvers.recommendation import ReasonCode
from schema.connection import Connection
from schema.countable import Countable
from schema.entity import EVERYONE, Node, computed_type, entity
from schema.fields import argument, column, items, objects, through, to_many, to_one
from schema.period import AS_OF, PERIOD
from schema.search import Searchable
from schema.terms import describe

if TYPE_CHECKING:
    from schema.feedback import ContentFeedback
    from schema.lead import Lead
    from schema.message import Message
    from schema.persona import Persona
    from schema.request import ContentRequest
    from schema.stage import BuyingStage
    from schema.touchpoint import Touchpoint
    from schema.usage import AssetUsageSummary, ContentUsage
    from schema.workspace import Member

describe(ContentKind, "What kind of thing an asset is.")
describe(ContentStatus, "Whether an asset is to be used.")
describe(ReasonCode, "Why an asset is recommended.")


@entity(models.ContentAsset, plural="contentAssets", roles=EVERYONE, shared=sharing.with_partners)
class ContentAsset(Searchable, Countable):
    """A piece of content: something that is shown, sent or said to buyers."""

    title: str = column("Title of the asset.")
    kind: ContentKind = column("What kind of thing it is.")
    url: str | None = column("Where it can be found.")
    language: str | None = column("Its language as an ISO 639 code.")
    status: ContentStatus = column("Whether it is to be used.")
    published_on: date | None = column("The day it was published.")
    reviewed_on: date | None = column("The day somebody last made sure that it is still right.")
    expires_on: date | None = column("The day from which it is no longer right.")
    for_partners: bool = column("Whether partners may see and use it too.")
    won_uses: int = column("How often it was used in opportunities that are won now.")
    owner: Member | None = to_one(models.ContentAsset.owner_id, "The member who looks after it.")
    mappings: Connection[ContentMapping] = to_many(models.ContentMapping.asset_id, "Whom and which stage it fits.")
    messages: Connection[Message] = through(
        models.ContentMessage.asset_id, models.ContentMessage.message_id, "The key messages it carries."
    )
    usages: Connection[ContentUsage] = to_many(models.ContentUsage.asset_id, "What was done with it.")
    feedback: Connection[ContentFeedback] = to_many(models.ContentFeedback.asset_id, "What members think of it.")
    touchpoints: Connection[Touchpoint] = to_many(models.Touchpoint.asset_id, "Interactions that were about it.")
    requests: Connection[ContentRequest] = to_many(models.ContentRequest.asset_id, "The requests that it came of.")
    landed_leads: Connection[Lead] = to_many(models.Lead.first_asset_id, "Leads that landed on it first.")
    usage: AssetUsageSummary = objects(usage_metric.of_asset, "How often it was used in a period.", PERIOD, AS_OF)


@entity(models.ContentMapping, plural="contentMappings", roles=EVERYONE, shared=sharing.of_asset)
class ContentMapping(Node):
    """An asset fits a persona, or any, in one buying stage."""

    asset: ContentAsset = to_one(models.ContentMapping.asset_id, "The asset.")
    persona: Persona | None = to_one(models.ContentMapping.persona_id, "The persona; null for any.")
    buying_stage: BuyingStage = to_one(models.ContentMapping.buying_stage_id, "The buying stage.")
    fit_weight: Decimal = column("How well it fits, 0 to 1.")


@computed_type
class RecommendationReason:
    """One reason for a recommendation."""

    code: ReasonCode = column("The kind of reason, for programs.")
    text: str = column("The reason in a sentence, for people.")


@computed_type
class Recommendation:
    """An asset to use now, with the reasons."""

    asset: ContentAsset = to_one(models.ContentMapping.asset_id, "The asset.")
    persona: Persona | None = to_one(models.ContentMapping.persona_id, "The persona it was chosen for; null for any.")
    fit_weight: Decimal = column("How well it fits, 0 to 1.")
    reasons: list[RecommendationReason] = items(
        recommendation.reasons, "Why, the weightiest reason first.", roles=EVERYONE
    )


@strawberry.type
class Queries:
    content_for: list[Recommendation] = objects(
        recommendation.for_stage,
        "The best content for a buying stage and personas, best first.",
        argument(strawberry.ID, "The id of the buying stage.", name="stage"),
        argument(list[strawberry.ID], "The ids of the personas.", name="personas", default=[]),
        argument(int, "How many assets, 1 to 100.", name="first", default=10),
        roles=EVERYONE,
    )
