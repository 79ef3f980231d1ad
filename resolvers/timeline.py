"""An account's timeline: touchpoints, uses of content, stage transitions, hand-offs and feedback in one list.

An event belongs to an account if it names the account itself, or a contact, a lead or an opportunity of it. What is
void is not on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Select, select, true, union
from sqlalchemy.sql.elements import ColumnElement

from db.models import (
    Base,
    Contact,
    ContentFeedback,
    ContentUsage,
    EventTable,
    Handoff,
    Lead,
    LeadFeedback,
    Opportunity,
    StageTransition,
    Term,
    Touchpoint,
)
from resolvers.compiler.arguments import Arguments
from resolvers.compiler.json import constant
from resolvers.compiler.tenancy import in_workspace, open_table, table_of
from resolvers.compiler.vocabulary import Cut, Source
from resolvers.metrics.void import happened


class EventKind(Term):
    TOUCHPOINT = "TOUCHPOINT", "An interaction on any channel."
    CONTENT_USAGE = "CONTENT_USAGE", "Content was used for the account or by one of its people."
    STAGE_TRANSITION = "STAGE_TRANSITION", "A lead or an opportunity entered a stage."
    HANDOFF = "HANDOFF", "A lead was handed to sales."
    LEAD_FEEDBACK = "LEAD_FEEDBACK", "Sales said what a lead was worth."
    CONTENT_FEEDBACK = "CONTENT_FEEDBACK", "A member rated content that was used in an opportunity."


_OWNED: dict[str, type[Base]] = {"contact_id": Contact, "lead_id": Lead, "opportunity_id": Opportunity}
"""Columns by which an event names something of an account's."""

_TABLES: dict[EventKind, type[Base]] = {
    EventKind.TOUCHPOINT: Touchpoint,
    EventKind.CONTENT_USAGE: ContentUsage,
    EventKind.STAGE_TRANSITION: StageTransition,
    EventKind.HANDOFF: Handoff,
    EventKind.LEAD_FEEDBACK: LeadFeedback,
    EventKind.CONTENT_FEEDBACK: ContentFeedback,
}
_TIMES = {EventKind.HANDOFF: "handed_over_at"}


def of_account(account: Source, arguments: Arguments, cut: Cut) -> CompoundSelect[Any]:
    """The events of an account, of the ``kinds`` that are asked for."""
    given = arguments.get("kinds")
    kinds: Sequence[EventKind] = given.literal(_chosen) if given is not None else tuple(EventKind)
    return events(account.c.id, kinds, cut)


def events(account_id: ColumnElement[Any], kinds: Sequence[EventKind], cut: Cut) -> CompoundSelect[Any]:
    """The events of some kinds, each once, though it may belong to the account in several ways.

    ``cut`` is done to the events of each way, while an index gives them by their times.
    """
    return union(*(way for kind in kinds for way in _ways(kind, account_id, cut)))


def _chosen(kinds: list[EventKind]) -> tuple[EventKind, ...]:
    # An empty list asks for nothing in particular, as leaving it out does.
    return tuple(kind for kind in EventKind if kind in kinds) or tuple(EventKind)


def _ways(kind: EventKind, account_id: ColumnElement[Any], cut: Cut) -> Iterator[Select[Any]]:
    """The events that name the account itself, and those that name its contacts, its leads, its opportunities."""
    columns = table_of(_TABLES[kind]).c
    if "account_id" in columns:
        yield cut(_events(kind, "account_id", account_id))
    for column, owned in _OWNED.items():
        if column in columns:
            owner = open_table(owned)
            found = cut(_events(kind, column, owner.c.id)).lateral()
            belongs = in_workspace(owner) & (owner.c.account_id == account_id)
            yield select(found).select_from(owner.join(found, true())).where(belongs).correlate_except(owner, found)


def _events(kind: EventKind, column: str, key: ColumnElement[Any]) -> Select[Any]:
    event = open_table(_TABLES[kind])
    occurred_at = event.c[_TIMES.get(kind, "occurred_at")].label("occurred_at")
    table = table_of(_TABLES[kind]).name
    found = select(constant(table).label("entity"), event.c.id, occurred_at)
    found = found.where(in_workspace(event), event.c[column] == key).correlate_except(event)
    return found.where(happened(event)) if table in EventTable.__members__ else found
