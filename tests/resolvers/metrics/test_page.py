"""The catalogue's page is what the declarations say, and the prose speaks of everything that is declared."""

from __future__ import annotations

from pathlib import Path

from db.models import Department
from resolvers.metrics.catalogue import CATALOGUE
from resolvers.metrics.content import SELLERS
from resolvers.metrics.dimension import OVERLAPPING, Dimension
from resolvers.metrics.events import USED
from resolvers.metrics.fact import Fact
from resolvers.metrics.measure import Aggregate, Ratio
from resolvers.metrics.metric import Better, Metric, Unit
from resolvers.metrics.page import entry, page

DOCS = Path(__file__).parents[3] / "docs"


def test_the_committed_page_is_what_is_declared() -> None:
    committed = (DOCS / "catalogue.md").read_text()
    assert committed.strip() == page().strip(), "write it anew: wavelength catalogue > docs/catalogue.md"


def test_an_entry_says_all_that_is_declared() -> None:
    measure = Ratio(Aggregate(USED), Aggregate(SELLERS))
    unwanted = Metric("DETOURS", "Detours", "A ÷ B.", Unit.RATIO, measure, Better.LESS, Department.SALES, 3)
    assert entry(unwanted) == (
        "### DETOURS\n\n**Detours.** A ÷ B.\n\n"
        "- unit `RATIO`, better `LESS`, owner `SALES`, version 3\n"
        "- dimensions: `OWNER`, `TEAM`"
    )
    plain = Metric("THINGS", "Things", "All things.", Unit.COUNT, Aggregate(Fact(USED.entity, USED.make, {})))
    assert entry(plain) == (
        "### THINGS\n\n**Things.** All things.\n\n"
        "- unit `COUNT`, better `MORE`, owner both departments, version 1\n"
        "- dimensions: none"
    )


def test_the_page_has_every_metric_once_by_its_key() -> None:
    headings = [line.removeprefix("### ") for line in page().splitlines() if line.startswith("### ")]
    assert headings == sorted(CATALOGUE)


def test_the_page_tells_which_dimensions_overlap() -> None:
    rows = page().partition("## Dimensions")[2].partition("## Units")[0].splitlines()
    said = [tuple(cell.strip() for cell in row.split("|")[1:-1]) for row in rows if row.startswith("| `")]
    assert [(name, is_) for name, is_, _ in said] == [(f"`{one}`", one.description) for one in Dimension]
    overlaps = {name: overlapping for name, _, overlapping in said}
    assert overlaps == {f"`{one}`": "yes" if one in OVERLAPPING else "" for one in Dimension}
    assert (overlaps["`PRODUCT`"], overlaps["`CHANNEL`"]) == ("yes", "")


def test_the_prose_defines_every_metric_and_dimension() -> None:
    prose = (DOCS / "metrics.md").read_text()
    assert [name for name in (*CATALOGUE, *Dimension) if f"`{name}`" not in prose] == [], (
        "say in docs/metrics.md what it is"
    )
