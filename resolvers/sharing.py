"""What is shared with partners: the rows of each table that the team of the partner who asks may see.

The database has the same conditions, as policies (``db/migrations/versions/0005_partners.py``). A table that a
condition looks into shows it what the partner sees there: the compiler narrows these as it narrows everything.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Alias, Table, and_, case, exists, false, or_, true
from sqlalchemy.sql.elements import ColumnElement

from db.models import Account, Base, Contact, ContentAsset, Lead, Opportunity
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import PARTNER_TEAM, in_workspace, open_table
from resolvers.compiler.visibility import Visibility, Visible


def with_team(row: Alias) -> ColumnElement[bool]:
    """An account, lead or opportunity that the team works on."""
    shared: ColumnElement[bool] = row.c.partner_team_id == PARTNER_TEAM
    return shared


def own_team(team: Alias) -> ColumnElement[bool]:
    """The team itself: partners do not learn of each other."""
    own: ColumnElement[bool] = team.c.id == PARTNER_TEAM
    return own


def with_partners(asset: Alias) -> ColumnElement[bool]:
    """Content that is marked for partners, for whoever belongs to a team of theirs."""
    return and_(asset.c.for_partners, PARTNER_TEAM.is_not(None))


def of_asset(mapping: Alias) -> ColumnElement[bool]:
    """What is said of content that is seen."""
    return _seen(ContentAsset, "id", mapping.c.asset_id)


def of_account(contact: Alias) -> ColumnElement[bool]:
    """The people at accounts that are seen."""
    return _seen(Account, "id", contact.c.account_id)


def of_opportunity(group_member: Alias) -> ColumnElement[bool]:
    """Who decides on an opportunity that is seen, of the contacts that are."""
    seen = (_seen(Opportunity, "id", group_member.c.opportunity_id), _seen(Contact, "id", group_member.c.contact_id))
    return and_(*seen)


def colleagues(member: Alias) -> ColumnElement[bool]:
    """The members of the team, and whoever owns something that is seen: partners must know whom to ask."""
    key = member.c.id
    return or_(
        member.c.team_id == PARTNER_TEAM,
        _seen(Account, "owner_id", key),
        _seen(Lead, "owner_id", key),
        _seen(Lead, "sales_owner_id", key),
        _seen(Opportunity, "owner_id", key),
        _seen(ContentAsset, "owner_id", key),
    )


def of_entities(shown: Visibility) -> Visible:
    """What other systems call the rows of ``shown``, wherever the row itself is seen."""

    def visible(reference: Alias) -> ColumnElement[bool]:
        tables = Base.metadata.tables
        kinds = [
            (
                reference.c.entity == constant(name),
                true() if only is None else _seen(tables[name], "id", reference.c.entity_id),
            )
            for name, only in shown.items()
        ]
        return case(*kinds, else_=false())

    return visible


def _seen(table: Table | type[Base], column: str, key: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a row is seen whose ``column`` equals ``key``."""
    row = open_table(table)
    return exists().where(in_workspace(row), row.c[column] == key).correlate_except(row)
