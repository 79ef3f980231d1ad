"""The operations that are measured, and what the server aims at in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from benchmarks.site import Site


@dataclass(frozen=True)
class Operation:
    """A question that every server answers.

    ``aims`` are the least ratios of requests per second, Wavelength's over the peer's, that are counted as met.
    ``sample`` names the ids of the site that the requests run through; None where all requests are the same.
    """

    name: str
    title: str
    aims: Mapping[str, float]
    sample: str | None = None

    def ids(self, site: Site) -> tuple[UUID | None, ...]:
        """One entry for each different request."""
        return (None,) if self.sample is None else getattr(site, self.sample)


OPERATIONS = (
    Operation("Q1", "one lead by id, 8 scalars", {"postgraphile": 4.0, "sql": 0.9}, "leads"),
    Operation("Q2", "50 leads with account, owner, persona and last stage", {"postgraphile": 3.0, "sql": 1.0}),
    Operation("Q3", "the 20 best contents for an opportunity", {"postgraphile": 3.0, "sql": 0.9}, "opportunities"),
)
