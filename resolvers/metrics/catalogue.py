"""The catalogue: all metrics by their keys. A new one is a declaration in the file of its family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from db.models import Term
from resolvers.metrics import (
    attribution,
    content,
    duration,
    entries,
    influence,
    leads,
    money,
    opportunities,
    touchpoints,
)
from resolvers.metrics.metric import Metric

_FAMILIES = (duration, entries, leads, opportunities, content, touchpoints, influence, attribution, money)

CATALOGUE: Mapping[str, Metric] = {metric.key: metric for family in _FAMILIES for metric in family.METRICS}

if TYPE_CHECKING:

    class MetricKey(Term):
        """The enumeration of their keys."""

else:
    MetricKey = Term("MetricKey", {key: (key, metric.formula) for key, metric in CATALOGUE.items()})
