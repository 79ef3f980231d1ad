"""Pipeline velocity."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from resolvers.metrics import excluded, velocity
from schema.entity import READERS, computed_type
from schema.fields import argument, column, money, objects
from schema.metric import ExcludedAmounts, MetricFilterInput
from schema.period import AS_OF
from schema.scalars import Money


@computed_type
class PipelineVelocity:
    """How much money the open opportunities make a day, if all goes on as in the last twelve months."""

    per_day: Money | None = money(
        "Open opportunities times win rate times average deal size, divided by the median sales cycle.", amount="amount"
    )
    open_opportunities: Decimal = column("Opportunities open at `asOf`.")
    win_rate: Decimal | None = column("The win rate of the last 12 complete months.")
    average_deal_size: Decimal | None = column("The average deal size of the last 12 complete months.")
    cycle_days: Decimal | None = column("The median sales cycle of the last 12 complete months.")
    excluded: list[ExcludedAmounts] = objects(
        excluded.excluded, "Won amounts that are not in the average, because their currency had no rate."
    )


@strawberry.type
class Queries:
    pipeline_velocity: PipelineVelocity = objects(
        velocity.velocity,
        "How much money the open opportunities make a day.",
        argument(list[MetricFilterInput] | None, "Only what fits all of these.", name="filter_"),
        AS_OF,
        roles=READERS,
    )
