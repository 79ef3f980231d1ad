"""Stage conversion: of the journeys that entered one stage, how many reached another."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import strawberry

from db import models
from resolvers.metrics import conversion
from resolvers.metrics.conversion import ConversionMode, Skipping
from resolvers.metrics.dimension import Dimension
from schema.dimension import DimensionValue
from schema.entity import READERS, computed_type
from schema.fields import argument, column, items, objects, to_one
from schema.period import AS_OF, PERIOD
from schema.terms import describe

if TYPE_CHECKING:
    from schema.stage import FunnelStage

describe(ConversionMode, "Which journeys a conversion counts.")
describe(Skipping, "What counts as reaching a stage.")


@computed_type
class StageConversionGroup:
    """The conversion of the journeys with the same values in all dimensions."""

    dimensions: list[DimensionValue] = items(conversion.dimensions, "What the journeys have in common.")
    entered: int = column("Journeys counted at the stage `from`.")
    converted: int = column("Journeys counted at the stage `to`.")
    out_of_order: int | None = column("As for all journeys together.")
    rate: float | None = column("`converted` divided by `entered`; null where nothing entered.")
    mature: bool | None = column("As for all journeys together.")
    median_days: float | None = column("As for all journeys together.")


@computed_type
class StageConversion:
    """Of the journeys that entered one stage, how many reached another."""

    from_: FunnelStage = to_one(
        models.StageTransition.from_stage_id, "The stage that journeys start from.", name="from"
    )
    to: FunnelStage = to_one(models.StageTransition.to_stage_id, "The stage that they are to reach.")
    entered: int = column(
        "COHORT: journeys whose first entry to `from` lies in the period. PERIOD: journeys that entered it in the period."
    )
    converted: int = column(
        "COHORT: those that reached `to` after it, in time. PERIOD: journeys that entered `to` in the period."
    )
    out_of_order: int | None = column(
        "COHORT: those not converted that had been in `to` before their first entry to `from`. Null for PERIOD."
    )
    rate: float | None = column("`converted` divided by `entered`, to six decimals; null where nothing entered.")
    mature: bool | None = column("Whether all journeys have had the time `within`; null where none was given.")
    median_days: float | None = column("The median of the days from entering to reaching, of those converted.")
    groups: list[StageConversionGroup] = objects(conversion.groups, "The same per group, the most entered first.")


@strawberry.type
class Queries:
    stage_conversion: StageConversion = objects(
        conversion.stage_conversion,
        "Of the journeys that entered one stage, how many reached another.",
        argument(str, "The key of the stage to start from.", name="from_"),
        argument(str, "The key of the stage to reach; later on the line.", name="to"),
        PERIOD,
        argument(ConversionMode, "Which journeys to count.", name="mode", default=ConversionMode.COHORT),
        argument(timedelta | None, "The time that a journey has to convert; any, if left out.", name="within"),
        argument(Skipping, "Whether later stages count too.", name="skipping", default=Skipping.ALLOWED),
        argument(list[Dimension], "What to group by.", name="group_by", default=[]),
        AS_OF,
        roles=READERS,
    )
