"""Events that were recorded by mistake, and who noticed."""

from __future__ import annotations

from datetime import timedelta

from db.models import EventTable, EventVoid, Touchpoint, TouchpointKind
from db.seed.company import Company
from db.seed.people import by_name


def add_voids(company: Company) -> None:
    """Calls that were put down twice, and a mail that a program took for one to a buyer."""
    priya = by_name(company)["Priya Raman"]
    touchpoints = company.rows(Touchpoint)
    calls = [one for one in touchpoints if one.kind is TouchpointKind.CALL][5:200:90]
    (mail,) = [one for one in touchpoints if one.kind is TouchpointKind.EMAIL][7:8]
    for event, reason, member_id in (
        *((call, "The same call was put down twice.", priya.id) for call in calls),
        (mail, "The mail went to a colleague, not to the buyer.", None),
    ):
        at = min(event.occurred_at + timedelta(hours=26), company.calendar.ago(0) - timedelta(minutes=1))
        void = EventVoid(
            event_table=EventTable.touchpoint, event_id=event.id, reason=reason, member_id=member_id, voided_at=at
        )
        company.add(void, at)
