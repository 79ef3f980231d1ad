"""What metrics count: each row once, with the moment, the numbers and the values in dimensions that it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.oracle.conversion import channel, persona
from tests.oracle.rows import Row, World, public_id

Value: TypeAlias = tuple[str | None, str | None]
"""What programs and people call a value in a dimension."""
NONE: Value = (None, None)


@dataclass(frozen=True)
class Span:
    """From ``start`` to ``end``, as things stood at ``as_of``."""

    start: datetime
    end: datetime
    as_of: datetime

    @staticmethod
    def of(bounds: tuple[datetime, datetime], as_of: datetime) -> Span:
        """What is left of a period at ``as_of``: of one that has not begun nothing, there."""
        return Span(min(bounds[0], as_of), min(bounds[1], as_of), as_of)

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end and moment < self.as_of


@dataclass(frozen=True)
class Counted:
    """One row that a metric counts."""

    id: UUID
    at: datetime
    subject: Row
    """The row that its dimensions are read from."""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    """Values in dimensions that the row does not tell by itself."""


Find: TypeAlias = Callable[[World, Span], list[Counted]]


def values_of(world: World, counted: Counted, dimension: str) -> Sequence[Value]:
    """The values of a row in a dimension: one, unless the dimension overlaps."""
    if dimension in counted.own:
        return counted.own[dimension] or [NONE]
    return [SIMPLE[dimension](world, counted.subject)]


def named(world: World, table: str, key: UUID | None, label: str, code: str | None = None) -> Value:
    """What the row with the id ``key`` is called."""
    row = world.get(table, key)
    if row is None:
        return NONE
    return (row[code] if code else public_id(table, row["id"])), row[label]


def _account(column: str) -> Callable[[World, Row], Value]:
    def value(world: World, subject: Row) -> Value:
        account = world.get("account", subject["account_id"])
        return (account[column], account[column]) if account else NONE

    return value


def _team(world: World, subject: Row) -> Value:
    owner = world.get("member", subject["owner_id"])
    return named(world, "team", owner["team_id"], "name") if owner else NONE


SIMPLE: Mapping[str, Callable[[World, Row], Value]] = {
    "CHANNEL": lambda world, subject: channel(world, subject["journey_id"]),
    "PERSONA": lambda world, subject: persona(world, subject["journey_id"]),
    "CAMPAIGN": lambda world, subject: named(world, "campaign", subject["campaign_id"], "name"),
    "OWNER": lambda world, subject: named(world, "member", subject["owner_id"], "name"),
    "TEAM": _team,
    "ACCOUNT": lambda world, subject: named(world, "account", subject["account_id"], "name"),
    "INDUSTRY": _account("industry"),
    "COUNTRY": _account("country"),
    "TIER": _account("tier"),
    "LOST_REASON": lambda _world, subject: (subject["lost_reason"], subject["lost_reason"]),
}


def converted(world: World, amount: Decimal | None, currency: str | None, at: datetime) -> Fraction | None:
    """An amount in the workspace's currency, at the rate of the day of ``at``; None where there is none."""
    wanted = world.workspace["currency_code"]
    if amount is None or currency == wanted:
        return None if amount is None else Fraction(amount)
    day = at.astimezone(ZoneInfo(world.workspace["time_zone"])).date()
    rates = [
        rate
        for rate in world.tables["exchange_rate"]
        if (rate["base_code"], rate["quote_code"]) == (currency, wanted) and rate["valid_from"] <= day
    ]
    return Fraction(amount) * Fraction(max(rates, key=lambda rate: rate["valid_from"])["rate"]) if rates else None


def money(world: World, row: Row, at: datetime) -> dict[str, Any]:
    """The amount of a row as a number, or the currency that keeps it from being one."""
    amount = converted(world, row["amount"], row["currency_code"], at)
    return {"amount": amount, "unrated": row["currency_code"] if row["amount"] is not None and amount is None else None}
