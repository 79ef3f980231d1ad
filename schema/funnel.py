"""The funnel: one cohort followed through the stages of both departments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

from db import models
from resolvers.metrics import funnel
from resolvers.metrics.conversion import Skipping
from schema.entity import READERS, computed_type
from schema.fields import argument, column, objects, to_one
from schema.period import AS_OF, PERIOD

if TYPE_CHECKING:
    from schema.stage import FunnelStage


@computed_type
class FunnelStep:
    """How much of the cohort reached one stage."""

    stage: FunnelStage = to_one(models.Lead.stage_id, "The stage.")
    reached: int = column("Journeys that reached it, in time; of the first stage those that entered it.")
    step_rate: Decimal | None = column("`reached` divided by that of the stage before; null for the first stage.")
    overall_rate: Decimal | None = column("`reached` divided by that of the first stage; null for an empty cohort.")
    median_days: Decimal | None = column("The median of the days from reaching the stage before to reaching this one.")


@computed_type
class Funnel:
    """The journeys that first entered one stage in a period, and what became of them."""

    entered: int = column("Journeys whose first entry to the first stage lies in the period.")
    mature: bool | None = column(
        "Whether all have had the time `within`; null where none was given, or nothing entered."
    )
    steps: list[FunnelStep] = objects(funnel.steps, "The stages, in the order that was asked for.")


@strawberry.type
class Queries:
    funnel: Funnel = objects(
        funnel.funnel,
        "The cohort of a stage followed through the stages behind it, of marketing and sales.",
        argument(list[str], "The keys of 2 to 12 stages, each later on the line than the one before.", name="stages"),
        PERIOD,
        argument(timedelta | None, "The time that a journey has; any, if left out.", name="within"),
        argument(Skipping, "Whether later stages count too.", name="skipping", default=Skipping.ALLOWED),
        AS_OF,
        roles=READERS,
    )
