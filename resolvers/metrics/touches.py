"""What touches an opportunity: events that name it, a lead of its, or a contact of its buying group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Alias, Select, or_, select
from sqlalchemy.sql.elements import ColumnElement

from db.models import BuyingGroupMember, Entity, Lead
from resolvers.compiler.tenancy import in_workspace, open_table
from resolvers.metrics.void import happened


def touching(
    model: type[Entity],
    refs: Mapping[str, ColumnElement[Any]],
    columns: Callable[[Alias], Iterable[ColumnElement[Any]]],
    when: Callable[[Alias], ColumnElement[bool]],
) -> list[Select[Any]]:
    """The ``columns`` of an opportunity's events of ``model``, with a select for each way in which they may name it.

    ``refs`` tell the opportunity, its journey and its origin lead. An event that names it in several ways comes in each.
    """
    of_opportunity, of_lead, of_group = (open_table(model) for _ in range(3))
    lead, member = open_table(Lead), open_table(BuyingGroupMember)
    its_lead = or_(lead.c.journey_id == refs["journey_id"], lead.c.id == refs["origin_lead_id"])
    in_group = member.c.opportunity_id == refs["opportunity_id"]
    ways: tuple[tuple[tuple[Alias, ...], ColumnElement[bool]], ...] = (
        ((of_opportunity,), of_opportunity.c.opportunity_id == refs["opportunity_id"]),
        ((of_lead, lead), (of_lead.c.lead_id == lead.c.id) & its_lead),
        ((of_group, member), (of_group.c.contact_id == member.c.contact_id) & in_group),
    )
    return [
        select(*columns(rows[0]))
        .where(in_workspace(*rows), happened(rows[0]), when(rows[0]), way)
        .correlate_except(*rows)
        for rows, way in ways
    ]
