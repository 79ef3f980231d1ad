"""Metrics of leads: how many came, and how many of them were won."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from db.models import Lead, Opportunity, StageKind
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics import axes, spells
from resolvers.metrics.dimension import Dimension
from resolvers.metrics.fact import Axis, Fact, Facts, Scope, is_
from resolvers.metrics.measure import Aggregate, Ratio
from resolvers.metrics.metric import Metric, Unit

_AXES: dict[Dimension, Axis] = {
    **axes.JOURNEY,
    **axes.OWNER,
    **axes.ACCOUNT,
    **axes.CAMPAIGN,
    **axes.ASSET,
}


def _received(scope: Scope) -> Facts:
    """Leads received in the span; ``won`` are those whose journey was won by ``as_of`` and not reopened."""
    lead = open_table(Lead)
    refs: dict[str, ColumnElement[Any]] = {
        name: lead.c[name] for name in ("journey_id", "owner_id", "account_id", "campaign_id")
    }
    facts = Facts(
        lead,
        lead.c.id,
        lead.c.received_at,
        refs | {"asset_id": lead.c.first_asset_id},
        [in_workspace(lead), scope.holds(lead.c.received_at)],
    )
    opportunity, stay = open_table(Opportunity), spells.decisions(scope.as_of)
    # A set that is made once: asked lead by lead, the stays of all opportunities would be read through for each.
    won = (
        select(opportunity.c.journey_id)
        .where(in_workspace(opportunity), stay.c.opportunity_id == opportunity.c.id)
        .where(stay.c.left_at.is_(None), is_(stay.c.kind, StageKind.WON))
        .correlate_except(opportunity, stay)
    )
    facts.values["won"] = lead.c.journey_id.in_(won)
    return facts


RECEIVED = Fact(Lead, _received, _AXES)

METRICS = (
    Metric(
        "LEADS_RECEIVED",
        "Leads received",
        "Leads whose receivedAt lies in the period.",
        Unit.COUNT,
        Aggregate(RECEIVED),
    ),
    Metric(
        "CLOSE_RATE",
        "Close rate",
        "Of the leads received in the period, those whose journey is won, up to asOf, and not reopened.",
        Unit.RATIO,
        Ratio(Aggregate(RECEIVED, where="won"), Aggregate(RECEIVED)),
    ),
)
