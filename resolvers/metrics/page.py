"""The catalogue as a page to read: ``docs/catalogue.md``, made of the declarations, so that nobody can forget to change it."""

from __future__ import annotations

from collections.abc import Iterable

from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.dimension import OVERLAPPING, Dimension
from resolvers.metrics.metric import Metric, Unit

_ABOUT = """\
# The catalogue of metrics

Every metric that `metric` and `metrics` answer and that a joint goal can be set on, by its key, as it is declared in
`resolvers/metrics/`: what it is, in which unit, which way is better, which department answers for the definition, and what
it can be grouped and filtered by. This page is printed by `wavelength catalogue`: change the declaration, not the page.
[Metrics](metrics.md) says exactly what each figure counts."""

_ABOUT_DIMENSIONS = """\
What metrics are grouped and filtered by. Where a dimension is overlapping, one thing can be in several groups, which then
need not add up."""


def page() -> str:
    """The whole page in Markdown: each metric by its key, then the dimensions and the units that they speak of."""
    dimensions = ((f"`{one}`", one.description, "yes" if one in OVERLAPPING else "") for one in Dimension)
    units = ((f"`{one}`", one.description) for one in Unit)
    parts = [
        _ABOUT,
        "## Metrics",
        *(entry(CATALOGUE[key]) for key in sorted(CATALOGUE)),
        "## Dimensions",
        _ABOUT_DIMENSIONS,
        _table(("dimension", "is", "overlapping"), dimensions),
        "## Units",
        _table(("unit", "is"), units),
    ]
    return "\n\n".join(parts)


def entry(metric: Metric) -> str:
    """What the page says of one metric."""
    owner = "both departments" if metric.owner is None else f"`{metric.owner}`"
    dimensions = ", ".join(f"`{one}`" for one in metric.dimensions) or "none"
    return f"""\
### {metric.key}

**{metric.name}.** {metric.formula}

- unit `{metric.unit}`, better `{metric.better}`, owner {owner}, version {metric.version}
- dimensions: {dimensions}"""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))
