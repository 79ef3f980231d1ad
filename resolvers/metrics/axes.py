"""The dimensions of journeys, leads and opportunities, and of what belongs to accounts, members and assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CTE, Alias, Select, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    Account,
    BuyingGroupMember,
    Contact,
    ContentAsset,
    Lead,
    Member,
    Opportunity,
    OpportunityLine,
)
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.dimension import Dimension, key_and_label
from resolvers.metrics.fact import Axis, Facts, Many, One


def ref(name: str) -> One:
    """What the facts refer to as ``name``."""
    return lambda facts: facts.refs[name]


def _lead(facts: Facts) -> Alias:
    return facts.one(Lead, "journey_id", facts.refs["journey_id"])


def _channel(facts: Facts) -> ColumnElement[Any]:
    return _lead(facts).c.channel_id


def _persona(facts: Facts) -> ColumnElement[Any]:
    opportunity, member, contact = open_table(Opportunity), open_table(BuyingGroupMember), open_table(Contact)
    primary = (
        select(contact.c.persona_id)
        .select_from(opportunity.join(member, member.c.opportunity_id == opportunity.c.id))
        .join(contact, contact.c.id == member.c.contact_id)
        .where(
            in_workspace(opportunity, member, contact),
            opportunity.c.journey_id == facts.refs["journey_id"],
            member.c.is_primary,
        )
        .correlate_except(opportunity, member, contact)
        .scalar_subquery()
    )
    return func.coalesce(_lead(facts).c.persona_id, primary)


def _team(facts: Facts) -> ColumnElement[Any]:
    return facts.one(Member, "id", facts.refs["owner_id"]).c.team_id


def _of_account(column: str) -> One:
    return lambda facts: facts.one(Account, "id", facts.refs["account_id"]).c[column]


def _asset_kind(facts: Facts) -> ColumnElement[Any]:
    return facts.one(ContentAsset, "id", facts.refs["asset_id"]).c.kind


def _products(facts: Facts) -> Select[Any]:
    line = open_table(OpportunityLine)
    lines = select(line.c.product_id.label("value")).where(in_workspace(line), line.c.opportunity_id == facts.id)
    return lines.correlate_except(line)


def _personas_of_group(facts: Facts) -> Select[Any]:
    member, contact = open_table(BuyingGroupMember), open_table(Contact)
    group = (
        select(contact.c.persona_id.label("value"))
        .join_from(member, contact, contact.c.id == member.c.contact_id)
        .where(in_workspace(member, contact), member.c.opportunity_id == facts.id, contact.c.persona_id.is_not(None))
        .distinct()
    )
    return group.correlate_except(member, contact)


JOURNEY: Mapping[Dimension, Axis] = {Dimension.CHANNEL: _channel, Dimension.PERSONA: _persona}
"""Of facts with ``journey_id``."""

OWNER: Mapping[Dimension, Axis] = {Dimension.OWNER: ref("owner_id"), Dimension.TEAM: _team}
"""Of facts with ``owner_id``."""

ACCOUNT: Mapping[Dimension, Axis] = {
    Dimension.ACCOUNT: ref("account_id"),
    Dimension.INDUSTRY: _of_account("industry"),
    Dimension.COUNTRY: _of_account("country"),
    Dimension.TIER: _of_account("tier"),
}
"""Of facts with ``account_id``."""

CAMPAIGN: Mapping[Dimension, Axis] = {Dimension.CAMPAIGN: ref("campaign_id")}
"""Of facts with ``campaign_id``."""

ASSET: Mapping[Dimension, Axis] = {Dimension.ASSET: ref("asset_id"), Dimension.ASSET_KIND: _asset_kind}
"""Of facts with ``asset_id``."""

OPPORTUNITY: Mapping[Dimension, Axis] = {
    Dimension.PRODUCT: Many(_products),
    Dimension.BUYING_GROUP_PERSONA: Many(_personas_of_group),
}
"""Of facts that are opportunities."""


def with_dimensions(journeys: CTE, dimensions: Sequence[Dimension]) -> Select[tuple[object, ...]]:
    """The rows of ``journeys`` with the columns ``key_N`` and ``label_N`` of each dimension."""
    nothing: ColumnElement[Any] = literal_column("NULL")
    facts = Facts(journeys, nothing, nothing, {"journey_id": journeys.c.journey_id}, [])
    columns: list[ColumnElement[Any]] = []
    for index, dimension in enumerate(dimensions):
        axis = JOURNEY[dimension]
        assert not isinstance(axis, Many)
        key, label = key_and_label(dimension, axis(facts))
        columns += (key.label(f"key_{index}"), label.label(f"label_{index}"))
    return select(journeys, *columns).select_from(facts.rows)
