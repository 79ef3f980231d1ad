"""Metrics: the catalogue, and one number with its parts, its groups and its course."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from db.models import Department
from resolvers.metrics import answer, behind, excluded, overview
from resolvers.metrics.behind import Side
from resolvers.metrics.catalogue import MetricKey
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.measure import Statistic
from resolvers.metrics.metric import Better, Unit
from resolvers.metrics.period import Grain, Window
from schema.connection import Connection
from schema.countable import Countable
from schema.dimension import DimensionValue
from schema.entity import READERS, computed_type
from schema.fields import argument, column, gathered, items, objects
from schema.period import AS_OF, PERIOD
from schema.terms import describe

describe(MetricKey, "The metrics of the catalogue.")
describe(Unit, "What a metric is counted in.")
describe(Better, "Which way a metric should move.")
describe(Statistic, "What is told of a distribution.")
describe(Side, "The two sides of a quotient.")
describe(Grain, "The parts of a period, in the workspace's calendar; the first and the last are cut where it is.")


@computed_type
class MetricDefinition:
    """What a metric means: the same wherever its number appears."""

    key: MetricKey = column("Its key.")
    name: str = column("Its name.")
    formula: str = column("How it is computed.")
    unit: Unit = column("What it is counted in.")
    better: Better = column("Which way it should move.")
    owner: Department | None = column("The department that answers for the definition; null where both do.")
    version: int = column("Grows with every change of the definition.")
    dimensions: list[Dimension] = column("What it can be grouped and filtered by.")


@computed_type
class MetricPeriod:
    """The span that was looked at, half-open."""

    from_: datetime = column("The first moment of it.", name="from_", public="from")
    to: datetime = column("The moment with which it ends, which is not part of it.")


@computed_type
class MetricValue:
    """A number with its unit."""

    number: Decimal | None = column(
        "The number; ratios and averages to six decimals. Null where nothing is divided by nothing, or nothing was measured."
    )
    unit: Unit = column("What it is counted in.")
    currency_code: str | None = column("The currency, where it is money.")


@computed_type
class MetricGroup:
    """The metric of all that have the same values in all dimensions."""

    dimensions: list[DimensionValue] = items(answer.dimensions, "What they have in common.")
    value: MetricValue = objects(answer.value, "The number.")
    numerator: Decimal | None = column("What is divided; null where nothing is.")
    denominator: Decimal | None = column("What it is divided by; null where nothing is.")
    sample_size: int | None = column("How many values a distribution's statistic is of.")


@computed_type
class MetricPart:
    """The metric of one part of the period."""

    from_: datetime = column("The first moment of the part.", name="from_", public="from")
    to: datetime = column("The moment with which it ends, which is not part of it.")
    value: MetricValue = objects(answer.value, "The number.")
    numerator: Decimal | None = column("What is divided; null where nothing is.")
    denominator: Decimal | None = column("What it is divided by; null where nothing is.")
    sample_size: int | None = column("How many values a distribution's statistic is of.")


@computed_type
class ExcludedAmounts:
    """Amounts that could not be converted, because their currency had no rate."""

    currency_code: str = column("The currency.")
    count: int = column("How many amounts.")


@strawberry.input(description="Only what has one of these values in a dimension.")
class MetricFilterInput:
    dimension: Dimension = strawberry.field(description="The dimension.")
    keys: list[str | None] = strawberry.field(description="The values' keys; null stands for a missing value.")


@computed_type
class MetricResult:
    """One metric over one period."""

    definition: MetricDefinition = objects(answer.definition, "What the metric means.")
    period: MetricPeriod = objects(answer.period, "The span that was looked at.")
    value: MetricValue = objects(answer.value, "The number.")
    numerator: Decimal | None = column("What is divided; null where nothing is.")
    denominator: Decimal | None = column("What it is divided by; null where nothing is.")
    sample_size: int | None = column("How many values a distribution's statistic is of.")
    groups: list[MetricGroup] = objects(
        answer.groups, "The same per group, the greatest first; empty without `groupBy`."
    )
    series: list[MetricPart] = objects(answer.series, "The same per part of the period; empty without `grain`.")
    overlapping: bool = column("Whether one thing can be in several groups, which then need not add up.")
    drill_down: Connection[Countable] = gathered(
        behind.drill_down,
        "The objects behind the number that are counted, measured or added up, the latest first.",
        argument(Side | None, "Of a quotient: of which side.", name="side"),
        argument(list[MetricFilterInput] | None, "Only those of this group.", name="group"),
        only=behind.tables_behind,
    )
    excluded: list[ExcludedAmounts] = objects(
        excluded.excluded, "Amounts that are in no number, because their currency had no rate."
    )


@computed_type
class MetricInWindow:
    """One metric over one window."""

    definition: MetricDefinition = objects(answer.definition, "What the metric means.")
    window: Window = column("The window.")
    period: MetricPeriod = objects(answer.period, "The span that it stands for.")
    value: MetricValue = objects(answer.value, "The number.")
    numerator: Decimal | None = column("What is divided; null where nothing is.")
    denominator: Decimal | None = column("What it is divided by; null where nothing is.")
    sample_size: int | None = column("How many values a distribution's median is of.")
    excluded: list[ExcludedAmounts] = objects(
        excluded.of_one, "Amounts that are not in the number, because their currency had no rate."
    )


@strawberry.type
class Queries:
    metrics: list[MetricInWindow] = objects(
        overview.metrics,
        "Several metrics over several windows, 60 numbers at most: 30 to 90 days beside 12 to 24 months.",
        argument(list[MetricKey], "The metrics.", name="keys"),
        argument(list[Window], "The windows.", name="windows"),
        argument(list[MetricFilterInput] | None, "Only what fits all of these.", name="filter_"),
        AS_OF,
        roles=READERS,
    )
    metric_catalogue: list[MetricDefinition] = objects(
        answer.catalogue, "All metrics and what they mean, by their keys.", roles=READERS
    )
    metric: MetricResult = objects(
        answer.metric,
        "One metric over one period.",
        argument(MetricKey, "The metric.", name="key"),
        PERIOD,
        argument(Statistic | None, "What to tell of a distribution: the median, if left out.", name="statistic"),
        argument(list[Dimension], "What to group by; three dimensions at most.", name="group_by", default=[]),
        argument(Grain | None, "The parts of the period that `series` tells.", name="grain"),
        argument(list[MetricFilterInput] | None, "Only what fits all of these.", name="filter_"),
        AS_OF,
        roles=READERS,
    )
