"""How long journeys stay in stages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from db import models
from resolvers.metrics import duration
from schema.entity import READERS, computed_type
from schema.fields import column, objects, to_one
from schema.period import AS_OF, PERIOD

if TYPE_CHECKING:
    from schema.stage import FunnelStage


@computed_type
class StageDuration:
    """How long journeys stayed in one stage: of each journey all its stays together."""

    stage: FunnelStage = to_one(models.Lead.stage_id, "The stage.")
    journeys: int = column("Journeys that left it in the period.")
    open: int = column("Journeys that were in it at the end of the period, whose stay is not counted yet.")
    median_days: Decimal | None = column("The median of the days; null where none left.")
    mean_days: Decimal | None = column("The mean of the days.")
    p90_days: Decimal | None = column("The days that nine of ten did not exceed.", public="p90Days")


@strawberry.type
class Queries:
    stage_duration: list[StageDuration] = objects(
        duration.stage_duration,
        "How long journeys stay in each stage, by the stages' position.",
        PERIOD,
        AS_OF,
        roles=READERS,
    )
