"""The answers of ``Query.metric`` and ``Query.metrics``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from tests.oracle.metrics import deals
from tests.oracle.metrics.catalogue import DEFINITIONS, Definition, Number, amount, margin
from tests.oracle.metrics.facts import Counted, Find, Span, Value, values_of
from tests.oracle.metrics.numbers import numbers, quotient, shown, statistic
from tests.oracle.period import first_instant, fiscal_months, latest_month, months
from tests.oracle.rows import World

Bounds: TypeAlias = tuple[datetime, datetime]


def metric(world: World, arguments: Mapping[str, Any], bounds: Bounds, as_of: datetime) -> dict[str, Any]:
    """The answer of ``Query.metric``, by the names of its type's fields; ``asked`` is for what is behind the number."""
    asked = question(world, arguments["key"], arguments, bounds, as_of)
    names = arguments.get("groupBy") or []
    return {
        "asked": asked,
        **asked.told(),
        "groups": asked.groups(names) if names else [],
        "series": [
            {"from": part.start, "to": part.end, **asked.total(part)}
            for part in parts(world, asked.span, arguments.get("grain"))
        ],
        "overlapping": asked.definition.overlaps(names),
    }


def in_windows(
    world: World, arguments: Mapping[str, Any], windows: Iterable[tuple[str, Bounds]], as_of: datetime
) -> list[dict[str, Any]]:
    """The answer of ``Query.metrics``: each metric over each window."""
    spans = list(windows)
    return [
        {"window": window, **question(world, key, arguments, bounds, as_of).told()}
        for key in arguments["keys"]
        for window, bounds in spans
    ]


def question(world: World, key: str, arguments: Mapping[str, Any], bounds: Bounds, as_of: datetime) -> Question:
    filters, way = arguments.get("filter") or [], arguments.get("statistic") or "MEDIAN"
    return Question(world, key, Span.of(bounds, as_of), filters, way)


@lru_cache(maxsize=500)
def found(find: Find, world: World, span: Span) -> Sequence[Counted]:
    """Many questions are about the same rows; nobody writes into a world."""
    return find(world, span)


@dataclass(frozen=True)
class Question:
    """One metric over one span, with its filters."""

    world: World
    key: str
    span: Span
    filters: Sequence[Mapping[str, Any]]
    way: str = "MEDIAN"

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.key]

    def told(self) -> dict[str, Any]:
        """All but what it is taken apart into."""
        return {
            "definition": self.definition.described(self.key),
            "period": {"from": self.span.start, "to": self.span.end},
            **self.total(self.span),
            "excluded": self.excluded(),
        }

    def rows(self, number: Number, span: Span) -> list[Counted]:
        return [
            row
            for row in found(number.find, self.world, span)
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
            values = [value for _row, value in number.told(rows)]
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

    def groups(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """The same per combination of values, the greatest first; a row with several values is in several."""
        number, by = self.definition.number, self.definition.by
        sides: dict[tuple[Value, ...], tuple[list[Counted], list[Counted]]] = {}
        for place, one in enumerate((number, by)):
            for row in self.rows(one, self.span) if one is not None else []:
                if by is None and not number.which(row):
                    continue
                for values in product(*(values_of(self.world, row, name) for name in names)):
                    sides.setdefault(values, ([], []))[place].append(row)
        made = [
            {
                "dimensions": [
                    {"name": name, "key": key, "label": label} for name, (key, label) in zip(names, values, strict=True)
                ],
                **self.made(*rows, self.span),
            }
            for values, rows in sides.items()
        ]
        return sorted(made, key=_standing)

    def excluded(self) -> list[dict[str, Any]]:
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
            for row in self.rows(one, self.span):
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
