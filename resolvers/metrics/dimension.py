"""What journeys can be grouped by: each dimension has one value a journey, or none, which is a group of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, FromClause, Select, Text, and_, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import BuyingGroupMember, Channel, Contact, Lead, Opportunity, Persona, Term
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table


class Dimension(Term):
    CHANNEL = "CHANNEL", "The channel of the journey's lead."
    PERSONA = "PERSONA", "The persona of the journey's lead, else that of its opportunity's primary contact."


@dataclass(frozen=True, slots=True)
class _Joined:
    """A journey's rows with what one dimension joins to them."""

    rows: FromClause
    key: ColumnElement[str | None]
    label: ColumnElement[str | None]


def with_dimensions(journeys: CTE, dimensions: Sequence[Dimension]) -> Select[tuple[object, ...]]:
    """The rows of ``journeys`` with the columns ``key_N`` and ``label_N`` of each dimension."""
    rows: FromClause = journeys
    columns: list[ColumnElement[str | None]] = []
    for index, dimension in enumerate(dimensions):
        joined = _JOINS[dimension](rows, journeys.c.journey_id)
        rows = joined.rows
        columns += (joined.key.label(f"key_{index}"), joined.label.label(f"label_{index}"))
    return select(journeys, *columns).select_from(rows)


def _optional(rows: FromClause, other: FromClause, link: ColumnElement[bool]) -> FromClause:
    return rows.outerjoin(other, and_(in_workspace(other), link))


def _channel(rows: FromClause, journey_id: ColumnElement[object]) -> _Joined:
    lead, channel = open_table(Lead), open_table(Channel)
    rows = _optional(rows, lead, lead.c.journey_id == journey_id)
    rows = _optional(rows, channel, channel.c.id == lead.c.channel_id)
    return _Joined(rows, channel.c.key, channel.c.label)


def _persona(rows: FromClause, journey_id: ColumnElement[object]) -> _Joined:
    lead, persona = open_table(Lead), open_table(Persona)
    opportunity, member, contact = open_table(Opportunity), open_table(BuyingGroupMember), open_table(Contact)
    primary = (
        select(contact.c.persona_id)
        .select_from(opportunity.join(member, member.c.opportunity_id == opportunity.c.id))
        .join(contact, contact.c.id == member.c.contact_id)
        .where(in_workspace(opportunity, member, contact), opportunity.c.journey_id == journey_id, member.c.is_primary)
        .correlate_except(opportunity, member, contact)
        .scalar_subquery()
    )
    rows = _optional(rows, lead, lead.c.journey_id == journey_id)
    rows = _optional(rows, persona, persona.c.id == func.coalesce(lead.c.persona_id, primary))
    key = case((persona.c.id.is_not(None), func.concat(constant(f"{Persona.__prefix__}_"), persona.c.id, type_=Text())))
    return _Joined(rows, key, persona.c.name)


_JOINS = {Dimension.CHANNEL: _channel, Dimension.PERSONA: _persona}
