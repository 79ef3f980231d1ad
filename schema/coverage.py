"""Content coverage: how much there is for each persona in each buying stage, and where nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry

from db import models
from resolvers.metrics import answer, coverage
from resolvers.metrics.coverage import CoverageLevel
from schema.entity import READERS, computed_type
from schema.fields import argument, column, money, objects, to_one
from schema.metric import ExcludedAmounts, MetricPeriod
from schema.period import AS_OF, PERIOD
from schema.scalars import Money
from schema.terms import describe

if TYPE_CHECKING:
    from schema.persona import Persona
    from schema.stage import BuyingStage

describe(CoverageLevel, "How much active content there is.")


@computed_type
class CoverageCell:
    """The active content for one persona in one buying stage."""

    persona: Persona = to_one(models.ContentMapping.persona_id, "The persona.")
    buying_stage: BuyingStage = to_one(models.ContentMapping.buying_stage_id, "The buying stage.")
    assets: int = column("Active assets that fit both, those that fit any persona included.")
    level: CoverageLevel = column("Whether that is enough.")
    uses: int = column("Uses of these assets in the period, whoever used them and for whomever.")
    influenced_revenue: Money = money(
        "The amounts of the opportunities won in the period that one of these assets touched before they closed.",
        amount="influenced_revenue",
    )


@computed_type
class ContentCoverage:
    """How much active content there is for each persona in each buying stage at the end of a period."""

    period: MetricPeriod = objects(answer.period, "The span that was looked at.")
    cells: list[CoverageCell] = objects(
        coverage.cells, "Every persona in every stage, by the persona's name and the stage's position."
    )
    excluded: list[ExcludedAmounts] = objects(
        coverage.excluded, "Amounts that are in no cell, because their currency had no rate."
    )


@strawberry.type
class Queries:
    content_coverage: ContentCoverage = objects(
        coverage.coverage,
        "How much active content there is for each persona in each buying stage.",
        PERIOD,
        argument(list[strawberry.ID] | None, "The ids of the personas; all active ones, if left out.", name="personas"),
        argument(list[strawberry.ID] | None, "The ids of the buying stages; all, if left out.", name="stages"),
        AS_OF,
        roles=READERS,
    )
