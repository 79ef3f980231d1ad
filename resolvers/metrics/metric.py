"""What a metric is: it is declared once, and the schema, the catalogue, the goals and the documents follow from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.models import Department, Term
from resolvers.metrics.dimension import OVERLAPPING, Dimension
from resolvers.metrics.measure import Aggregate, Distribution, Measure, axes_of


class Unit(Term):
    COUNT = "COUNT", "A number of things."
    RATIO = (
        "RATIO",
        "A quotient: a part of a whole, 0 to 1 where it cannot exceed it, or a return, below 0 if more was lost.",
    )
    MONEY = "MONEY", "An amount in the workspace's currency."
    DAYS = "DAYS", "Elapsed time in days of 24 hours."
    HOURS = "HOURS", "Elapsed time in hours."


class Better(Term):
    MORE = "MORE", "The greater the better."
    LESS = "LESS", "The smaller the better."


@dataclass(frozen=True)
class Metric:
    """A metric: what it is called, how it is computed, in words and as a measure, and who answers for it.

    ``owner`` is the department that answers for the definition; None where both do. ``version`` grows with every
    change of the definition.
    """

    key: str
    name: str
    formula: str
    unit: Unit
    measure: Measure
    better: Better = Better.MORE
    owner: Department | None = None
    version: int = 1

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What it can be grouped and filtered by, in the order of the enumeration."""
        return tuple(dimension for dimension in Dimension if dimension in axes_of(self.measure))

    @property
    def is_distribution(self) -> bool:
        return isinstance(self.measure, Distribution)

    @property
    def adds_up(self) -> bool:
        """Whether it is a count or a sum: of these a goal's projection follows from the time that is gone."""
        return isinstance(self.measure, Aggregate) and self.measure.distinct is None

    @property
    def is_exact(self) -> bool:
        """Whether its number is a count or a sum, which is not rounded."""
        return isinstance(self.measure, Aggregate) and self.measure.is_exact

    def overlaps(self, dimensions: Sequence[Dimension]) -> bool:
        """Whether one thing may be in several of the groups by ``dimensions``, which then need not add up."""
        if any(dimension in OVERLAPPING for dimension in dimensions):
            return True
        return isinstance(self.measure, Aggregate) and self.measure.overlaps(dimensions)
