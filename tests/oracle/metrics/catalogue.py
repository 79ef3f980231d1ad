"""The metrics as the oracle declares them: what each is made of, what it can be taken apart by, which way is better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from tests.oracle.metrics import attribution, content, deals, influence, journeys, money, touchpoints
from tests.oracle.metrics.facts import Counted, Find
from tests.oracle.metrics.numbers import exact, shown

Pick: TypeAlias = Callable[[Counted], Any]


def everything(_one: Counted) -> bool:
    return True


def won(one: Counted) -> bool:
    return bool(one.numbers["won"])


def lost(one: Counted) -> bool:
    return not one.numbers["won"]


def is_open(one: Counted) -> bool:
    return bool(one.numbers["open"])


def used(one: Counted) -> bool:
    return bool(one.numbers["used"])


def fresh(one: Counted) -> bool:
    return bool(one.numbers["fresh"])


def amount(one: Counted) -> Fraction | None:
    value: Fraction | None = one.numbers["amount"]
    return value


def margin(one: Counted) -> Fraction | None:
    value: Fraction | None = one.numbers["margin"]
    return value


@dataclass(frozen=True)
class Number:
    """How many rows there are, or the sum of ``of``; of those alone that ``which`` picks.

    ``distinct``: how many different values of ``of`` there are. ``a_month``: so many in each month. ``divided``: it is
    made by a division, so that it may have no end.
    """

    find: Find
    which: Pick = everything
    of: Pick | None = None
    distinct: bool = False
    a_month: bool = False
    divided: bool = False

    def shown(self, value: Fraction) -> Decimal | None:
        return shown(value) if self.divided else exact(value)

    def told(self, rows: Sequence[Counted]) -> list[tuple[Counted, Any]]:
        """Those of the rows that are in the number, each with what it adds."""
        values = [(row, 1 if self.of is None else self.of(row)) for row in rows if self.which(row)]
        return [(row, value) for row, value in values if value is not None]

    def over(self, rows: Sequence[Counted]) -> Fraction:
        values = [value for _row, value in self.told(rows)]
        return Fraction(len(set(values))) if self.distinct else sum(values, Fraction(0))


@dataclass(frozen=True)
class Definition:
    """A metric: one number, one divided by another, or the statistic of the numbers ``of``.

    ``net``: what is left of the one after the other was taken off is divided.
    """

    unit: str
    dimensions: frozenset[str]
    number: Number
    by: Number | None = None
    spread: bool = False
    net: bool = False
    less: bool = False
    """Whether less is better."""

    @property
    def grows(self) -> bool:
        """Whether it is a count or a sum, to which every further row adds."""
        return self.by is None and not self.spread and not self.number.distinct

    def overlaps(self, names: Iterable[str]) -> bool:
        """Whether one thing may be in several of the groups by these dimensions."""
        return bool(OVERLAPPING.intersection(names)) or (self.number.distinct and not OF_MEMBERS.issuperset(names))

    def described(self, key: str) -> dict[str, Any]:
        """The entry in the catalogue, but for its texts."""
        return {
            "key": key,
            "unit": self.unit,
            "better": "LESS" if self.less else "MORE",
            "dimensions": [name for name in DIMENSIONS if name in self.dimensions],
        }


DIMENSIONS = (
    *("CHANNEL", "PERSONA", "CAMPAIGN", "ACTIVITY", "OWNER", "TEAM", "ACCOUNT", "INDUSTRY", "COUNTRY", "TIER"),
    *("PIPELINE", "STAGE", "LOST_REASON", "ASSET", "ASSET_KIND", "PRODUCT", "BUYING_GROUP_PERSONA"),
    *("TOUCHED_ASSET", "TOUCHED_CAMPAIGN", "TOUCHED_CHANNEL"),
)
"""All that there are, in the order in which they are told."""
_PAID = frozenset({"CHANNEL", "CAMPAIGN"})
_JOURNEY = frozenset({"CHANNEL", "PERSONA"})
_MEMBER = frozenset({"OWNER", "TEAM"})
_ACCOUNT = frozenset({"ACCOUNT", "INDUSTRY", "COUNTRY", "TIER"})
_ASSET = frozenset({"ASSET", "ASSET_KIND"})
_LEAD = _JOURNEY | _PAID | _MEMBER | _ACCOUNT
_DEAL = _LEAD | {"PIPELINE", "PRODUCT", "BUYING_GROUP_PERSONA"}
_CLOSED, _OPEN = _DEAL | {"LOST_REASON"}, _DEAL | {"STAGE"}
_TOUCHED = frozenset({"TOUCHED_ASSET", "TOUCHED_CAMPAIGN", "TOUCHED_CHANNEL"})
_INFLUENCED = _CLOSED | _TOUCHED
_USE = _MEMBER | _ACCOUNT | _ASSET | {"CHANNEL"}
_CALL = _USE | {"CAMPAIGN", "ACTIVITY"}

OVERLAPPING = _TOUCHED | {"PRODUCT", "BUYING_GROUP_PERSONA"}
OF_MEMBERS = _MEMBER
"""Dimensions in which each of the different members is in one group."""

_LEADS, _WON = Number(deals.received), Number(deals.closed, won)
_WON_AMOUNT, _SPEND = Number(deals.closed, won, amount), Number(money.spent, of=amount)
_OPEN_AMOUNT, _ASSETS = Number(deals.open_at_the_end, of=amount), Number(content.assets)

DEFINITIONS: Mapping[str, Definition] = {
    "ACTIVE_JOURNEYS": Definition("COUNT", _JOURNEY | {"STAGE"}, Number(journeys.active)),
    "STAGE_ENTRIES": Definition("COUNT", _JOURNEY | {"STAGE"}, Number(journeys.entered)),
    "LEADS_RECEIVED": Definition("COUNT", _LEAD | _ASSET, _LEADS),
    "CLOSE_RATE": Definition("RATIO", _LEAD | _ASSET, Number(deals.received, won), _LEADS),
    "OPPORTUNITIES_OPENED": Definition("COUNT", _DEAL, Number(deals.opened)),
    "WON_OPPORTUNITIES": Definition("COUNT", _CLOSED, _WON),
    "LOST_OPPORTUNITIES": Definition("COUNT", _CLOSED, Number(deals.closed, lost), less=True),
    "WON_AMOUNT": Definition("MONEY", _CLOSED, _WON_AMOUNT),
    "WIN_RATE": Definition("RATIO", _CLOSED, _WON, Number(deals.closed)),
    "WIN_RATE_BY_VALUE": Definition("RATIO", _CLOSED, _WON_AMOUNT, Number(deals.closed, of=amount)),
    "AVERAGE_DEAL_SIZE": Definition(
        "MONEY", _CLOSED, _WON_AMOUNT, Number(deals.closed, lambda one: won(one) and amount(one) is not None)
    ),
    "SALES_CYCLE_DAYS": Definition(
        "DAYS", _CLOSED, Number(deals.closed, won, lambda one: one.numbers["days"]), spread=True, less=True
    ),
    "OPEN_OPPORTUNITIES": Definition("COUNT", _OPEN, Number(deals.open_at_the_end)),
    "OPEN_PIPELINE": Definition("MONEY", _OPEN, _OPEN_AMOUNT),
    "WEIGHTED_PIPELINE": Definition(
        "MONEY", _OPEN, Number(deals.open_at_the_end, of=lambda one: one.numbers["weighted"])
    ),
    "CONTENT_USES": Definition("COUNT", _USE, Number(content.uses)),
    "CONTENT_USERS": Definition(
        "COUNT", _USE, Number(content.uses, of=lambda one: one.numbers["member"], distinct=True)
    ),
    "USED_SHARE": Definition("RATIO", _ASSET | _MEMBER, Number(content.assets, used), _ASSETS),
    "CONTENT_ADOPTION": Definition("RATIO", _MEMBER, Number(content.sellers, used), Number(content.sellers)),
    "REINVENTION_HOURS": Definition(
        "HOURS",
        _MEMBER,
        Number(content.reinvented, of=lambda one: one.numbers["hours"], divided=True),
        Number(content.sellers, a_month=True, divided=True),
        less=True,
    ),
    "FRESHNESS": Definition("RATIO", _ASSET | _MEMBER, Number(content.assets, fresh), _ASSETS),
    "TOUCHPOINTS": Definition("COUNT", _CALL, Number(touchpoints.happened)),
    "TOUCHPOINT_COST": Definition("MONEY", _CALL, Number(touchpoints.happened, of=amount), less=True),
    "INFLUENCED_OPPORTUNITIES": Definition("COUNT", _INFLUENCED, Number(influence.influenced)),
    "INFLUENCED_PIPELINE": Definition("MONEY", _INFLUENCED, Number(influence.influenced, is_open, amount)),
    "INFLUENCED_REVENUE": Definition("MONEY", _INFLUENCED, Number(influence.influenced, won, amount)),
    "ATTRIBUTED_REVENUE": Definition("MONEY", _PAID, Number(attribution.credited, of=amount)),
    "ROMI": Definition("RATIO", _PAID, Number(attribution.credited, of=margin), _SPEND, net=True),
    "SPEND": Definition("MONEY", _PAID, _SPEND, less=True),
    "COST_PER_LEAD": Definition("MONEY", _PAID, _SPEND, _LEADS, less=True),
    "COST_PER_SQL": Definition("MONEY", _PAID, _SPEND, Number(money.qualified), less=True),
    "CAC": Definition("MONEY", _PAID, _SPEND, Number(money.new_customers), less=True),
}
