"""The answer of ``Query.metric``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from tests.oracle.metrics import attribution, content, deals, influence, journeys, money, touchpoints
from tests.oracle.metrics.facts import Counted, Find, Span, Value, values_of
from tests.oracle.metrics.numbers import exact, numbers, quotient, shown, statistic
from tests.oracle.period import first_instant, fiscal_months, latest_month, months
from tests.oracle.rows import World

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

    def over(self, rows: Sequence[Counted]) -> Fraction:
        picked = [row for row in rows if self.which(row)]
        if self.of is None:
            return Fraction(len(picked))
        values = [value for row in picked if (value := self.of(row)) is not None]
        return Fraction(len(set(values))) if self.distinct else sum(values, Fraction(0))


@dataclass(frozen=True)
class Definition:
    """A metric: one number, one divided by another, or the statistic of the numbers ``of``.

    ``net``: what is left of the one after the other was taken off is divided.
    """

    unit: str
    number: Number
    by: Number | None = None
    spread: bool = False
    net: bool = False


DEFINITIONS: Mapping[str, Definition] = {
    "ACTIVE_JOURNEYS": Definition("COUNT", Number(journeys.active)),
    "STAGE_ENTRIES": Definition("COUNT", Number(journeys.entered)),
    "LEADS_RECEIVED": Definition("COUNT", Number(deals.received)),
    "CLOSE_RATE": Definition("RATIO", Number(deals.received, won), Number(deals.received)),
    "OPPORTUNITIES_OPENED": Definition("COUNT", Number(deals.opened)),
    "WON_OPPORTUNITIES": Definition("COUNT", Number(deals.closed, won)),
    "LOST_OPPORTUNITIES": Definition("COUNT", Number(deals.closed, lost)),
    "WON_AMOUNT": Definition("MONEY", Number(deals.closed, won, amount)),
    "WIN_RATE": Definition("RATIO", Number(deals.closed, won), Number(deals.closed)),
    "WIN_RATE_BY_VALUE": Definition("RATIO", Number(deals.closed, won, amount), Number(deals.closed, of=amount)),
    "AVERAGE_DEAL_SIZE": Definition(
        "MONEY",
        Number(deals.closed, won, amount),
        Number(deals.closed, lambda one: won(one) and amount(one) is not None),
    ),
    "SALES_CYCLE_DAYS": Definition("DAYS", Number(deals.closed, won, lambda one: one.numbers["days"]), spread=True),
    "OPEN_OPPORTUNITIES": Definition("COUNT", Number(deals.open_at_the_end)),
    "OPEN_PIPELINE": Definition("MONEY", Number(deals.open_at_the_end, of=amount)),
    "SPEND": Definition("MONEY", Number(money.spent, of=amount)),
    "COST_PER_LEAD": Definition("MONEY", Number(money.spent, of=amount), Number(deals.received)),
    "COST_PER_SQL": Definition("MONEY", Number(money.spent, of=amount), Number(money.qualified)),
    "CAC": Definition("MONEY", Number(money.spent, of=amount), Number(money.new_customers)),
    "ATTRIBUTED_REVENUE": Definition("MONEY", Number(attribution.credited, of=amount)),
    "ROMI": Definition("RATIO", Number(attribution.credited, of=margin), Number(money.spent, of=amount), net=True),
    "WEIGHTED_PIPELINE": Definition("MONEY", Number(deals.open_at_the_end, of=lambda one: one.numbers["weighted"])),
    "CONTENT_USES": Definition("COUNT", Number(content.uses)),
    "CONTENT_USERS": Definition("COUNT", Number(content.uses, of=lambda one: one.numbers["member"], distinct=True)),
    "TOUCHPOINTS": Definition("COUNT", Number(touchpoints.happened)),
    "TOUCHPOINT_COST": Definition("MONEY", Number(touchpoints.happened, of=amount)),
    "USED_SHARE": Definition("RATIO", Number(content.assets, used), Number(content.assets)),
    "CONTENT_ADOPTION": Definition("RATIO", Number(content.sellers, used), Number(content.sellers)),
    "REINVENTION_HOURS": Definition(
        "HOURS",
        Number(content.reinvented, of=lambda one: one.numbers["hours"], divided=True),
        Number(content.sellers, a_month=True, divided=True),
    ),
    "FRESHNESS": Definition("RATIO", Number(content.assets, lambda one: one.numbers["fresh"]), Number(content.assets)),
    "INFLUENCED_OPPORTUNITIES": Definition("COUNT", Number(influence.influenced)),
    "INFLUENCED_PIPELINE": Definition("MONEY", Number(influence.influenced, is_open, amount)),
    "INFLUENCED_REVENUE": Definition("MONEY", Number(influence.influenced, won, amount)),
}
OVERLAPPING = {"PRODUCT", "BUYING_GROUP_PERSONA", "TOUCHED_ASSET", "TOUCHED_CAMPAIGN", "TOUCHED_CHANNEL"}
OF_MEMBERS = {"OWNER", "TEAM"}
"""Dimensions in which each of the different members is in one group."""


def metric(
    world: World, arguments: Mapping[str, Any], bounds: tuple[datetime, datetime], as_of: datetime
) -> dict[str, Any]:
    """The answer, by the names of its type's fields; the definition and what is behind the number are left out."""
    definition = DEFINITIONS[arguments["key"]]
    span = Span.of(bounds, as_of)
    names, way = arguments.get("groupBy") or [], arguments.get("statistic") or "MEDIAN"
    found = _Found(world, definition, arguments.get("filter") or [], way)
    return {
        "period": {"from": span.start, "to": span.end},
        **found.total(span),
        "groups": found.groups(span, names) if names else [],
        "series": [
            {"from": part.start, "to": part.end, **found.total(part)}
            for part in parts(world, span, arguments.get("grain"))
        ],
        "overlapping": bool(OVERLAPPING & set(names)) or (definition.number.distinct and not set(names) <= OF_MEMBERS),
        "excluded": found.excluded(span),
    }


