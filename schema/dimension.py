"""What metrics are grouped and filtered by."""

from __future__ import annotations

from resolvers.metrics.dimension import Dimension
from schema.entity import computed_type
from schema.fields import column
from schema.terms import describe

describe(Dimension, "What metrics are grouped and filtered by; a missing value is a group of its own.")


@computed_type
class DimensionValue:
    """The value that all of a group have in one dimension."""

    name: Dimension = column("The dimension.")
    key: str | None = column("The value, for programs; null where there is none.")
    label: str | None = column("The value, for people; null where there is none.")
