"""What metrics are grouped and filtered by: each dimension's values, what clients call them, and what people read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, FromClause, Text, Uuid, any_, case, cast, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    Account,
    Activity,
    Campaign,
    Channel,
    ContentAsset,
    Entity,
    FunnelStage,
    Member,
    Persona,
    Pipeline,
    Product,
    Team,
    Term,
)
from resolvers.compiler.errors import bad_user_input
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.ids import decode


class Dimension(Term):
    CHANNEL = "CHANNEL", "The channel: of a journey that of its lead, of an event that on which it happened."
    PERSONA = "PERSONA", "The persona of the journey's lead, else that of its opportunity's primary contact."
    CAMPAIGN = "CAMPAIGN", "The campaign that the lead, the opportunity or the event came from."
    ACTIVITY = "ACTIVITY", "The activity, within a campaign, that the touchpoint was part of."
    OWNER = "OWNER", "The member who owns it today; of an event the member who did it."
    TEAM = "TEAM", "The team that this member is in today."
    ACCOUNT = "ACCOUNT", "The account."
    INDUSTRY = "INDUSTRY", "The account's industry."
    COUNTRY = "COUNTRY", "The account's country."
    TIER = "TIER", "The account's tier."
    PIPELINE = "PIPELINE", "The pipeline of the opportunity's latest stage in one."
    STAGE = "STAGE", "The funnel stage that it was in at the time."
    LOST_REASON = "LOST_REASON", "Why the opportunity was lost."
    ASSET = "ASSET", "The asset; of a lead the one that it landed on first."
    ASSET_KIND = "ASSET_KIND", "What kind of thing the asset is."
    PRODUCT = "PRODUCT", "The products in the opportunity: each counts, so groups overlap."
    BUYING_GROUP_PERSONA = (
        "BUYING_GROUP_PERSONA",
        "The personas in the opportunity's buying group: each counts, so groups overlap.",
    )
    TOUCHED_ASSET = "TOUCHED_ASSET", "The assets that the opportunity was touched with: each counts, so groups overlap."
    TOUCHED_CAMPAIGN = "TOUCHED_CAMPAIGN", "The campaigns of the opportunity's touches: each counts, so groups overlap."
    TOUCHED_CHANNEL = "TOUCHED_CHANNEL", "The channels of the opportunity's touches: each counts, so groups overlap."


OVERLAPPING = frozenset(
    {
        Dimension.PRODUCT,
        Dimension.BUYING_GROUP_PERSONA,
        Dimension.TOUCHED_ASSET,
        Dimension.TOUCHED_CAMPAIGN,
        Dimension.TOUCHED_CHANNEL,
    }
)
"""Dimensions in which one row can have several values: it counts in each, so groups need not add up."""


@dataclass(frozen=True, slots=True)
class _Values:
    """The entities that a dimension's values are: known to clients by ``key`` or by their public ids."""

    model: type[Entity]
    label: str
    key: str | None = None


_ENTITIES = {
    Dimension.CHANNEL: _Values(Channel, "label", "key"),
    Dimension.PERSONA: _Values(Persona, "name"),
    Dimension.CAMPAIGN: _Values(Campaign, "name"),
    Dimension.ACTIVITY: _Values(Activity, "name"),
    Dimension.OWNER: _Values(Member, "name"),
    Dimension.TEAM: _Values(Team, "name"),
    Dimension.ACCOUNT: _Values(Account, "name"),
    Dimension.PIPELINE: _Values(Pipeline, "name", "key"),
    Dimension.STAGE: _Values(FunnelStage, "name", "key"),
    Dimension.ASSET: _Values(ContentAsset, "title"),
    Dimension.PRODUCT: _Values(Product, "name", "key"),
    Dimension.BUYING_GROUP_PERSONA: _Values(Persona, "name"),
    Dimension.TOUCHED_ASSET: _Values(ContentAsset, "title"),
    Dimension.TOUCHED_CAMPAIGN: _Values(Campaign, "name"),
    Dimension.TOUCHED_CHANNEL: _Values(Channel, "label", "key"),
}
"""The other dimensions' values are texts, which are key and label at once."""

KEYED = tuple(_ENTITIES)
"""Dimensions of which it can be told whether there is a value with a key."""


def key_and_label(dimension: Dimension, value: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What clients and people call a value; nulls for null."""
    values = _ENTITIES.get(dimension)
    if values is None:
        return value, value
    label = _of_entity(values, values.label, value)
    if values.key is not None:
        return _of_entity(values, values.key, value), label
    public_id = func.concat(constant(f"{values.model.__prefix__}_"), value, type_=Text())
    return case((value.is_not(None), public_id)), label


def _of_entity(values: _Values, column: str, key: ColumnElement[Any]) -> ColumnElement[Any]:
    row = open_table(values.model)
    found = select(row.c[column]).where(in_workspace(row), row.c.id == key)
    return found.correlate_except(row).scalar_subquery()


def called(dimension: Dimension, keys: ColumnElement[Any]) -> ColumnElement[Any]:
    """The values that ``keys`` (an array of texts) call, as an array; what cannot be a key calls none."""
    values = _ENTITIES.get(dimension)
    if values is None:
        return keys
    if values.key is None:
        key = func.unnest(keys).column_valued("key")
        # A public id is a prefix and a UUID.
        uuid = func.substr(key, literal_column(str(len(values.model.__prefix__) + 2)))
        well_formed = func.starts_with(key, constant(f"{values.model.__prefix__}_")) & func.pg_input_is_valid(
            uuid, constant("uuid")
        )
        found = select(cast(uuid, Uuid())).where(well_formed)
        return func.array(found.scalar_subquery(), type_=ARRAY(Uuid()))
    row = open_table(values.model)
    found = select(row.c.id).where(in_workspace(row), row.c[values.key] == any_(keys))
    return func.array(found.correlate_except(row).scalar_subquery(), type_=ARRAY(Uuid()))


def checked(dimension: Dimension, keys: Sequence[str | None]) -> list[str]:
    """The keys that are not null; BAD_USER_INPUT where one cannot be a key of the dimension."""
    values = _ENTITIES.get(dimension)
    given = [key for key in keys if key is not None]
    if values is not None and values.key is None:
        for key in given:
            decode(values.model, key)
    return given


def chosen(dimensions: Sequence[Dimension], allowed: Sequence[Dimension], what: str) -> tuple[Dimension, ...]:
    """The dimensions of ``groupBy``; BAD_USER_INPUT where one is not ``allowed``, comes twice, or is one too many."""
    if len(set(dimensions)) < len(dimensions):
        raise bad_user_input("'groupBy' names a dimension twice.")
    if len(dimensions) > MOST:
        raise bad_user_input(f"'groupBy' may name {MOST} dimensions at most.")
    for dimension in dimensions:
        check(dimension, allowed, what)
    return tuple(dimensions)


def check(dimension: Dimension, allowed: Collection[Dimension], what: str) -> None:
    """BAD_USER_INPUT unless ``dimension`` is one of ``allowed``."""
    if dimension not in allowed:
        names = ", ".join(sorted(allowed)) or "none"
        raise bad_user_input(f"{what} has no dimension {dimension}. Its dimensions are: {names}.")


def too_many(groups: FromClause) -> ColumnElement[str]:
    """Why so many groups are refused; null where they are not."""
    number = select(func.count()).select_from(groups).scalar_subquery()
    text = constant(f"There are more than {MOST_GROUPS:,} groups: use fewer dimensions, or a filter.")
    return case((number > literal_column(str(MOST_GROUPS)), text))


MOST = 3
"""Dimensions to group by at once."""
MOST_GROUPS = 1000