@dataclass(frozen=True)
class _Found:
    """One metric with its filters."""

    world: World
    definition: Definition
    filters: Sequence[Mapping[str, Any]]
    way: str

    def rows(self, number: Number, span: Span) -> list[Counted]:
        return [
            row
            for row in number.find(self.world, span)
            if all(
                any(key in one["keys"] for key, _label in values_of(self.world, row, one["dimension"]))
                for one in self.filters
            )
        ]

    def total(self, span: Span) -> dict[str, Any]:
        by = self.definition.by
        over = self.rows(by, span) if by is not None else []
        return self.made(self.rows(self.definition.number, span), over, span)

    def made(self, rows: Sequence[Counted], over: Sequence[Counted], span: Span) -> dict[str, Any]:
        number, by = self.definition.number, self.definition.by
        if self.definition.spread:
            assert number.of is not None
            values = [value for row in rows if number.which(row) and (value := number.of(row)) is not None]
            return self.valued(numbers(shown(statistic(self.way, values)), size=len(values)))
        if by is None:
            return self.valued(numbers(number.shown(number.over(rows))))
        divided, divisor = number.over(rows), by.over(over)
        if by.a_month:
            divisor *= months(span.start, span.end, self.world.workspace["time_zone"])
        if self.definition.net:
            divided -= divisor
        return self.valued(numbers(shown(quotient(divided, divisor)), number.shown(divided), by.shown(divisor)))

    def valued(self, made: dict[str, Any]) -> dict[str, Any]:
        currency = self.world.workspace["currency_code"] if self.definition.unit == "MONEY" else None
        number = made.pop("number")
        return {"value": {"number": number, "unit": self.definition.unit, "currencyCode": currency}, **made}

    def groups(self, span: Span, names: Sequence[str]) -> list[dict[str, Any]]:
        """The same per combination of values, the greatest first; a row with several values is in several."""
        number, by = self.definition.number, self.definition.by
        sides: dict[tuple[Value, ...], tuple[list[Counted], list[Counted]]] = {}
        for place, one in enumerate((number, by)):
            for row in self.rows(one, span) if one is not None else []:
                if by is None and not number.which(row):
                    continue
                for values in product(*(values_of(self.world, row, name) for name in names)):
                    sides.setdefault(values, ([], []))[place].append(row)
        made = [
            {
                "dimensions": [
                    {"name": name, "key": key, "label": label} for name, (key, label) in zip(names, values, strict=True)
                ],
                **self.made(*rows, span),
            }
            for values, rows in sides.items()
        ]
        return sorted(made, key=_standing)

    def excluded(self, span: Span) -> list[dict[str, Any]]:
        """Amounts without a rate among those that would be added up, each once."""
        adding = [
            one
            for one in (self.definition.number, self.definition.by)
            if one is not None and one.of in (amount, margin)
        ]
        if self.definition.unit == "MONEY" and self.definition.number.find is deals.open_at_the_end:
            adding = [self.definition.number]
        seen: dict[Any, str] = {}
        for one in adding:
            for row in self.rows(one, span):
                if one.which(row) and row.numbers["unrated"] is not None:
                    seen[row.numbers.get("whole", row.id)] = row.numbers["unrated"]
        codes = sorted(set(seen.values()))
        return [{"currencyCode": code, "count": list(seen.values()).count(code)} for code in codes]


def _standing(group: Mapping[str, Any]) -> tuple[Any, ...]:
    number, by = group["value"]["number"], group["denominator"]
    keys = [value["key"] for value in group["dimensions"]]
    return (
        number is None,
        -(number or 0),
        by is None,
        -(by or 0),
        *((key is None, key or "") for key in keys),
    )


def parts(world: World, span: Span, grain: str | None) -> list[Span]:
    """The parts of a span: cut at every day on which a new one begins."""
    if grain is None:
        return []
    zone, first = world.workspace["time_zone"], world.workspace["fiscal_year_start_month"]
    found = []
    day = span.start.astimezone(ZoneInfo(zone)).date()
    starts = [span.start]
    while (moment := first_instant(day, zone)) < span.end:
        if moment > span.start and _begins(day, grain, first):
            starts.append(moment)
        day += timedelta(days=1)
    ends = [*starts[1:], span.end]
    for start, end in zip(starts, ends, strict=True):
        if start < end:
            found.append(Span(start, end, span.as_of))
    return found


def _begins(day: date, grain: str, first: int) -> bool:
    match grain:
        case "DAY":
            return True
        case "WEEK":
            return day.isoweekday() == 1
        case "MONTH":
            return day.day == 1
    months = fiscal_months(first, 12 if grain == "YEAR" else 3)
    return day.day == 1 and latest_month(day, months) == day
