"""Rows that are harder to get right than a believable company's: equal values, nulls, strange texts, fine times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import StageTransition, Touchpoint
from tests.factories.account import account, contact
from tests.factories.content import asset, usage
from tests.factories.journey import journey, lead, opportunity, stages, transition
from tests.factories.touchpoint import touchpoint
from tests.factories.void import void

TEXTS = (
    "",
    " ",
    '"quoted" \\ backslash',
    "line\nbreak\ttab",
    "percent % under_score",
    "Zürich ÉCLAIR éclair straße",
    "😀 beyond the first plane",
    "\u2028 separator",
    "a" * 200,
    "B before a",
    "b after B",
    "<script>'--;$1",
)
MOMENTS = (
    datetime(2026, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC),
    datetime(2026, 2, 3, 4, 5, 6, 500_000, tzinfo=UTC),
    datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2037, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
AMOUNTS = ("0", "0.00", "0.5", "0.50", "12345678901234567890.123456789", "100", "1E+3")
CODES = ("EUR", "CHF", "USD", "GBP", "CHF")
"""Nobody has a rate for one of them, and for the others nobody has one for long ago."""
LAST_STAGES = ("won", "lost", "won", "proposal")


async def add_oddities(connection: AsyncConnection, workspace_id: UUID) -> None:
    """Write them all into a workspace with its default stages."""
    stage = await stages(connection, workspace_id)
    parent: UUID | None = None
    for index, text in enumerate(TEXTS):
        moment = MOMENTS[index % len(MOMENTS)]
        tied = {"created_at": moment, "updated_at": MOMENTS[0]}
        parent = await account(
            connection, workspace_id, name=text, industry=text or None, parent_id=parent, employees=index // 3, **tied
        )
        person = await contact(connection, workspace_id, name=text, account_id=parent, email=f"{text}@example.org")
        await lead(
            connection,
            workspace_id,
            received_at=moment,
            name=text,
            title=TEXTS[index % 3],
            contact_id=person,
            score=index % 2 or None,
            needs=list(TEXTS[:index]),
            attributes={text: [None, 1.5, True, {"nested": text}]},
            stage_id=stage["mql"],
            stage_entered_at=moment if index % 3 else None,
            **tied,
        )
    for index, amount in enumerate(AMOUNTS):
        opened = MOMENTS[0] + timedelta(microseconds=index)
        money = {"amount": Decimal(amount), "currency_code": "EUR"}
        await opportunity(connection, workspace_id, name=TEXTS[index], opened_at=opened, stage_id=stage["won"], **money)
    used = await asset(connection, workspace_id, title=TEXTS[2], language=TEXTS[5])
    for moment in MOMENTS:
        await usage(connection, workspace_id, used, occurred_at=moment, minutes=Decimal("0.250"))
    for index, amount in enumerate(AMOUNTS * 2):
        await _add_deal(connection, workspace_id, stage, index, Decimal(amount))


async def _add_deal(
    connection: AsyncConnection, workspace_id: UUID, stage: dict[str, UUID], index: int, amount: Decimal
) -> None:
    """An opportunity that went through stages, and what touched it at the same cost; some of that is void."""
    money = {"currency_code": CODES[index % len(CODES)]}
    way = await journey(connection, workspace_id)
    opened = {"journey_id": way, "opened_at": MOMENTS[index % len(MOMENTS)] if index % 3 else None}
    deal = await opportunity(connection, workspace_id, name=TEXTS[index % 3], amount=amount, **opened, **money)
    for place, key in enumerate(("discovery", LAST_STAGES[index % len(LAST_STAGES)])):
        entered = {"opportunity_id": deal, "occurred_at": MOMENTS[(2 - place * index) % 3]}
        moved = await transition(connection, workspace_id, way, stage[key], **entered)
    touched = {"opportunity_id": deal, "occurred_at": MOMENTS[-1 - index % len(MOMENTS)], "cost": amount}
    call = await touchpoint(connection, workspace_id, **touched, **money)
    if index % 5 == 0:
        await void(connection, workspace_id, StageTransition, moved)
    if index % 4 == 0:
        await void(connection, workspace_id, Touchpoint, call)
