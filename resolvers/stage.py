"""Which of the buyer's stages a lead or an opportunity is in."""

from __future__ import annotations

from sqlalchemy import select

from db.models import BuyingStage, FunnelStage
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.compiler.vocabulary import Rows, Source


def buying_stage(journey: Source, _arguments: Arguments) -> Rows:
    """The buying stage that the current funnel stage corresponds to."""
    ours, buyers = open_table(FunnelStage), open_table(BuyingStage)
    return Rows(
        select(buyers)
        .join_from(ours, buyers, buyers.c.id == ours.c.buying_stage_id)
        .where(in_workspace(ours, buyers), ours.c.id == journey.c.stage_id)
    )
