"""What a seller should know of an account before a call.

Open are the leads in a stage of kind LEAD, and the opportunities in one of kind OPPORTUNITY. What happened counts as far
as it happened before ``asOf``, for the account itself or its contacts, leads and opportunities, as on its timeline.
docs/metrics.md has the definitions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Boolean, DateTime, Select, Subquery, Text, distinct, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    Account,
    BuyingGroupMember,
    Contact,
    ContentUsage,
    FunnelStage,
    Lead,
    Opportunity,
    StageKind,
    Touchpoint,
)
from resolvers import recommendation
from resolvers.compiler import lookup
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table, table_of
from resolvers.compiler.vocabulary import EntityType, Rows, Source
from resolvers.metrics.period import Period, Window, bounds
from resolvers.metrics.usage import is_use
from resolvers.ranking import limit, size
from resolvers.timeline import EventKind, events
from resolvers.viewer import Context

_ACCOUNT = EntityType("Account", table_of(Account), Account.__prefix__, roles=())
_CURRENCIES = 3
"""In how many currencies an account may buy: no more than an estimate."""


def of_account(_root: Source, arguments: Arguments) -> Rows:
    """The account that is named, with its counts in the same row; what else there is to know is asked of that."""
    account, span = open_table(Account), _last_90_days(arguments)

    def cut(rows: Select[Any]) -> Select[Any]:
        return rows.where(*span.holds(rows.selected_columns.occurred_at))

    counted = {
        "open_leads": _in_stages(Lead, account.c.id, StageKind.LEAD),
        "open_opportunities": _in_stages(Opportunity, account.c.id, StageKind.OPPORTUNITY),
        "won_opportunities": _in_stages(Opportunity, account.c.id, StageKind.WON),
        "lost_opportunities": _in_stages(Opportunity, account.c.id, StageKind.LOST),
        "touchpoints_last_90_days": events(account.c.id, [EventKind.TOUCHPOINT], cut).subquery(),
    }
    rows = select(
        *(column.label(f"account_{column.name}") for column in account.c),
        *(select(func.count()).select_from(rows).scalar_subquery().label(name) for name, rows in counted.items()),
    ).where(in_workspace(account), account.c.id == lookup.key(_ACCOUNT, arguments))
    return Rows(rows, span.as_of, holds={"account_id": "account_"})


def open_pipeline(brief: Source, _arguments: Arguments) -> Rows:
    """What the open opportunities are worth."""
    return _worth(_in_stages(Opportunity, brief.c.account_id, StageKind.OPPORTUNITY))


def won_revenue(brief: Source, _arguments: Arguments) -> Rows:
    """What the won opportunities were sold for."""
    return _worth(_in_stages(Opportunity, brief.c.account_id, StageKind.WON))


def last_touch(brief: Source, _arguments: Arguments) -> Rows:
    """The latest touchpoint."""

    def latest(rows: Select[Any]) -> Select[Any]:
        columns = rows.selected_columns
        return rows.order_by(columns.occurred_at.desc(), columns.id.desc()).limit(limit(1))

    def cut(rows: Select[Any]) -> Select[Any]:
        return latest(rows.where(rows.selected_columns.occurred_at < brief.data))

    found = latest(select(events(brief.c.account_id, [EventKind.TOUCHPOINT], cut).subquery())).subquery()
    touch = open_table(Touchpoint)
    return Rows(select(touch).join_from(found, touch, touch.c.id == found.c.id).where(in_workspace(touch)))


def key_people(brief: Source, arguments: Arguments) -> Rows:
    """The contacts in the buying groups of the open opportunities, our first contacts first, then by name."""
    first, purchase = size(arguments), _in_stages(Opportunity, brief.c.account_id, StageKind.OPPORTUNITY)
    member, contact = open_table(BuyingGroupMember), open_table(Contact)
    is_primary = func.bool_or(member.c.is_primary, type_=Boolean())
    roles = func.array_agg(aggregate_order_by(distinct(member.c.role), member.c.role), type_=ARRAY(Text()))
    rows = (
        select(contact.c.id.label("contact_id"), roles.label("roles"), is_primary.label("is_primary"))
        .join_from(purchase, member, member.c.opportunity_id == purchase.c.id)
        .join(contact, contact.c.id == member.c.contact_id)
        .where(in_workspace(member, contact))
        .group_by(contact.c.id, contact.c.name)
        .order_by(is_primary.desc(), contact.c.name, contact.c.id)
        .limit(limit(first))
    )
    return Rows(rows, estimate=first)


def used_content(brief: Source, arguments: Arguments) -> Rows:
    """The assets that were used, the most used first; equals by their last use, then by id."""
    first, usage = size(arguments), open_table(ContentUsage)

    def cut(rows: Select[Any]) -> Select[Any]:
        return rows.where(rows.selected_columns.occurred_at < brief.data)

    used = events(brief.c.account_id, [EventKind.CONTENT_USAGE], cut).subquery()
    uses, last_used_at = func.count(), func.max(usage.c.occurred_at)
    rows = (
        select(usage.c.asset_id, uses.label("uses"), last_used_at.label("last_used_at"))
        .join_from(used, usage, usage.c.id == used.c.id)
        .where(in_workspace(usage), is_use(usage))
        .group_by(usage.c.asset_id)
        .order_by(uses.desc(), last_used_at.desc(), usage.c.asset_id)
        .limit(limit(first))
    )
    return Rows(rows, estimate=first)


def next_content(brief: Source, arguments: Arguments) -> Rows:
    """The content that is recommended for the open opportunities."""
    return recommendation.for_several(_in_stages(Opportunity, brief.c.account_id, StageKind.OPPORTUNITY), arguments)


def _in_stages(model: type[Lead | Opportunity], account_id: ColumnElement[Any], kind: StageKind) -> Subquery:
    """The leads or opportunities of an account that are in a stage of a kind now."""
    row, stage = open_table(model), open_table(FunnelStage)
    return (
        select(row)
        .join_from(row, stage, stage.c.id == row.c.stage_id)
        .where(in_workspace(row, stage), row.c.account_id == account_id, stage.c.kind == constant(kind))
        .correlate_except(row, stage)
        .subquery()
    )


def _worth(opportunities: Subquery) -> Rows:
    """The amounts of opportunities, added up by currency."""
    amount, currency_code = opportunities.c.amount, opportunities.c.currency_code
    rows = select(func.sum(amount).label("amount"), currency_code).where(amount.is_not(None))
    return Rows(rows.group_by(currency_code).order_by(currency_code), estimate=_CURRENCIES)


def _last_90_days(arguments: Arguments) -> Period:
    """The window of that name before the argument ``asOf`` (default: now)."""

    def bind(compute: Callable[[Context, datetime], datetime]) -> ColumnElement[datetime]:
        type_ = DateTime(timezone=True)
        return arguments.bind(type_, ["asOf"], lambda context, as_of: compute(context, as_of or context.now))

    def bound(place: int) -> ColumnElement[datetime]:
        given = {"window": Window.LAST_90_DAYS}
        return bind(lambda context, as_of: bounds(given, as_of, context.viewer)[place])

    return Period(bound(0), bound(1), bind(lambda _context, as_of: as_of))
